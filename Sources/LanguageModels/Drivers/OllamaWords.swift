internal import Documents

/// What Ollama is asked and how it tells of its models (ollama/ollama, `docs/api.md`).
enum OllamaWords {
    /// The body of `/api/chat`.
    ///
    /// `num_ctx` is the same in every request: a server that gets another number loads the model anew.
    static func question(_ request: ModelRequest, _ endpoint: ModelEndpoint) -> JSONValue {
        var body: [String: JSONValue] = [
            "model": .string(endpoint.model),
            "messages": .array(request.messages.map(\.json)),
            "stream": .boolean(request.isStreamed),
            "think": false,
            "keep_alive": keepAlive(endpoint.keepAlive),
            "options": [
                "num_ctx": .integer(endpoint.contextTokens),
                "num_predict": .integer(request.maximumTokens),
                "temperature": .number("\(request.temperature)"),
                "seed": .integer(request.seed),
            ],
        ]
        body["format"] = request.schema
        return .object(body)
    }

    /// No messages: the model is loaded, and nothing generated.
    ///
    /// - Parameters:
    ///   - endpoint: which model.
    ///   - withOptions: whether the questions will carry options.
    /// - Returns: the body of `/api/chat`.
    static func preload(_ endpoint: ModelEndpoint, withOptions: Bool = true) -> JSONValue {
        var body: [String: JSONValue] = [
            "model": .string(endpoint.model), "messages": [], "stream": false,
            "keep_alive": keepAlive(endpoint.keepAlive),
        ]
        if withOptions { body["options"] = ["num_ctx": .integer(endpoint.contextTokens)] }
        return .object(body)
    }

    /// Whole seconds, rounded up; negative for ever.
    static func keepAlive(_ duration: Duration) -> JSONValue {
        guard duration >= .zero else { return -1 }
        return .integer(duration.components.seconds + (duration.components.attoseconds > 0 ? 1 : 0))
    }

    /// `/api/version`.
    struct Version: Decodable, Sendable {
        var version: String?
    }

    /// `/api/tags` and `/api/ps`.
    struct Models: Decodable, Sendable {
        struct Entry: Decodable, Sendable {
            var name: String?
            var model: String?
            var digest: String?
        }

        var models: [Entry]?

        /// The entry of a model, whose tag may be left out.
        func first(_ model: String) -> Entry? {
            let wanted = OllamaName.full(model)
            return models?.first { [$0.name, $0.model].compactMap { $0 }.map(OllamaName.full).contains(wanted) }
        }
    }
}

/// The names of Ollama's models: `[host/][namespace/]name[:tag]`, in any case.
enum OllamaName {
    /// The name with everything that may be left out left out, but the tag.
    static func full(_ name: String) -> String {
        var rest = name.lowercased()[...]
        for prefix in ["registry.ollama.ai/", "library/"] where rest.hasPrefix(prefix) {
            rest = rest.dropFirst(prefix.count)
        }
        // A colon before the last slash belongs to a port.
        let last = rest.split(separator: "/", omittingEmptySubsequences: false).last ?? rest
        return last.contains(":") ? String(rest) : rest + ":latest"
    }
}

extension ModelRequest.Message {
    /// The form that all the chat APIs share.
    var json: JSONValue { ["role": .string(role.rawValue), "content": .string(text)] }
}
