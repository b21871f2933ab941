import CurlClient
import Documents
import Foundation
import Testing

/// Every error of `docs/errors.md` is one that a real gateway gives; none stands there that nobody can meet.
@Suite("Every error", .timeLimit(.minutes(3)))
struct EveryErrorTests {
    private static let manifest = "name: e\ncommand: echo hi > o.txt\noutputs: [o.txt]\nresources: {memory: 20M}"

    /// Names and statuses of the table.
    private static var documented: [String: Int] {
        get throws {
            let text = try String(contentsOfFile: Repository.root + "/docs/errors.md", encoding: .utf8)
            return Dictionary(
                uniqueKeysWithValues: text.matches(of: /(?m)^\| `([a-z-]+)` \| ([0-9]{3}) \|/).map {
                    (String($0.1), Int($0.2) ?? 0)
                }
            )
        }
    }

    @Test("each documented error is produced, with its status and type")
    func all() async throws {
        var seen: [String: Int] = [:]
        let rare = [try await withoutStore(), try await hasty(), try await advised(), try await unadvised()]
        for answer in try await ordinary() + uploading() + limited() + unavailable() + rare {
            let type = try #require(answer.json["type"]?.stringValue, "\(answer.text)")
            #expect(answer.headers["Content-Type"] == "application/problem+json")
            #expect(answer.json["status"]?.integerValue == answer.status)
            #expect(answer.json["detail"]?.stringValue?.isEmpty == false)
            seen[String(type.split(separator: "/").last ?? "")] = answer.status
        }
        #expect(seen == (try Self.documented))
    }

    private func refusedCredential() async throws -> API.Answer {
        let gateway = try await ClusterPeople.gateway().start()
        let answer = try await API(gateway).entrust(Array("{}".utf8))
        gateway.stop()
        return answer
    }

    /// What a client brings upon itself.
    private func ordinary() async throws -> [API.Answer] {
        // Nobody listens on the discard port.
        let away = "people: {issuers: [{issuer: 'http://127.0.0.1:9', audience: x, allow: [127.0.0.1]}]}"
        let foreign = "eyJhbGciOiJFZERTQSJ9.eyJpc3MiOiJodHRwOi8vMTI3LjAuMC4xOjkifQ.AA"
        let gateway = try await GatewayProcess(general: "limits: {bodySize: 1M}\n" + away).start()
        let api = API(gateway)
        let id = try await api.submit(Self.manifest, headers: ["Idempotency-Key": "one"])
        try await api.wait(id)
        let path = "/api/v1/jobs/\(id)"
        let wish = [
            "Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "8", "Sec-WebSocket-Key": "x",
        ]
        let elsewhere = wish.merging(["Origin": "https://elsewhere.example"]) { $1 }
        var answers = [
            try await api.post("/api/v1/jobs", "nothing: true"),
            try await api.post("/api/v1/changes", "kind: lost"),
            try await refusedCredential(),
            try await api.get("/api/v1/jobs?colour=red"),
            try await api.get("/api/v1/jobs", token: nil),
            try await api.get("/api/v1/jobs", token: foreign),
            try await api.get(path + "/events", headers: elsewhere),
            try await api.get("/api/v1/sites/nowhere"),
            try await api.send("PUT", "/api/v1/jobs"),
            try await api.get(path + "/events", headers: ["Accept": "image/png"]),
            try await api.post(path + "/cancel", ""),
            try await api.post("/api/v1/jobs", "name: other\ncommand: 'true'", headers: ["Idempotency-Key": "one"]),
            try await api.post("/api/v1/jobs", String(repeating: "#", count: 2 << 20)),
            try await api.post("/api/v1/jobs", "x", type: "text/csv"),
            try await api.get(path + "/outputs/o.txt", headers: ["Range": "bytes=99-"]),
            try await api.get(path + "/events", headers: wish),
        ]
        // Somebody has tidied up in the gateway's own folder, and in the site's cache.
        let digest = try #require(try await api.get(path + "/outputs/o.txt").headers["ETag"]).filter { $0 != "\"" }
            .dropFirst(7)
        let copy = "farfield-tests/.farfield-cache/sha256/\(digest.prefix(2))/\(digest.dropFirst(2))"
        _ = try await Command.shell("rm -f /home/researcher1/\(copy)")
        try FileManager.default.removeItem(atPath: gateway.state + "/artifacts")
        answers.append(try await api.get(path + "/outputs/o.txt"))
        // And has left a file of the folder's name.
        try? FileManager.default.removeItem(atPath: gateway.state + "/artifacts")
        try Data().write(to: URL(fileURLWithPath: gateway.state + "/artifacts"))
        answers.append(try await api.post("/api/v1/artifacts", "x", type: "application/octet-stream"))
        return answers + (try await beyondBudget(api))
    }

