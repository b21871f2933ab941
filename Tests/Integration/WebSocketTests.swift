import CurlClient
import Documents
import Foundation
import Testing

/// The same events as by SSE, over WebSocket, read by a client of somebody else's.
@Suite("WebSocket", .timeLimit(.minutes(3)))
struct WebSocketTests {
    private static let script = Repository.root + "/Tests/Integration/Fixtures/websocket.py"
    private static let wish = [
        "Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    ]

    private func follow(
        _ path: String,
        _ gateway: GatewayProcess,
        as how: String = "header"
    ) async throws -> (events: [JSONValue], end: String) {
        let url = "ws://127.0.0.1:\(gateway.port)\(path)"
        let result = try await Command.run("/usr/bin/python3", [Self.script, "follow", url, gateway.token, how])
        try #require(result.status == 0, "\(result.errors)")
        var lines = result.output.split(separator: "\n").map(String.init)
        let end = lines.popLast() ?? ""
        return (try lines.map { try JSONValue(json: $0.utf8) }, end)
    }

    @Test("tells the events of a job to its end, from the start or after the last one seen")
    func events() async throws {
        let gateway = try await GatewayProcess().start()
        let api = API(gateway)
        let id = try await api.submit("name: w\ncommand: sleep 2\nresources: {memory: 20M, walltime: 2m}")
        let path = "/api/v1/jobs/\(id)/events"
        async let live = follow(path, gateway)
        async let browser = follow(path, gateway, as: "subprotocol")
        let (seen, end) = try await live
        #expect(end == "closed 1000")
        #expect(try await browser.events == seen)
        let listed = try await api.get(path).json["items"]?.arrayValue
        #expect(seen == listed)
        #expect(seen.last?["state"] == "completed")
        let rest = try await follow(path + "?after=\(seen.count - 1)", gateway)
        #expect(rest.events == [try #require(seen.last)] && rest.end == "closed 1000")
    }

    @Test("ends with 1001 when the gateway stops, and goes on at its next life")
    func shutdown() async throws {
        let gateway = try await GatewayProcess().start()
        let api = API(gateway)
        let id = try await api.submit("name: w\ncommand: sleep 60\nresources: {memory: 20M, walltime: 2m}")
        try await api.wait(id, for: ["running"])
        let path = "/api/v1/jobs/\(id)/events"
        async let before = follow(path, gateway)
        try await eventually("the stream is open") { gateway.log.contains("status=101") }
        #expect(gateway.stop(with: SIGTERM) == 0)
        let (seen, end) = try await before
        #expect(end == "closed 1001")
        try await gateway.start()
        async let after = follow(path + "?after=\(seen.count)", gateway)
        _ = try await API(gateway).post("/api/v1/jobs/\(id)/cancel", "")
        let rest = try await after
        #expect(rest.events.first?["sequence"]?.integerValue == seen.count + 1)
        #expect(rest.events.last?["state"] == "cancelled")
    }

    @Test(
        "what a client must not send ends the stream with the code of RFC 6455",
        arguments: [
            ("unmasked", "1002"), ("oversize", "1009"), ("text", "1003"), ("binary", "1003"),
            ("fragmented control", "1002"), ("reserved bit", "1002"), ("unknown kind", "1002"),
            ("long control", "1002"), ("close", "1000"), ("ping", "abc 1000"),
        ]
    )
    func faults(name: String, expected: String) async throws {
        let gateway = try await GatewayProcess(sites: TestCluster.site(port: FreePort.find())).start()
        let id = try await API(gateway).submit("name: w\ncommand: 'true'")
        let result = try await Command.run(
            "/usr/bin/python3",
            [Self.script, "fault", "127.0.0.1", "\(gateway.port)", "/api/v1/jobs/\(id)/events", gateway.token, name]
        )
        #expect(result.output == expected + "\n", "\(result.errors)")
        #expect(try await API(gateway).get("/api/v1/jobs/\(id)").status == 200)
    }

    @Test("a declined upgrade is answered by HTTP, with a problem that says why")
    func declined() async throws {
        let gateway = try await GatewayProcess(sites: TestCluster.site(port: FreePort.find())).start()
        let api = API(gateway)
        let id = try await api.submit("name: w\ncommand: 'true'")
        let path = "/api/v1/jobs/\(id)/events"
        func ask(_ path: String, _ changes: [String: String], token: String? = gateway.token) async throws -> API.Answer
        {
            try await api.send("GET", path, headers: Self.wish.merging(changes) { $1 }, token: token)
        }
        let cases: [(API.Answer, Int)] = [
            (try await ask("/api/v1/nowhere", [:]), 404),
            (try await ask("/api/v1/jobs/job_\(String(repeating: "0", count: 26))/events", [:]), 404),
            (try await ask(path, [:], token: nil), 401),
            (try await ask(path, ["Sec-WebSocket-Protocol": "farfield.events, bearer.wrong"], token: nil), 401),
            (try await ask(path, ["Sec-WebSocket-Version": "8"]), 426),
            (try await ask(path, ["Sec-WebSocket-Key": "short"]), 400),
            (try await ask(path, ["Origin": "https://elsewhere.example"]), 403),
            (try await ask(path + "?after=x", [:]), 400),
        ]
        for (answer, status) in cases {
            #expect(answer.status == status, "\(answer.text)")
            #expect(answer.headers["Content-Type"] == "application/problem+json")
            #expect(answer.headers["Connection"] == "close")
        }
        #expect(cases[4].0.headers["Sec-WebSocket-Version"] == "13")
        // What is no WebSocket is answered as if nothing had been asked.
        #expect(try await ask("/api/v1/jobs/\(id)", ["Upgrade": "h2c"]).status == 200)
        #expect(try await api.get("/api/v1/jobs/\(id)").status == 200)
    }
}
