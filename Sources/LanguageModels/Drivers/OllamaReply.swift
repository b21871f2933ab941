internal import Documents

/// The lines of Ollama's `/api/chat` (ollama/ollama, `docs/api.md`, "Generate a chat completion").
struct OllamaReply: ReplyFormat {
    private var hasCalls = false

    mutating func read(_ frame: [UInt8]) throws(ModelFailure) -> [ModelEvent] {
        let line = try WireJSON.read(Wire.Line.self, frame)
        if let error = line.error, error != .null {
            throw ModelFailure(.malformedResponse(.midStreamError), EngineMessage.text(ofError: error))
        }
        var events: [ModelEvent] = []
        if let thinking = line.message?.thinking, !thinking.isEmpty { events.append(.thinking(thinking)) }
        if let text = line.message?.content, !text.isEmpty { events.append(.text(text)) }
        for call in line.message?.toolCalls ?? [] { events.append(try Self.event(of: call)) }
        hasCalls = hasCalls || !(line.message?.toolCalls ?? []).isEmpty
        if line.done == true { events.append(.finish(finish(line))) }
        return events
    }

    private func finish(_ line: Wire.Line) -> ModelFinish {
        ModelFinish(
            reason: reason(line.doneReason),
            promptTokens: line.promptTokens,
            answerTokens: line.answerTokens,
            loading: line.loadNanoseconds.map { .nanoseconds(max(0, $0)) }
        )
    }

    /// Older servers tell no reason, newer ones may tell more: what is said is judged by its content all the same.
    private func reason(_ word: String?) -> ModelFinish.Reason {
        switch word {
        case "length": .length
        case "load", "unload": .load
        default: hasCalls ? .toolCalls : .stop
        }
    }

    private static func event(of call: Wire.Call) throws(ModelFailure) -> ModelEvent {
        guard let name = call.function?.name, !name.isEmpty else {
            throw ModelFailure(.malformedResponse(.protocolViolation), "the model calls a tool without a name")
        }
        switch call.function?.arguments {
        case nil, .null: return .toolCall(name: name, arguments: [:])
        case .object(let members): return .toolCall(name: name, arguments: .object(members))
        default:
            throw ModelFailure(.malformedResponse(.toolArguments), "the arguments of the tool '\(name)' are no object")
        }
    }

    /// The wire's own words; a number that is zero is left out there.
    private enum Wire {
        struct Line: Decodable {
            var error: JSONValue?
            var message: Message?
            var done: Bool?
            var doneReason: String?
            var promptTokens: Int?
            var answerTokens: Int?
            var loadNanoseconds: Int64?

            enum CodingKeys: String, CodingKey {
                case error, message, done
                case doneReason = "done_reason"
                case promptTokens = "prompt_eval_count"
                case answerTokens = "eval_count"
                case loadNanoseconds = "load_duration"
            }
        }

        struct Message: Decodable {
            var content: String?
            var thinking: String?
            var toolCalls: [Call]?

            enum CodingKeys: String, CodingKey {
                case content, thinking
                case toolCalls = "tool_calls"
            }
        }

        struct Call: Decodable {
            struct Function: Decodable {
                var name: String?
                var arguments: JSONValue?
            }

            var function: Function?
        }
    }
}
