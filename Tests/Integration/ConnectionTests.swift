import Testing

/// Clients that hold connections and say nothing cost the gateway little, and not for long.
@Suite("Connections", .timeLimit(.minutes(2)))
struct ConnectionTests {
    @Test("silent connections, half heads and half bodies are closed; a request under way is not")
    func silent() async throws {
        let gateway = try await GatewayProcess(general: "limits: {idleTimeout: 2s}").start()
        let api = API(gateway)
        let head = "POST /api/v1/jobs HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \(gateway.token)\r\n"
        let body = "Content-Type: application/yaml\r\nContent-Length: 100\r\n\r\nname:"
        let id = try await api.submit("name: c\ncommand: sleep 60\nresources: {memory: 50M, walltime: 2m}")
        let stream = "GET /api/v1/jobs/\(id)/events HTTP/1.1\r\nHost: x\r\nAccept: text/event-stream\r\n"
        let reader = try IdleClient(
            port: gateway.port,
            sending: stream + "Authorization: Bearer \(gateway.token)\r\n\r\n"
        )
        let silent = try ["", head, head + body].flatMap { text in
            try (0..<50).map { _ in try IdleClient(port: gateway.port, sending: text) }
        }
        #expect(try await api.get("/api/v1/jobs/\(id)").status == 200)
        try await eventually("the silent connections are closed") { silent.allSatisfy(\.isClosed) }
        #expect(!reader.isClosed)
        #expect(try await api.post("/api/v1/jobs/\(id)/cancel", "").status == 202)
    }
}
