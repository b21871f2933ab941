internal import Gateway
internal import SSHClient
internal import TaskQueue

/// The figures of the present moment on the metrics page.
extension MetricsPage {
    /// Adds samples of one metric of the catalog.
    mutating func add(_ name: String, _ samples: [(labels: [(String, String)], value: Double)]) {
        guard let entry = MetricCatalog.entry(name), !samples.isEmpty else { return }
        declare(name, kind: entry.kind, help: entry.help)
        for one in samples { sample(name, labels: one.labels, value: one.value) }
    }

    /// Adds a metric without labels; nothing when there is no value.
    mutating func add(_ name: String, _ value: Double?) {
        if let value { add(name, [([], value)]) }
    }

    /// Adds everything the gateway told of itself.
    mutating func add(_ figures: GatewayFigures, at now: Timestamp) {
        addDatabase(figures)
        add("farfield_event_followers", Double(figures.followers))
        add("http_requests_in_flight", Double(RequestMetrics.inFlight))
        add("farfield_home_free_bytes", figures.homeFreeBytes.map(Double.init))
        add("farfield_home_size_bytes", figures.homeTotalBytes.map(Double.init))
        addSites(figures.sites, isDatabaseUp: figures.isDatabaseUp, at: now)
        guard figures.isDatabaseUp else { return }
        add(
            "farfield_jobs",
            figures.jobs.map { ([("site", $0.site), ("state", $0.state.rawValue)], Double($0.count)) }
        )
        addQueue(figures.queue, at: now)
        add("farfield_webhook_waiting", Double(figures.webhooksWaiting))
        add("farfield_artifacts", figures.artifacts.map { ([("state", $0.state.rawValue)], Double($0.count)) })
        add("farfield_artifact_bytes", figures.artifacts.map { ([("state", $0.state.rawValue)], Double($0.bytes)) })
    }

    private mutating func addDatabase(_ figures: GatewayFigures) {
        add("farfield_database_up", figures.isDatabaseUp ? 1 : 0)
        add("farfield_database_connections", Double(figures.databaseConnections))
        add("farfield_database_running", Double(figures.databaseRunning))
        add("farfield_database_waiting", Double(figures.databaseWaiting))
    }

    private mutating func addQueue(_ lines: [QueueLine], at now: Timestamp) {
        add(
            "farfield_queue_tasks",
            lines.flatMap { line in
                TaskState.allCases.map { state in
                    ([("kind", line.kind), ("state", state.rawValue)], Double(line.counts[state] ?? 0))
                }
            }
        )
        add("farfield_queue_due", lines.map { ([("kind", $0.kind)], Double($0.due)) })
        add(
            "farfield_queue_oldest_due_seconds",
            lines.map { line in
                let age = line.oldestDueAt.map { Double(now.microseconds - $0) / 1e6 }
                return ([("kind", line.kind)], max(0, age ?? 0))
            }
        )
    }

    private mutating func addSites(_ sites: [SiteFigures], isDatabaseUp: Bool, at now: Timestamp) {
        each(sites, "farfield_site_up") { site in site.state.map { $0 == .up ? 1 : 0 } }
        each(sites, "farfield_site_last_look_timestamp_seconds") { site in
            isDatabaseUp ? Double(site.observedAt?.microseconds ?? 0) / 1e6 : nil
        }
        each(sites, "farfield_submissions_open") { Double($0.submissionsUnderWay) }
        each(sites, "farfield_submission_oldest_open_seconds") { site in
            site.submissionsSince.map { max(0, Double((now - $0).microseconds) / 1e6) } ?? 0
        }
        each(sites, "farfield_site_login_remaining_seconds") { $0.loginRemaining.map { Double($0.microseconds) / 1e6 } }
        each(sites, "farfield_ssh_connections") { $0.ssh.map { Double($0.connections) } }
        each(sites, "farfield_ssh_sessions") { $0.ssh.map { Double($0.sessions) } }
        each(sites, "farfield_ssh_waiting") { $0.ssh.map { Double($0.waiting) } }
        each(sites, "farfield_ssh_circuit_open") { $0.ssh.map { $0.isCircuitOpen ? 1 : 0 } }
        each(sites, "farfield_ssh_connects_total") { $0.ssh.map { Double($0.connects) } }
        add(
            "farfield_ssh_connect_failures_total",
            sites.flatMap { site in
                (site.ssh?.failures ?? [:]).sorted { $0.key < $1.key }.map { reason, count in
                    ([("site", site.name), ("reason", reason)], Double(count))
                }
            }
        )
    }

    /// Adds one sample for each site that has a value; the format wants all samples of a metric together.
    private mutating func each(_ sites: [SiteFigures], _ name: String, _ value: (SiteFigures) -> Double?) {
        add(name, sites.compactMap { site in value(site).map { ([("site", site.name)], $0) } })
    }
}
