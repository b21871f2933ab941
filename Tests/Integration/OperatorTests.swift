import Documents
import Foundation
import Testing

/// What operators do with a running gateway.
@Suite("Operators", .timeLimit(.minutes(4)))
struct OperatorTests {
    private static let quick = "name: ops\ncommand: echo hi\nresources: {memory: 50M, walltime: 2m}"

    @Test("see dead letters with their errors, requeue and discard them; others may not")
    func deadLetters() async throws {
        let gateway = try await GatewayProcess().start()
        let api = API(gateway)
        gateway.stop()
        // A task for a site that the configuration does not have dies at its first run.
        try await sqlite(
            gateway,
            """
            INSERT INTO tasks (kind, task_key, payload, priority, state, run_at, maximum_attempts, timeout_seconds,
                created_at, updated_at) VALUES ('site.follow', 'gone', '{}', 0, 'waiting', 0, 1, 60, 0, 0);
            """
        )
        try await gateway.start()
        try await eventually("the task is dead") {
            try await api.get("/api/v1/queue/dead").json["items"]?.arrayValue?.count == 1
        }
        let letter = try #require(try await api.get("/api/v1/queue/dead").json["items"]?.arrayValue?.first)
        #expect(letter["kind"] == "site.follow" && letter["key"] == "gone")
        #expect(letter["error"]?.stringValue?.contains("no site 'gone'") == true)
        let id = try #require(letter["id"]?.integerValue)
        let shown = try await gateway.cli("queue")
        #expect(shown.output.contains("no site 'gone'") && shown.output.contains("site.follow"), "\(shown)")
        let requeued = try await gateway.cli("queue", "requeue", "--all")
        #expect(requeued.status == 0 && requeued.output == "requeued \(id)\n", "\(requeued)")
        try await eventually("it is dead again") {
            try await api.get("/api/v1/queue/dead").json["items"]?.arrayValue?.first?["id"] == .integer(id)
        }
        #expect(try await gateway.cli("queue", "discard", String(id)).output == "discarded \(id)\n")
        #expect(try await api.get("/api/v1/queue/dead").json["items"] == [])
        #expect(try await gateway.cli("queue", "discard", String(id)).status == 4)
        #expect(try await api.post("/api/v1/queue/\(id)/requeue", "").status == 404)
        #expect(try await api.post("/api/v1/queue/x/requeue", "").status == 404)
        #expect(try await api.get("/api/v1/queue", token: nil).status == 401)
        let living = try #require(try await number("SELECT id FROM tasks WHERE kind = 'site.follow'", gateway))
        #expect(try await api.send("DELETE", "/api/v1/queue/\(living)").status == 409)
    }

    @Test("see what waits, what is due and what runs")
    func overview() async throws {
        let proxy = try Proxy(before: TestCluster.portA)
        let gateway = try await GatewayProcess(sites: TestCluster.site(port: proxy.port)).start()
        let api = API(gateway)
        try await eventually("the site is up") { try await api.get("/api/v1/sites/a").json["state"] == "up" }
        proxy.set(.holdUp)
        let id = try await api.submit(Self.quick)
        try await api.wait(id, for: ["staging"])
        let queue = try await api.get("/api/v1/queue").json
        let running = queue["running"]?.arrayValue ?? []
        #expect(running.contains { $0["kind"] == "site.submit" && $0["key"] == "a" }, "\(queue.jsonText)")
        let kinds = queue["kinds"]?.arrayValue ?? []
        #expect(kinds.contains { $0["kind"] == "job.retrieve" })
        #expect(kinds.first { $0["kind"] == "site.submit" }?["running"] == 1)
        proxy.set(.cut)
        proxy.set(.pass)
        try await api.wait(id)
    }

