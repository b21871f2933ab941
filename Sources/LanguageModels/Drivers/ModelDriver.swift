package import CurlClient

/// Which driver speaks which dialect.
package enum ModelDriver {
    /// The model behind an endpoint.
    ///
    /// - Parameters:
    ///   - endpoint: which model where.
    ///   - client: the connections; one client serves all endpoints.
    /// - Returns: its driver.
    package static func model(_ endpoint: ModelEndpoint, client: HTTPClient) -> any LanguageModel {
        switch endpoint.dialect {
        case .ollama: OllamaModel(endpoint, client: client)
        case .ollamaV1, .llamaServer, .vLLM: OpenAICompatibleModel(endpoint, client: client)
        }
    }
}
