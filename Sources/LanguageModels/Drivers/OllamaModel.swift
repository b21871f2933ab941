package import CurlClient
internal import Documents

/// A model behind Ollama's native API (ollama/ollama, `docs/api.md`).
///
/// The native API and not `/v1`, where there is a choice: only here can be said how much context is wanted, how long the
/// model stays, and that it must not think aloud first.
package struct OllamaModel: LanguageModel {
    package let endpoint: ModelEndpoint
    private let server: ModelServer

    /// A model.
    ///
    /// - Parameters:
    ///   - endpoint: which model where.
    ///   - client: the connections.
    package init(_ endpoint: ModelEndpoint, client: HTTPClient) {
        self.endpoint = endpoint
        server = ModelServer(endpoint: endpoint, client: client)
    }

    package func generate(_ request: ModelRequest) -> AsyncThrowingStream<ModelEvent, any Error> {
        let question = server.post(
            "/api/chat",
            OllamaWords.question(request, endpoint),
            accept: request.isStreamed ? "application/x-ndjson" : "application/json",
            deadline: request.deadline
        )
        let isStreamed = request.isStreamed
        let reading = ModelReading(of: request, question, at: server) { _ throws(ModelFailure) in
            ReplyReader(isStreamed ? LineSplitter() : WholeBody(), OllamaReply())
        }
        return reading.events
    }

    package func status() async throws(ModelFailure) -> ModelStatus {
        async let version = server.document(OllamaWords.Version.self, at: "/api/version")
        async let tags = server.document(OllamaWords.Models.self, at: "/api/tags")
        async let loaded = server.document(OllamaWords.Models.self, at: "/api/ps")
        let answers = await (version, tags, loaded)
        let number = try answers.0.get().version
        guard let entry = try answers.1.get().first(endpoint.model) else { throw server.missingModel }
        // Servers before 0.1.33 do not tell what is loaded.
        let isLoaded = try? answers.2.get().first(endpoint.model) != nil
        return ModelStatus(version: number, digest: entry.digest, isLoaded: isLoaded)
    }

    package func load() async throws(ModelFailure) {
        try await server.preload(OllamaWords.preload(endpoint))
    }
}

extension ModelServer {
    /// Has Ollama load the model, and waits for it as long as a load may take.
    func preload(_ body: JSONValue) async throws(ModelFailure) {
        let request = post("/api/chat", body, accept: "application/json", deadline: endpoint.loadDeadline)
        var reader = ReplyReader(WholeBody(), OllamaReply())
        do throws(ModelFailure) {
            try reader.append(try await whole(request))
            reader.end()
            while try reader.next() != nil {}
        } catch {
            throw tidy(error)
        }
    }
}