    @Test("read logs as JSON lines that name request, job, task and site, and no secret")
    func logs() async throws {
        let gateway = try await GatewayProcess(general: "logFormat: json").start()
        let api = API(gateway)
        let headers = ["X-Request-Id": "req-ops-1"]
        let id = try await api.submit(Self.quick, headers: headers)
        try await api.wait(id)
        _ = try await api.get("/api/v1/jobs?\u{65}=%0Ax%1B", token: "secret-\(gateway.token)")
        gateway.stop()
        var lines: [JSONValue] = []
        for line in gateway.log.split(separator: "\n") {
            lines.append(try JSONValue(json: String(line).utf8))
        }
        for line in lines {
            let time = try #require(line["time"]?.stringValue)
            #expect(time.wholeMatch(of: /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/) != nil)
            #expect(line["level"]?.stringValue != nil && line["message"]?.stringValue != nil)
        }
        func has(_ fields: [String: String]) -> Bool {
            lines.contains { line in fields.allSatisfy { line[$0.key]?.stringValue == $0.value } }
        }
        #expect(has(["message": "accepted a job", "request.id": "req-ops-1", "job.id": id, "site": "a"]))
        #expect(has(["message": "the site has the job", "job.id": id, "site": "a", "task.kind": "site.submit"]))
        #expect(has(["message": "the job has ended", "job.id": id, "site": "a", "task.kind": "job.retrieve"]))
        #expect(lines.contains { $0["ssh.endpoint"] != nil && $0["site"] == "a" })
        #expect(!gateway.log.contains(gateway.token))
    }

