internal import Documents

/// The chunks of `/v1/chat/completions`, as OpenAI documents them and Ollama, llama-server and vLLM serve them.
///
/// The end is a `finish_reason`, and then `[DONE]`: one without the other is no end. Between them may come the usage.
struct OpenAIReply: ReplyFormat {
    /// Whether one document is all, without `[DONE]`.
    private let isWhole: Bool
    private var reason: String?
    private var usage: Wire.Usage?
    private var calls = OpenAIToolCalls()

    init(isWhole: Bool = false) { self.isWhole = isWhole }

    mutating func read(_ frame: [UInt8]) throws(ModelFailure) -> [ModelEvent] {
        if !isWhole, frame.elementsEqual("[DONE]".utf8) { return try end() }
        let chunk = try WireJSON.read(Wire.Chunk.self, frame)
        if let error = chunk.fault {
            throw ModelFailure(.malformedResponse(.midStreamError), EngineMessage.text(ofError: error))
        }
        let events = take(chunk)
        return isWhole ? events + (try end()) : events
    }

    private mutating func take(_ chunk: Wire.Chunk) -> [ModelEvent] {
        usage = chunk.usage ?? usage
        guard let choice = chunk.choices?.first(where: { ($0.index ?? 0) == 0 }) else { return [] }
        reason = choice.reason ?? reason
        let piece = choice.delta ?? choice.message
        for call in piece?.toolCalls ?? [] { calls.take(call) }
        var events: [ModelEvent] = []
        if let text = piece?.reasoning ?? piece?.reasoningContent, !text.isEmpty { events.append(.thinking(text)) }
        if let text = piece?.content, !text.isEmpty { events.append(.text(text)) }
        return events
    }

    private func end() throws(ModelFailure) -> [ModelEvent] {
        guard let word = reason else { throw .noTerminal("the answer has no finish_reason: its end was never told") }
        let reason = try Self.reason(word, hasCalls: !calls.isEmpty)
        let finish = ModelFinish(
            reason: reason,
            promptTokens: usage?.promptTokens,
            answerTokens: usage?.answerTokens
        )
        return try calls.events(isCut: reason == .length) + [.finish(finish)]
    }

    private static func reason(_ word: String, hasCalls: Bool) throws(ModelFailure) -> ModelFinish.Reason {
        switch word {
        case "length": .length
        case "tool_calls", "function_call": .toolCalls
        // The engine gave up, or kept the answer back: what came is no answer.
        case "abort", "error", "content_filter":
            throw ModelFailure(.malformedResponse(.midStreamError), "the server ended the answer with '\(word)'")
        default: hasCalls ? .toolCalls : .stop
        }
    }

    /// The wire's own words.
    enum Wire {
        struct Chunk: Decodable {
            var error: JSONValue?
            var object: String?
            var message: JSONValue?
            var choices: [Choice]?
            var usage: Usage?

            /// vLLM's older errors are objects of the kind `error`.
            var fault: JSONValue? {
                if let error, error != .null { return error }
                guard object == "error" else { return .none }
                return message ?? .null
            }
        }

        struct Choice: Decodable {
            var index: Int?
            var delta: Piece?
            var message: Piece?
            var reason: String?

            enum CodingKeys: String, CodingKey {
                case index, delta, message
                case reason = "finish_reason"
            }
        }

        struct Piece: Decodable {
            var content: String?
            var reasoning: String?
            var reasoningContent: String?
            var toolCalls: [OpenAIToolCalls.Piece]?

            enum CodingKeys: String, CodingKey {
                case content, reasoning
                case reasoningContent = "reasoning_content"
                case toolCalls = "tool_calls"
            }
        }

        struct Usage: Decodable {
            var promptTokens: Int?
            var answerTokens: Int?

            enum CodingKeys: String, CodingKey {
                case promptTokens = "prompt_tokens"
                case answerTokens = "completion_tokens"
            }
        }
    }
}
