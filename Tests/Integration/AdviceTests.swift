import CurlClient
import Documents
import Foundation
import TestSupport
import Testing

/// Jobs that a model server's answers, or their absence, are said of; at a simulated site in real time, so none ends.
@Suite("Advice at submission, through a gateway", .timeLimit(.minutes(3)))
struct AdviceTests {
    private static let sites = "  - {name: sim, kind: simulator, clock: real}"

    private static func manifest(_ name: String = "night", walltime: String = "12h") -> String {
        """
        name: \(name)
        site: sim
        template: radio-pipeline
        command: radio-pipeline
        parameters: {dataset: VLASS2.1.J153200, dataset_size_gb: 500, image_size: 512, seed: 42}
        outputs: ["*.json"]
        resources: {cpus: 8, memory: 32G, gpus: {count: 4}, walltime: \(walltime)}
        """
    }

    private static func server() throws -> OllamaServer {
        try OllamaServer(python: TestCluster.variable("FARFIELD_TEST_PYTHON"))
    }

    private static func gateway(_ url: String, model: String, advice: String = "", more: String = "") throws
        -> GatewayProcess
    {
        let models = "models: [{name: double, url: '\(url)', model: '\(model)'}]"
        return try GatewayProcess(sites: sites, general: "\(models)\nadvice: {\(advice)}\n\(more)")
    }

    @Test("comes from the model, stands in the job, and the same question is answered from the cache")
    func model() async throws {
        let server = try Self.server()
        let rules = "approvals: {rules: [{name: all, when: {nodes: 0}}]}"
        let gateway = try await Self.gateway(
            server.url,
            model: "fast",
            advice: "budget: 15s, rejects: never",
            more: rules
        )
        .start()
        let api = API(gateway)
        let first = try await api.post("/api/v1/jobs", Self.manifest("one"))
        #expect(first.status == 202, "\(first.text)")
        let advice = try #require(first.json["advice"])
        #expect(advice["source"] == "model" && advice["model"] == "fast" && advice["failure"] == .null)
        #expect(advice["estimatedMinutes"]?.integerValue != nil && advice["statistics"] == .null)
        let id = try #require(first.json["id"]?.stringValue)
        #expect(try await api.job(id)["advice"] == advice)
        let event = try await api.get("/api/v1/jobs/\(id)/events").json["items"]?.arrayValue?.first
        #expect(event?["data"]?["llmValidationScore"] == advice["confidence"])
        let second = try await api.post("/api/v1/jobs", Self.manifest("two"))
        #expect(second.json["advice"]?["source"] == "cache")
        let asked = try await api.get("/api/v1/approvals").json["items"]?.arrayValue?.first
        #expect(asked?["estimate"]?["estimatedMinutes"] == advice["estimatedMinutes"])
        let shown = try await gateway.cli("approvals", "show", asked?["id"]?.stringValue ?? "")
        #expect(shown.output.contains("model fast: "), "\(shown.output)")
        let page = try await gateway.cli("job", id)
        #expect(page.output.contains("model fast: "), "\(page.output)")
        let doctor = try await gateway.cli("doctor")
        #expect(doctor.output.contains("model double"), "\(doctor.output)")
    }

    @Test("is the heuristic's when the model is slow; its opinion comes later, once, though the gateway dies meanwhile")
    func late() async throws {
        let server = try Self.server()
        let gateway = try Self.gateway(server.url, model: "delay-2s", advice: "budget: 200ms")
        try await gateway.start()
        let file = gateway.home + "/job.yaml"
        try Self.manifest().write(toFile: file, atomically: true, encoding: .utf8)
        let told = try await gateway.cli("submit", file, "--json")
        let job = try JSONValue(json: told.output.utf8)
        let id = try #require(job["id"]?.stringValue, "\(told.output) \(told.errors)")
        #expect(job["advice"]?["source"] == "heuristic")
        #expect(job["advice"]?["failure"] == "provider_unavailable.timeout")
        gateway.stop(with: SIGKILL)
        try await gateway.start()
        let api = API(gateway)
        try await eventually("the model's opinion has come") { try await api.job(id)["advice"]?["late"] != .null }
        let advice = try #require(try await api.job(id)["advice"])
        #expect(advice["source"] == "heuristic" && advice["late"]?["model"] == "delay-2s")
        let events = try await api.get("/api/v1/jobs/\(id)/events?limit=500").json["items"]?.arrayValue ?? []
        let opinions = events.filter { $0["type"] == "job.advice" }
        #expect(opinions.count == 1 && opinions.first?["data"]?["source"] == advice["late"]?["source"])
    }

    @Test("against a job refuses it with what to change, writes nothing, and yields to who insists")
    func against() async throws {
        let server = try Self.server()
        let gateway = try await Self.gateway(server.url, model: "reject", advice: "budget: 15s, confidence: 0").start()
        let api = API(gateway)
        let file = gateway.home + "/job.yaml"
        try Self.manifest().write(toFile: file, atomically: true, encoding: .utf8)
        let refused = try await gateway.cli("submit", file)
        #expect(refused.status != 0 && refused.errors.contains("advises against"), "\(refused.errors)")
        #expect(refused.errors.contains("--insist"))
        #expect(try await api.get("/api/v1/jobs").json["items"] == [])
        let insisted = try await gateway.cli("submit", file, "--insist")
        #expect(insisted.status == 0 && insisted.errors.contains("ADVISES AGAINST"), "\(insisted.errors)")
        let jobs = try await api.get("/api/v1/jobs").json["items"]?.arrayValue ?? []
        #expect(jobs.count == 1 && jobs.first?["advice"]?["isValid"] == false)
        // A rule needs no model, and none can lift it.
        let short = try await api.post("/api/v1/jobs", Self.manifest(walltime: "1m"))
        #expect(short.status == 422 && short.json["detail"]?.stringValue?.contains("The heuristic advises") == true)
    }

    @Test("that nobody can give is said at once, and the gateway stays ready")
    func nobody() async throws {
        let gateway = try await Self.gateway("http://127.0.0.1:1", model: "m", advice: "heuristic: off").start()
        let api = API(gateway)
        let answer = try await api.post("/api/v1/jobs", Self.manifest())
        #expect(answer.status == 503 && answer.headers["Retry-After"] != nil)
        #expect(answer.json["type"]?.stringValue?.hasSuffix("/advice-unavailable") == true)
        #expect(try await api.get("/api/v1/jobs").json["items"] == [])
        let ready = try await api.get("/health/ready", token: nil)
        let check = ready.json["checks"]?.arrayValue?.first { $0["name"] == "model double" }
        #expect(ready.status == 200 && check != nil)
        #expect(try await gateway.cli("doctor").output.contains("http://127.0.0.1:1"))
    }
}