    /// What is said of budgets; from here on the site's jobs are paid for.
    private func beyondBudget(_ api: API) async throws -> [API.Answer] {
        let faulty = try await api.post("/api/v1/projects", "name: Not a name")
        #expect(try await api.post("/api/v1/projects", "{name: errors, title: Errors}").status == 201)
        let wish = "{site: a, account: tg-bio1, granted: 0.001, startsAt: 2020-01-01, endsAt: 2090-01-01}"
        #expect(try await api.post("/api/v1/projects/errors/allocations", wish).status == 201)
        let job = "name: e\nproject: errors\ncommand: 'true'\nresources: {memory: 20M, walltime: 1h}"
        return [faulty, try await api.post("/api/v1/jobs", job)]
    }

    /// What can go wrong while bytes are sent.
    private func uploading() async throws -> [API.Answer] {
        let gateway = try await GatewayProcess(sites: "", general: "storage: {quotas: {small: 1M}}").start()
        let api = API(gateway)
        let binary = "application/octet-stream"
        let none = ["Repr-Digest": "sha-256=:\(Data(count: 32).base64EncodedString()):"]
        let length = ["Tus-Resumable": "1.0.0", "Upload-Length": "9"]
        func announce() async throws -> String {
            try #require(try await api.post("/api/v1/uploads", "", headers: length).headers["Location"])
        }
        let (upload, held) = (try await announce(), try await announce())
        let part = ["Tus-Resumable": "1.0.0", "Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"]
        let sum = ["Upload-Checksum": "sha1 Kq5sNclPz7QV2+lfQIuc6R7oRu0="]
        func patch(_ headers: [String: String], _ path: String? = nil) async throws -> API.Answer {
            try await api.send("PATCH", path ?? upload, body: Array("x".utf8), headers: headers)
        }
        let answers = [
            try await api.post("/api/v1/artifacts", "x", type: binary, headers: none),
            try await api.send("POST", "/api/v1/artifacts?account=small", body: [UInt8](repeating: 0, count: 2 << 20)),
            try await patch([:]), try await patch(part.merging(sum) { $1 }),
        ]
        let head = "HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \(gateway.token)\r\n"
        let fields = part.map { "\($0.key): \($0.value)\r\n" }.joined()
        let text = "PATCH \(held) \(head)\(fields)Content-Length: 9\r\n\r\n"
        let holder = try IdleClient(port: gateway.port, sending: text)
        try await gateway.awaitWriter(held)
        let locked = try await patch(part, held)
        withExtendedLifetime(holder) {}
        return answers + [locked]
    }

