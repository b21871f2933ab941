package import CurlClient

/// A model behind the OpenAI-compatible API, `/v1/chat/completions`, as Ollama, llama-server and vLLM serve it.
package struct OpenAICompatibleModel: LanguageModel {
    package let endpoint: ModelEndpoint
    private let server: ModelServer
    private let clock: any Clock<Duration>

    /// A model.
    ///
    /// - Parameters:
    ///   - endpoint: which model where.
    ///   - client: the connections.
    ///   - clock: what is slept on while a server loads.
    package init(_ endpoint: ModelEndpoint, client: HTTPClient, clock: any Clock<Duration> = ContinuousClock()) {
        self.endpoint = endpoint
        self.clock = clock
        server = ModelServer(endpoint: endpoint, client: client)
    }

    package func generate(_ request: ModelRequest) -> AsyncThrowingStream<ModelEvent, any Error> {
        let question = server.post(
            "/v1/chat/completions",
            OpenAIWords.question(request, endpoint),
            accept: request.isStreamed ? "text/event-stream" : "application/json",
            deadline: request.deadline
        )
        let reading = ModelReading(of: request, question, at: server) { head throws(ModelFailure) in
            // A server that does not stream answers with the whole, whatever was asked for.
            let isWhole = !request.isStreamed || head.headers["Content-Type"]?.hasPrefix("application/json") == true
            return ReplyReader(isWhole ? WholeBody() : EventSplitter(), OpenAIReply(isWhole: isWhole))
        }
        return reading.events
    }

    package func status() async throws(ModelFailure) -> ModelStatus {
        if endpoint.dialect == .llamaServer {
            // 503 while it loads. It serves its one model under any name.
            _ = try await server.document(OpenAIWords.Health.self, at: "/health").get()
            return ModelStatus(version: nil, digest: nil, isLoaded: true)
        }
        async let models = server.document(OpenAIWords.Models.self, at: "/v1/models")
        guard endpoint.dialect == .ollamaV1 else {
            return try await status(models)
        }
        // What `/v1` does not tell; a proxy may let only that through.
        async let version = server.document(OllamaWords.Version.self, at: "/api/version")
        async let tags = server.document(OllamaWords.Models.self, at: "/api/tags")
        async let loaded = server.document(OllamaWords.Models.self, at: "/api/ps")
        let answers = await (models, version, tags, loaded)
        guard try answers.0.get().contain(endpoint) else { throw server.missingModel }
        return ModelStatus(
            version: (try? answers.1.get())?.version,
            digest: (try? answers.2.get())?.first(endpoint.model)?.digest,
            isLoaded: (try? answers.3.get()).map { $0.first(endpoint.model) != nil }
        )
    }

    /// A server without a list of models serves what it serves: only a question can tell.
    private func status(_ models: Result<OpenAIWords.Models, ModelFailure>) throws(ModelFailure) -> ModelStatus {
        if case .failure(let failure) = models, failure.kind == .providerUnavailable(.modelMissing) {
            return ModelStatus(version: nil, digest: nil, isLoaded: nil)
        }
        guard try models.get().contain(endpoint) else { throw server.missingModel }
        return ModelStatus(version: nil, digest: nil, isLoaded: true)
    }

    /// Ollama is asked natively, since `/v1` cannot; the others load when they start, and are waited for.
    package func load() async throws(ModelFailure) {
        switch endpoint.dialect {
        // Without options: the requests on `/v1` carry none either, and other ones would load the model anew.
        case .ollama, .ollamaV1: try await server.preload(OllamaWords.preload(endpoint, withOptions: false))
        case .llamaServer, .vLLM: try await waitUntilLoaded()
        }
    }

    private func waitUntilLoaded() async throws(ModelFailure) {
        var waited = Duration.zero
        while true {
            do throws(ModelFailure) {
                _ = try await status()
                return
            } catch {
                guard error.kind == .providerUnavailable(.busy), waited < endpoint.loadDeadline else { throw error }
            }
            do {
                try await clock.sleep(for: Self.pause)
            } catch {
                throw ModelFailure(
                    .processingError(.cancelled),
                    "\(endpoint.name): nobody waits for the model any more"
                )
            }
            waited += Self.pause
        }
    }

    private static let pause = Duration.milliseconds(500)
}
