import Documents
import Foundation
import Testing

/// The API keeps its own word: schemathesis reads `/openapi.json` off a running gateway and tries to catch it lying.
@Suite("API contract", .timeLimit(.minutes(10)))
struct ContractTests {
    @Test("schemathesis finds no failure with all its checks")
    func schemathesis() async throws {
        let gateway = try await GatewayProcess().start()
        // A job of every kind is there to be found.
        let api = API(gateway)
        try await api.wait(try await api.submit("name: c\ncommand: echo hi > o.txt\noutputs: [o.txt]"))
        let given = try await api.post("/api/v1/artifacts", "hello", type: "application/octet-stream")
        #expect(given.status == 201)
        let seed = ProcessInfo.processInfo.environment["FARFIELD_TEST_SEED"] ?? String(Int.random(in: 0...99_999))
        print("schemathesis: seed \(seed)")
        let result = try await Command.run(
            TestCluster.variable("FARFIELD_TEST_PYTHON"),
            [
                "-m", "schemathesis.cli",
                "--config-file", Repository.root + "/Tests/Integration/Fixtures/schemathesis.toml", "run",
                gateway.url + "/openapi.json", "--url", gateway.url, "-H", "Authorization: Bearer \(gateway.token)",
                "--checks", "all", "--max-examples", "25", "--seed", seed, "--no-color", "--workers", "1",
            ]
        )
        #expect(result.status == 0, "seed \(seed):\n\(result.output.suffix(8000))")
        #expect(result.output.contains("passed"), "\(result.output.suffix(2000))")
        #expect(try await api.get("/health/live", token: nil).status == 200)
    }
}
