/// Every metric of `/metrics`: the one table of their kinds, helps and buckets (`docs/operations.md` lists them).
enum MetricCatalog {
    /// One metric.
    struct Entry: Sendable {
        let name: String
        let kind: String
        let help: String
        /// Upper bounds of its buckets in seconds, for a histogram.
        let bounds: [Double]

        init(_ name: String, _ kind: String, _ help: String, bounds: [Double] = []) {
            self.name = name
            self.kind = kind
            self.help = help
            self.bounds = bounds
        }
    }

    /// The metric of that name.
    static func entry(_ name: String) -> Entry? { byName[name] }

    private static let byName = Dictionary(entries.map { ($0.name, $0) }, uniquingKeysWith: { $1 })

    /// A request to the API, or a transaction.
    private static let quick = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]
    /// A remote command, or a task that waits for one.
    private static let remote = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 600]

    static let entries: [Entry] = [
        // Jobs and sites.
        Entry("farfield_jobs", "gauge", "Jobs by site and state."),
        Entry("farfield_site_up", "gauge", "1 where a site answers, 0 where it does not."),
        Entry(
            "farfield_site_last_look_timestamp_seconds",
            "gauge",
            "When a site was last looked at, in Unix time; 0 before the first look."
        ),
        Entry("farfield_site_looks_total", "counter", "Looks at a site; independent of the number of jobs."),
        Entry("farfield_submissions_open", "gauge", "Submissions whose outcome is not known yet, by site."),
        Entry(
            "farfield_submission_oldest_open_seconds",
            "gauge",
            "How long the oldest submission at a site has been open; 0 when none is."
        ),
        Entry(
            "farfield_site_login_remaining_seconds",
            "gauge",
            "How long a login by hand still lives at a site that needs one; 0 when somebody has to log in."
        ),
        // SSH.
        Entry("farfield_ssh_connections", "gauge", "Open SSH connections, by site."),
        Entry("farfield_ssh_sessions", "gauge", "Commands and file operations under way, by site."),
        Entry("farfield_ssh_waiting", "gauge", "Callers that wait for an SSH session, by site."),
        Entry("farfield_ssh_circuit_open", "gauge", "1 while calls to a site are refused because connecting fails."),
        Entry("farfield_ssh_connects_total", "counter", "SSH connections made, by site."),
        Entry("farfield_ssh_connect_failures_total", "counter", "Attempts to connect that failed, by site and reason."),
        Entry("farfield_remote_calls_total", "counter", "Remote calls by site, command and result."),
        Entry("farfield_remote_call_seconds", "histogram", "Time of remote calls by site and command.", bounds: remote),
        // The queue and its workers.
        Entry("farfield_queue_tasks", "gauge", "Tasks in the queue by kind and state."),
        Entry("farfield_queue_due", "gauge", "Waiting tasks that are due, by kind."),
        Entry(
            "farfield_queue_oldest_due_seconds",
            "gauge",
            "How long the oldest due task of a kind has been due; 0 when none is."
        ),
        Entry("tasks_claimed_total", "counter", "Tasks this gateway has begun, by kind."),
        Entry("tasks_finished_total", "counter", "Runs of tasks that ended, by kind and result."),
        Entry("tasks_dead_total", "counter", "Tasks that failed for good, by kind."),
        Entry("tasks_rescued_total", "counter", "Tasks taken over from a lost worker, by kind."),
        Entry("tasks_lease_lost_total", "counter", "Runs whose lease passed to somebody else, by kind."),
        Entry("tasks_run_seconds", "histogram", "Time of runs by kind.", bounds: remote),
        Entry("webhook_deliveries_total", "counter", "Messages sent to webhooks, by result."),
        Entry("farfield_webhook_waiting", "gauge", "Messages that wait to be sent to webhooks."),
        // Artifacts.
        Entry("farfield_artifacts", "gauge", "Artifacts by state."),
        Entry("farfield_artifact_bytes", "gauge", "Bytes of artifacts by state."),
        Entry("artifacts_kept_total", "counter", "Files that were put into the artifact store."),
        Entry("artifacts_corrupt_total", "counter", "Artifacts whose bytes were found damaged or missing."),
        Entry("artifacts_collected_total", "counter", "Things a collection of garbage freed, by reason."),
        Entry("artifacts_collected_bytes_total", "counter", "Bytes a collection of garbage freed, by reason."),
        Entry("manifests_signed_total", "counter", "Manifests of ended jobs that were signed."),
        Entry("log_cosignatures_total", "counter", "Checkpoints of our log that witnesses have cosigned."),
        Entry("dois_minted_total", "counter", "Metadata of analyses that the registry of DOIs has taken."),
        Entry("uploads_received_bytes_total", "counter", "Bytes of uploads."),
        // Staging and known results.
        Entry("farfield_staged_bytes_total", "counter", "Bytes of inputs that the gateway sent to sites, by site."),
        Entry(
            "farfield_site_copies_lost_total",
            "counter",
            "Copies in caches of sites found missing or wrong, by site."
        ),
        Entry("farfield_result_lookups_total", "counter", "Jobs by what looking for a known result came to."),
        Entry("farfield_advice_total", "counter", "Advice on submitted jobs, by who gave it."),
        // Language models.
        Entry("farfield_model_requests_total", "counter", "Requests to language models, by endpoint and outcome."),
        Entry("farfield_model_answers_total", "counter", "Answers to questions, by question and where they come from."),
        Entry(
            "farfield_model_seconds",
            "histogram",
            "How long a language model took for a request.",
            bounds: [0.1, 0.25, 0.5, 1, 1.6, 2.5, 5, 10, 30, 60, 300]
        ),
        // The database.
        Entry("farfield_database_up", "gauge", "1 when the database answered this scrape."),
        Entry("farfield_database_connections", "gauge", "How many transactions can run at once."),
        Entry("farfield_database_running", "gauge", "Transactions that run now."),
        Entry("farfield_database_waiting", "gauge", "Transactions that wait for a connection."),
        Entry("database_transactions_total", "counter", "Transactions by mode and result."),
        Entry(
            "database_transaction_seconds",
            "histogram",
            "Time of transactions by mode, the wait for a connection included.",
            bounds: quick
        ),
        Entry("database_retries_total", "counter", "Transactions begun anew after contention or a lost connection."),
        // HTTP.
        Entry("http_requests_in_flight", "gauge", "Requests that are being handled."),
        Entry("http_requests_total", "counter", "Requests by method, route and status."),
        Entry("http_request_duration_seconds", "histogram", "Time of requests by method and route.", bounds: quick),
        Entry(
            "farfield_certificate_expires_timestamp_seconds",
            "gauge",
            "When the certificate in use ends, in Unix time; only with TLS."
        ),
        Entry("farfield_certificate_reloads_total", "counter", "Changes of the certificate, by result."),
        Entry("http_requests_limited_total", "counter", "Requests refused because too many came, by class of limit."),
        Entry("farfield_event_followers", "gauge", "Readers that follow the events of jobs."),
        // The process and its disk.
        Entry("farfield_home_free_bytes", "gauge", "Free space of the file system of the state folder."),
        Entry("farfield_home_size_bytes", "gauge", "Size of the file system of the state folder."),
        Entry("process_resident_memory_bytes", "gauge", "Resident memory."),
        Entry("process_cpu_seconds_total", "counter", "Processor time, user and system."),
        Entry("process_open_fds", "gauge", "Open file descriptors."),
        Entry("process_max_fds", "gauge", "Most open file descriptors."),
        Entry("process_start_time_seconds", "gauge", "When the process started, in Unix time."),
    ]
}
