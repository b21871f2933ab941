internal import Documents

/// What an OpenAI-compatible server is asked (OpenAI, "Create chat completion"), and how it tells of its models.
enum OpenAIWords {
    /// The body of `/v1/chat/completions`: what every dialect takes, and what a dialect has of its own.
    static func question(_ request: ModelRequest, _ endpoint: ModelEndpoint) -> JSONValue {
        var body: [String: JSONValue] = [
            "model": .string(endpoint.model),
            "messages": .array(request.messages.map(\.json)),
            "stream": .boolean(request.isStreamed),
            "temperature": .number("\(request.temperature)"),
            "seed": .integer(request.seed),
            "max_tokens": .integer(request.maximumTokens),
        ]
        // Without streaming the usage always comes, and asking for it is an error at some servers.
        if request.isStreamed { body["stream_options"] = ["include_usage": true] }
        // What a model thinks first counts as tokens of the answer, and cuts it: it is told not to, where it can be.
        switch endpoint.dialect {
        case .ollama, .ollamaV1: body["reasoning_effort"] = "none"
        case .llamaServer: body["chat_template_kwargs"] = ["enable_thinking": false]
        case .vLLM: break
        }
        body["response_format"] = request.schema.map { format($0, endpoint.dialect) }
        return .object(body)
    }

    /// All take OpenAI's envelope; `name` is demanded by vLLM, `strict` is nothing to the others.
    private static func format(_ schema: JSONValue, _ dialect: ModelEndpoint.Dialect) -> JSONValue {
        switch dialect {
        case .ollama, .ollamaV1, .llamaServer: ["type": "json_schema", "json_schema": ["schema": schema]]
        case .vLLM:
            ["type": "json_schema", "json_schema": ["name": "answer", "strict": true, "schema": schema]]
        }
    }

    /// `/health` of llama-server: only its status counts.
    struct Health: Decodable, Sendable {}

    /// `/v1/models`.
    struct Models: Decodable, Sendable {
        struct Entry: Decodable, Sendable {
            var id: String?
        }

        var data: [Entry]?

        func contain(_ endpoint: ModelEndpoint) -> Bool {
            let ids = (data ?? []).compactMap(\.id)
            return switch endpoint.dialect {
            case .ollama, .ollamaV1: ids.map(OllamaName.full).contains(OllamaName.full(endpoint.model))
            case .llamaServer, .vLLM: ids.contains(endpoint.model)
            }
        }
    }
}
