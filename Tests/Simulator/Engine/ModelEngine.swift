import CurlClient
import Documents
import Foundation
import LanguageModels
import Testing

/// llama.cpp's server with a model of random weights, as `scripts/engine` starts it.
struct ModelEngine: Sendable {
    /// Says well-formed noise.
    static let text = ModelEngine("FARFIELD_TEST_ENGINE", "text")
    /// Says bytes that are no UTF-8, too.
    static let bytes = ModelEngine("FARFIELD_TEST_ENGINE_BYTES", "bytes")
    private static let client = HTTPClient(.init(userAgent: "farfield-tests"))

    let model: any LanguageModel

    private init?(_ variable: String, _ name: String) {
        guard let url = ProcessInfo.processInfo.environment[variable] else { return nil }
        var endpoint = ModelEndpoint(name: name, url: url, dialect: .llamaServer, model: name)
        endpoint.slots = 4
        model = ModelDriver.model(endpoint, client: Self.client)
    }

    /// A request for free text.
    static func free(seed: Int, tokens: Int) -> ModelRequest {
        ModelRequest(
            messages: [.init(.user, "Say something.")],
            temperature: 1,
            seed: seed,
            maximumTokens: tokens,
            deadline: .seconds(30)
        )
    }

    /// Waits until no slot works, and tells how many tokens each has read and written for the last request.
    func tokensWhenIdle() async throws -> [Int] {
        let end = ContinuousClock.now + .seconds(20)
        while ContinuousClock.now < end {
            let answer = try await Self.client.send(HTTPRequest("GET", model.endpoint.url + "/slots"))
            let slots = try JSONValue(json: answer.body).arrayValue ?? []
            if !slots.isEmpty, !slots.contains(where: { $0["is_processing"] == true }) {
                return slots.compactMap { $0["n_prompt_tokens"]?.integerValue }
            }
            await Task.yield()
        }
        Issue.record("a slot still works after 20 s")
        return []
    }
}