    /// What a gateway says that has had enough.
    private func limited() async throws -> [API.Answer] {
        let site = TestCluster.site(port: try FreePort.find())
        let limits = "limits: {waitingJobs: 1, streamsAtOnce: 1, requestTimeout: 1s}"
        let gateway = try await GatewayProcess(sites: site, general: limits).start()
        let api = API(gateway)
        let id = try await api.submit(Self.manifest)
        var tooMany: API.Answer?
        try await eventually("the backlog is full") {
            let answer = try await api.post("/api/v1/jobs", Self.manifest)
            if answer.status == 429 { tooMany = answer }
            return tooMany != nil
        }
        let head = "HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \(gateway.token)\r\n"
        var overloaded: API.Answer?
        var readers: [IdleClient] = []
        try await eventually("the streams are full") {
            // Again and again: one that comes while we ask is refused itself.
            readers.append(
                try IdleClient(
                    port: gateway.port,
                    sending: "GET /api/v1/jobs/\(id)/events \(head)Accept: text/event-stream\r\n\r\n"
                )
            )
            let answer = try await api.get("/api/v1/jobs/\(id)/events")
            if answer.status == 503 { overloaded = answer }
            return overloaded != nil
        }
        withExtendedLifetime(readers) {}
        return [try #require(tooMany), try #require(overloaded), try await stalled(gateway)]
    }

    /// The answer to a body that never comes whole.
    private func stalled(_ gateway: GatewayProcess) async throws -> API.Answer {
        let head = "Host: x\\r\\nAuthorization: Bearer \(gateway.token)\\r\\nContent-Type: application/yaml\\r\\n"
        let result = try await Command.shell(
            """
            exec 3<>/dev/tcp/127.0.0.1/\(gateway.port)
            printf 'POST /api/v1/jobs HTTP/1.1\\r\\n\(head)Content-Length: 99\\r\\n\\r\\nname:' >&3
            timeout 5 cat <&3
            """
        )
        let parts = result.output.replacing("\r\n", with: "\n").split(separator: "\n\n", maxSplits: 1)
        let status = Int(result.output.split(separator: " ").dropFirst().first ?? "") ?? 0
        let headers: HTTPHeaders = ["Content-Type": "application/problem+json"]
        return API.Answer(status: status, headers: headers, bytes: Array((parts.last ?? "").utf8))
    }

    private static let simulated = "  - {name: s, kind: simulator}"
    private static let observation =
        "name: e\nsite: s\ntemplate: radio-pipeline\ncommand: p\nparameters: {dataset: D, dataset_size_gb: 500}\n"

    /// Too short a walltime for what is to be done.
    private func advised() async throws -> API.Answer {
        let gateway = try await GatewayProcess(sites: Self.simulated).start()
        return try await API(gateway).post("/api/v1/jobs", Self.observation + "resources: {walltime: 1m}")
    }

    /// Neither a model nor the heuristic.
    private func unadvised() async throws -> API.Answer {
        let general = "models: [{name: m, url: 'http://127.0.0.1:1', model: m}]\nadvice: {heuristic: off}"
        let gateway = try await GatewayProcess(sites: Self.simulated, general: general).start()
        return try await API(gateway).post("/api/v1/jobs", Self.observation)
    }

    /// One request too many.
    private func hasty() async throws -> API.Answer {
        let gateway = try await GatewayProcess(sites: "", general: "limits: {rates: {reads: 1/1h}}").start()
        _ = try await API(gateway).get("/api/v1/jobs")
        return try await API(gateway).get("/api/v1/jobs")
    }

    /// The bucket that keeps artifacts is away: nobody listens at port 1.
    private func withoutStore() async throws -> API.Answer {
        let key = NSTemporaryDirectory() + UUID().uuidString
        try "secret\n".write(toFile: key, atomically: true, encoding: .utf8)
        let place = "name: sky, endpoint: 'http://127.0.0.1:1', accessKeyID: K, secretKeyFile: \(key)"
        let gateway = try await GatewayProcess(general: "storage: {bucket: {\(place)}}").start()
        return try await API(gateway).post("/api/v1/artifacts", "bytes", type: "application/octet-stream")
    }

    /// What stands behind the gateway is away: its site, then its database.
    private func unavailable() async throws -> [API.Answer] {
        let proxy = try Proxy(before: TestCluster.portA)
        let server = TestCluster.variable("FARFIELD_TEST_POSTGRES")
        let name = "every_error_" + UUID().uuidString.prefix(8).lowercased()
        func sql(_ statement: String) async throws {
            let result = try await Command.run("/usr/bin/psql", [server, "-q", "-c", statement])
            try #require(result.status == 0, "\(result.errors)")
        }
        try await sql("CREATE DATABASE \(name)")
        let general = "database: \(server.prefix(through: server.lastIndex(of: "/") ?? server.startIndex))\(name)"
        let gateway = try await GatewayProcess(sites: TestCluster.site(port: proxy.port), general: general).start()
        let api = API(gateway)
        let id = try await api.submit("name: e\ncommand: sleep 60\nresources: {memory: 20M, walltime: 2m}")
        try await api.wait(id, for: ["running"])
        proxy.set(.cut)
        let site = try await api.get("/api/v1/jobs/\(id)/logs/stdout")
        proxy.set(.pass)
        _ = try await api.post("/api/v1/jobs/\(id)/cancel", "")
        try await api.wait(id)
        try await sql("ALTER DATABASE \(name) ALLOW_CONNECTIONS false")
        try await sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '\(name)'")
        var database: API.Answer?
        try await eventually("the database is missed") {
            let answer = try await api.get("/api/v1/jobs/\(id)")
            if answer.status == 503 { database = answer }
            return database != nil
        }
        gateway.stop(with: SIGKILL)
        try await sql("DROP DATABASE \(name)")
        return [site, try #require(database)]
    }
}
