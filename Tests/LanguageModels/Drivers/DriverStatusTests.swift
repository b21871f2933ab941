import CurlClient
import LanguageModels
import Testing

@Suite("What model servers tell of themselves", .timeLimit(.minutes(1)))
struct DriverStatusTests {
    private let server: TranscriptServer
    private let client = HTTPClient(.init(userAgent: "farfield-tests/1"))

    init() throws { server = try TranscriptServer.shared.get() }

    private func model(_ site: String, _ dialect: ModelEndpoint.Dialect, _ name: String = "mistral")
        -> any LanguageModel
    {
        var endpoint = server.endpoint(site, dialect)
        endpoint = ModelEndpoint(name: "local", url: endpoint.url + "/", dialect: dialect, model: name)
        endpoint.loadDeadline = .seconds(10)
        return ModelDriver.model(endpoint, client: client)
    }

    private func code(_ body: () async throws -> Void) async -> String? {
        do {
            try await body()
            return nil
        } catch {
            return (error as? ModelFailure)?.code ?? "\(error)"
        }
    }

    @Test("Ollama tells its version, the weights' digest and whether they are loaded")
    func native() async throws {
        let status = try await model("site/up", .ollama).status()
        #expect(status == ModelStatus(version: "0.11.4", digest: "6577803aa9a0", isLoaded: true))
        let other = try await model("site/up", .ollama, "MISTRAL:7b").status()
        #expect(other == ModelStatus(version: "0.11.4", digest: "aa00bb11cc22", isLoaded: false))
    }

    @Test(
        "A model that is not there is missed before anybody waits for it",
        arguments: [
            ModelEndpoint.Dialect.ollama, .ollamaV1, .vLLM,
        ]
    )
    func missing(dialect: ModelEndpoint.Dialect) async {
        let end = await code { _ = try await model("site/up", dialect, "llama3").status() }
        #expect(end == "provider_unavailable.modelMissing")
    }

    @Test("Compatible servers list their models")
    func compatible() async throws {
        let native = try await model("site/up", .ollama).status()
        #expect(try await model("site/up", .ollamaV1).status() == native)
        let behindProxy = try await model("site/proxied", .ollamaV1).status()
        #expect(behindProxy == ModelStatus(version: nil, digest: nil, isLoaded: nil))
        #expect(try await model("site/up", .vLLM, "mistral:7b").status().isLoaded == true)
        let unlisted = try await model("play/native-404", .vLLM).status()
        #expect(unlisted == ModelStatus(version: nil, digest: nil, isLoaded: nil))
        #expect(try await model("site/up", .llamaServer, "any").status().isLoaded == true)
    }

    @Test(
        "A server that loads is busy, one that hangs is given a second",
        arguments: [
            ("site/loading", ModelEndpoint.Dialect.llamaServer, "provider_unavailable.busy"),
            ("deaf", .ollama, "provider_unavailable.timeout"), ("deaf", .vLLM, "provider_unavailable.timeout"),
            ("play/html", .ollama, "malformed_response.notJSON"),
            ("play/native-500", .vLLM, "provider_unavailable.serverError"),
        ]
    )
    func away(site: String, dialect: ModelEndpoint.Dialect, end: String) async {
        #expect(await code { _ = try await model(site, dialect).status() } == end)
    }

    @Test(
        "Loading waits for a good end",
        arguments: [
            ("play/native-load", ModelEndpoint.Dialect.ollama, nil), ("play/native-load", .ollamaV1, nil),
            ("site/up", .llamaServer, nil), ("play/native-404", .ollama, "provider_unavailable.modelMissing"),
            ("play/native-whole-undone", .ollama, "malformed_response.noTerminal"),
            ("play/html", .ollama, "malformed_response.notJSON"),
            ("play/native-503", .ollamaV1, "provider_unavailable.busy"),
        ] as [(String, ModelEndpoint.Dialect, String?)]
    )
    func loading(site: String, dialect: ModelEndpoint.Dialect, end: String?) async {
        #expect(await code { try await model(site, dialect).load() } == end)
    }

    @Test("A server that is still loading is asked again, until the time for it is over")
    func patience() async {
        var endpoint = server.endpoint("site/loading", .llamaServer)
        endpoint.loadDeadline = .seconds(3)
        let clock = ImpatientClock()
        let model = OpenAICompatibleModel(endpoint, client: client, clock: clock)
        #expect(await code { try await model.load() } == "provider_unavailable.busy")
        #expect(clock.slept == .seconds(3))
    }
}
