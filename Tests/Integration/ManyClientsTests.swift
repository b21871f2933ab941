import CurlClient
import Documents
import Foundation
import Testing

/// However many come and however they behave: they are answered, or turned away with a word about when to come again.
@Suite("Many clients", .timeLimit(.minutes(5)))
struct ManyClientsTests {
    private static let manifest = "name: many\ncommand: 'true'\nresources: {memory: 20M, walltime: 2m}"

    @Test("64 submit and 64 read, sshd at its defaults: no error")
    func crowd() async throws {
        let gateway = try await GatewayProcess().start()
        let api = API(gateway)
        let ids = try await withThrowingTaskGroup(of: [String].self) { group in
            for _ in 0..<64 {
                group.addTask { [try await api.submit(Self.manifest), try await api.submit(Self.manifest)] }
                group.addTask {
                    for _ in 0..<10 {
                        for path in ["/api/v1/jobs?limit=5", "/api/v1/sites", "/api/v1/templates"] {
                            let answer = try await api.get(path)
                            #expect(answer.status == 200, "\(answer.text)")
                        }
                    }
                    return []
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        #expect(Set(ids).count == 128)
        for id in ids {
            #expect(try await api.wait(id, within: .seconds(150))["state"] == "completed")
        }
        let counts = try await TestCluster.slurm(
            "sacct -a -n -P -X -S now-1hours -o JobName | sort | uniq -c | awk '$1 > 1 { print $2 }'"
        )
        for id in ids { #expect(!counts.output.contains(id), "\(id) is there twice") }
    }

    @Test("reading needs no site: what is known is answered while the line is cut")
    func readsWithoutSSH() async throws {
        let proxy = try Proxy(before: TestCluster.portA)
        let gateway = try await GatewayProcess(sites: TestCluster.site(port: proxy.port)).start()
        let api = API(gateway)
        let id = try await api.submit("name: r\ncommand: sleep 60\nresources: {memory: 20M, walltime: 2m}")
        try await api.wait(id, for: ["running"])
        proxy.set(.cut)
        for path in ["", "/events", "/manifest", "/script", "/outputs", "/tasks"] {
            #expect(try await api.get("/api/v1/jobs/\(id)\(path)").status == 200, "\(path)")
        }
        #expect(try await api.get("/api/v1/jobs").status == 200)
        #expect(try await api.get("/api/v1/sites/a").status == 200)
        // A log that is still at the site is the one thing that needs it.
        let log = try await api.get("/api/v1/jobs/\(id)/logs/stdout")
        #expect(log.status == 503 && log.json["type"]?.stringValue?.hasSuffix("/site-unavailable") == true)
        proxy.set(.pass)
        _ = try await api.post("/api/v1/jobs/\(id)/cancel", "")
        try await api.wait(id)
    }

    @Test("too many requests at once are turned away with Retry-After, and nothing of them is done")
    func overload() async throws {
        let gateway = try await GatewayProcess(general: "limits: {requestsAtOnce: 2}").start()
        let api = API(gateway)
        let answers = try await withThrowingTaskGroup(of: API.Answer.self) { group in
            for _ in 0..<80 { group.addTask { try await api.post("/api/v1/jobs", Self.manifest) } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        let accepted = answers.filter { $0.status == 202 }.compactMap { $0.json["id"]?.stringValue }
        let refused = answers.filter { $0.status != 202 }
        #expect(!accepted.isEmpty && !refused.isEmpty)
        for answer in refused {
            #expect(answer.status == 503 && answer.headers["Retry-After"] == "1", "\(answer.text)")
            #expect(answer.json["type"]?.stringValue?.hasSuffix("/overloaded") == true)
        }
        // Those who watch over the gateway are let in at any time.
        #expect(try await api.get("/health/live", token: nil).status == 200)
        let listed = try await api.get("/api/v1/jobs?limit=200").json["items"]?.arrayValue ?? []
        #expect(Set(listed.compactMap { $0["id"]?.stringValue }) == Set(accepted))
        for id in accepted { _ = try await api.post("/api/v1/jobs/\(id)/cancel", "") }
    }

    @Test("a backlog has an end: 429 with Retry-After")
    func backlog() async throws {
        let site = TestCluster.site(port: try FreePort.find())
        let gateway = try await GatewayProcess(sites: site, general: "limits: {waitingJobs: 3}").start()
        let api = API(gateway)
        var refusal: API.Answer?
        try await eventually("a job is refused") {
            let answer = try await api.post("/api/v1/jobs", Self.manifest)
            if answer.status != 202 { refusal = answer }
            return refusal != nil
        }
        #expect(refusal?.status == 429 && refusal?.headers["Retry-After"] == "30")
        #expect(refusal?.json["type"]?.stringValue?.hasSuffix("/too-many-jobs") == true)
        let jobs = try await api.get("/api/v1/jobs").json["items"]?.arrayValue ?? []
        for job in jobs { _ = try await api.post("/api/v1/jobs/\(job["id"]?.stringValue ?? "")/cancel", "") }
        try await eventually("there is room again") { try await api.post("/api/v1/jobs", Self.manifest).status == 202 }
    }

    @Test("a stream beyond the limit is turned away; a place is free again when a reader leaves")
    func streams() async throws {
        let site = TestCluster.site(port: try FreePort.find())
        let gateway = try await GatewayProcess(sites: site, general: "limits: {streamsAtOnce: 3}").start()
        let api = API(gateway)
        let id = try await api.submit(Self.manifest)
        let path = "/api/v1/jobs/\(id)/events"
        let head = "GET \(path) HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \(gateway.token)\r\n"
        var readers = try (0..<3).map { _ in
            try IdleClient(port: gateway.port, sending: head + "Accept: text/event-stream\r\n\r\n")
        }
        // Not before all are there: one that comes while we ask would be the fourth.
        try await eventually("three read") {
            try await api.get("/metrics").text.contains("\nfarfield_event_followers 3\n")
        }
        try await eventually("the fourth is turned away") {
            let answer = try await api.get(path)
            return answer.status == 503 && answer.headers["Retry-After"] == "10"
        }
        #expect(try await api.job(id)["state"] == "queued")
        readers.removeLast()
        try await eventually("there is room again") { try await api.get(path).status == 200 }
        withExtendedLifetime(readers) {}
    }

    @Test("connections that say nothing or half of something are closed, and cost others nothing")
    func halfOpen() async throws {
        let gateway = try await GatewayProcess(general: "limits: {idleTimeout: 2s, requestTimeout: 2s}").start()
        let api = API(gateway)
        let before = try gateway.residentBytes
        let head = "HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \(gateway.token)\r\n"
        let texts = [
            "", "GET /api/v1/jobs HTTP/1.1\r\nHost", "POST /api/v1/jobs \(head)Content-Length: 100\r\n\r\nname:",
            "POST /api/v1/jobs \(head)Content-Type: application/yaml\r\nContent-Length: 100\r\n\r\nname:",
            "GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n",
        ]
        let idle = try (0..<1000).map { try IdleClient(port: gateway.port, sending: texts[$0 % texts.count]) }
        #expect(try await api.get("/api/v1/jobs").status == 200)
        let after = try gateway.residentBytes
        #expect(after - before < 100 << 20)
        for (index, connection) in idle.enumerated() {
            try await eventually("connection \(index) is closed", within: .seconds(30)) { connection.isClosed }
        }
        #expect(try await api.get("/api/v1/jobs").status == 200)
    }
}

extension GatewayProcess {
    /// Resident memory (proc_pid_status(5), VmRSS).
    var residentBytes: Int {
        get throws {
            let text = try String(contentsOfFile: "/proc/\(processID)/status", encoding: .utf8)
            let number = try #require(text.firstMatch(of: /VmRSS:\s+([0-9]+) kB/))
            return (Int(number.1) ?? 0) << 10
        }
    }
}