    @Test("measure with Prometheus: its own tool accepts the page, and every promised metric is there")
    func metrics() async throws {
        let sites = TestCluster.site() + TestCluster.site("b", port: TestCluster.portB)
        let gateway = try await GatewayProcess(sites: sites).start()
        let api = API(gateway)
        try await api.wait(try await api.submit("site: a\n" + Self.quick))
        let down = try await GatewayProcess(sites: TestCluster.site(port: try FreePort.find())).start()
        try await eventually("the failure was counted") {
            try await API(down).get("/metrics").text.contains("farfield_ssh_connect_failures_total{")
        }
        try await eventually("the site that nobody reaches is down") {
            let text = try await API(down).get("/metrics").text
            return text.contains("farfield_site_up{site=\"a\"} 0")
                && text.contains("farfield_ssh_circuit_open{site=\"a\"}")
        }
        let page = try await api.get("/metrics", token: nil)
        #expect(page.status == 200)
        let linted = try await Command.run(Promtool.path, ["check", "metrics"], input: page.text)
        #expect(linted.status == 0, "\(linted.errors)\(linted.output)")
        let names = Set(page.text.matches(of: /(?m)^# TYPE (\S+)/).map { String($0.1) })
        let all = names.union(
            try await API(down).get("/metrics").text.matches(of: /(?m)^# TYPE (\S+)/).map { String($0.1) }
        )
        for name in Self.documented.subtracting(Self.rare) { #expect(all.contains(name), "\(name)") }
        for name in all { #expect(Self.documented.contains(name), "\(name) is not in docs/operations.md") }
        let value = try #require(page.text.firstMatch(of: /process_resident_memory_bytes (\d+)/))
        #expect(try #require(Int(value.1)) > 1 << 20)
        for part in [
            "farfield_site_up{site=\"a\"} 1", "farfield_ssh_connections{site=\"a\"} 1",
            "farfield_jobs{site=\"a\",state=\"completed\"} 1",
            "farfield_queue_tasks{kind=\"job.prepare\",state=\"dead\"} 0",
            "farfield_remote_calls_total{site=\"a\",command=\"DeliverAndSubmit\",result=\"done\"} 1",
            "tasks_finished_total{kind=\"site.submit\",result=\"done\"}",
            "farfield_remote_call_seconds_bucket{site=\"a\",command=\"Observe\",le=\"+Inf\"}",
        ] {
            #expect(page.text.contains(part), "\(part)")
        }
    }

    @Test("cannot start a second gateway on an embedded database by mistake; one that was killed is replaced at once")
    func second() async throws {
        let first = try await GatewayProcess().start()
        let other = try GatewayProcess(state: first.state)
        let refusal = await #expect(throws: StartFailure.self) { try await other.start() }
        #expect(refusal?.log.contains("process \(first.processID)") == true, "\(refusal?.log ?? "")")
        #expect(refusal?.log.contains("PostgreSQL") == true)
        #expect(try await API(first).get("/api/v1/jobs").status == 200)
        first.stop(with: SIGKILL)
        try await other.start()
        #expect(try await API(other).get("/api/v1/jobs").status == 200)
    }

    @Test("see in the figures that the database is away, and the rest of the figures all the same")
    func databaseAway() async throws {
        let server = TestCluster.variable("FARFIELD_TEST_POSTGRES")
        let name = "away_" + UUID().uuidString.lowercased().filter { $0 != "-" }
        func psql(_ statement: String) async throws {
            let result = try await Command.run("/usr/bin/env", ["psql", "-q", server, "-c", statement])
            try #require(result.status == 0, "\(result.errors)")
        }
        try await psql("CREATE DATABASE \(name)")
        let address = server.replacing(/\/[a-z]+$/, with: "/\(name)")
        let gateway = try await GatewayProcess(general: "database: \(address)").start()
        let api = API(gateway)
        #expect(try await api.get("/metrics").text.contains("\nfarfield_database_up 1\n"))
        try await psql("DROP DATABASE \(name) WITH (FORCE)")
        let page = try await api.get("/metrics")
        #expect(page.status == 200)
        #expect(page.text.contains("\nfarfield_database_up 0\n"))
        #expect(page.text.contains("\nprocess_open_fds ") && page.text.contains("farfield_ssh_connections{site=\"a\"}"))
        #expect(!page.text.contains("farfield_queue_tasks"))
        let linted = try await Command.run(Promtool.path, ["check", "metrics"], input: page.text)
        #expect(linted.status == 0, "\(linted.errors)\(linted.output)")
        let doctor = try await gateway.cli("doctor")
        #expect(doctor.status == 1 && doctor.output.contains("it runs at \(gateway.url) and is not ready"), "\(doctor)")
    }

    /// Metrics of docs/operations.md.
    private static var documented: Set<String> {
        let path = Repository.root + "/docs/operations.md"
        let text = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
        return Set(
            text.matches(of: /(?m)^\| `([a-z_]+)(?:\{[a-z,]*\})?` \| (?:gauge|counter|histogram) \|/).map {
                String($0.1)
            }
        )
    }

    /// Metrics that come only with a fault, which other tests make.
    private static let rare: Set<String> = [
        "tasks_dead_total", "tasks_rescued_total", "tasks_lease_lost_total", "database_retries_total",
        "farfield_staged_bytes_total", "farfield_site_copies_lost_total", "farfield_result_lookups_total",
        "webhook_deliveries_total", "artifacts_corrupt_total", "artifacts_collected_total",
        "artifacts_collected_bytes_total", "uploads_received_bytes_total", "dois_minted_total",
        "log_cosignatures_total", "http_requests_limited_total",
        // Told only where a language model is configured, or a site is simulated.
        "farfield_advice_total",
        "farfield_model_requests_total", "farfield_model_answers_total", "farfield_model_seconds",
        // Told only where the gateway speaks TLS itself.
        "farfield_certificate_expires_timestamp_seconds", "farfield_certificate_reloads_total",
        // Told only for sites that ask for a login by hand.
        "farfield_site_login_remaining_seconds",
    ]

    @Test("are warned by rules and shown a dashboard that name only metrics that exist")
    func rulesAndDashboard() async throws {
        let rules = Repository.root + "/deploy/prometheus/farfield.rules.yaml"
        let checked = try await Command.run(Promtool.path, ["check", "rules", rules])
        #expect(checked.status == 0, "\(checked.errors)\(checked.output)")
        let tried = try await Command.run(
            Promtool.path,
            ["test", "rules", Repository.root + "/deploy/prometheus/farfield.rules.test.yaml"]
        )
        #expect(tried.status == 0, "\(tried.errors)\(tried.output)")
        let dashboard = try JSONValue(
            json: try String(contentsOfFile: Repository.root + "/deploy/grafana/farfield.json", encoding: .utf8).utf8
        )
        let expressions = Self.strings(under: "expr", of: dashboard)
        #expect(expressions.count > 15)
        let text = try String(contentsOfFile: rules, encoding: .utf8)
        let known = Self.documented
        for expression in expressions + [text] {
            for match in expression.matches(of: /\b(?:farfield|tasks|database|http|process)_[a-z_]+\b/) {
                let name = String(match.0).replacing(/_(bucket|sum|count)$/, with: "")
                #expect(known.contains(name) || known.contains(String(match.0)), "\(match.0) in \(expression)")
            }
        }
    }

    private static func strings(under key: String, of value: JSONValue) -> [String] {
        switch value {
        case .object(let members):
            members.flatMap { name, member in
                (name == key ? [member.stringValue].compactMap { $0 } : []) + strings(under: key, of: member)
            }
        case .array(let elements): elements.flatMap { strings(under: key, of: $0) }
        case .null, .boolean, .number, .string: []
        }
    }

    @Test("ask the doctor: a healthy gateway passes, each fault is found with its cure")
    func doctor() async throws {
        let gateway = try GatewayProcess()
        try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: gateway.home)
        #expect(try await gateway.cli("doctor").status == 0)
        #expect(!FileManager.default.fileExists(atPath: gateway.home + "/farfield.sqlite"))
        try await gateway.start()
        try await API(gateway).wait(try await API(gateway).submit(Self.quick))
        let healthy = try await gateway.cli("doctor", "--json")
        #expect(healthy.status == 0, "\(healthy.output)")
        let checks = try JSONValue(json: healthy.output.utf8)["checks"]?.arrayValue ?? []
        for name in ["gateway", "database", "queue", "dead letters", "admin.token", "a: controller", "a: last look"] {
            #expect(checks.first { $0["name"] == .string(name) }?["state"] == "passed", "\(name): \(healthy.output)")
        }
        gateway.stop()
        try FileManager.default.setAttributes(
            [.posixPermissions: 0o644],
            ofItemAtPath: gateway.home + "/admin.token"
        )
        try await sqlite(
            gateway,
            """
            INSERT INTO tasks (kind, payload, priority, state, run_at, maximum_attempts, timeout_seconds, last_error,
                created_at, updated_at) VALUES ('job.retrieve', '{}', 0, 'dead', 0, 1, 60, 'no such host', 0, 0);
            """
        )
        let sick = try await gateway.cli("doctor")
        #expect(sick.status == 1)
        for part in ["chmod 600", "no such host", "farfield queue requeue", "nobody listens"] {
            #expect(sick.output.contains(part), "\(part): \(sick.output)")
        }
        try await sqlite(gateway, "INSERT INTO schema_migrations VALUES ('gateway', 999, 'later', 0);")
        #expect(try await gateway.cli("doctor").output.contains("newer"))
        let broken = try await gateway.cli("doctor", "--config", "/nowhere.yaml")
        #expect(broken.status == 2)
    }
}

/// Prometheus' own checker.
enum Promtool {
    /// Where it is: `FARFIELD_TEST_PROMTOOL`, or where scripts/test puts it.
    static var path: String {
        let given = ProcessInfo.processInfo.environment["FARFIELD_TEST_PROMTOOL"]
        let path = given ?? Repository.root + "/.build/tools/promtool"
        if !FileManager.default.isExecutableFile(atPath: path) {
            Issue.record("there is no promtool: run ./scripts/test, which fetches what the tests need")
        }
        return path
    }
}

/// Runs statements on the database of a stopped gateway.
func sqlite(_ gateway: GatewayProcess, _ statements: String) async throws {
    let script =
        "import sqlite3, sys\ndb = sqlite3.connect(sys.argv[1])\ndb.executescript(sys.stdin.read())\ndb.commit()"
    let result = try await Command.run(
        "/usr/bin/env",
        ["python3", "-c", script, gateway.home + "/farfield.sqlite"],
        input: statements
    )
    try #require(result.status == 0, "\(result.errors)")
}

/// The one number a query gives.
func number(_ query: String, _ gateway: GatewayProcess) async throws -> Int? {
    let script = "import sqlite3, sys\nprint(sqlite3.connect(sys.argv[1]).execute(sys.argv[2]).fetchone()[0])"
    let result = try await Command.run(
        "/usr/bin/env",
        ["python3", "-c", script, gateway.home + "/farfield.sqlite", query]
    )
    return Int(result.output.filter { $0 != "\n" })
}
