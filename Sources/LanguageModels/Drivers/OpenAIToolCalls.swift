internal import Documents

/// Tool calls that come in pieces: a name once, and the arguments as the text of a JSON object, cut anywhere.
struct OpenAIToolCalls: Sendable {
    /// A piece of a call, in the wire's own words.
    struct Piece: Decodable {
        struct Function: Decodable {
            var name: String?
            var arguments: String?
        }

        var index: Int?
        var function: Function?
    }

    private struct Call {
        var index: Int
        var name = ""
        var arguments = ""
    }

    private var calls: [Call] = []

    var isEmpty: Bool { calls.isEmpty }

    /// Takes a piece; one without an index is a call of its own, and so is a new name for an index that has all.
    ///
    /// Older Ollamas give every call the index 0 (ollama/ollama, `openai/openai.go`).
    mutating func take(_ piece: Piece) {
        let index = piece.index ?? calls.count
        let name = piece.function?.name ?? ""
        var place = calls.lastIndex { $0.index == index } ?? calls.endIndex
        if place < calls.endIndex, !name.isEmpty, !calls[place].arguments.isEmpty { place = calls.endIndex }
        if place == calls.endIndex { calls.append(Call(index: index)) }
        if !name.isEmpty { calls[place].name = name }
        calls[place].arguments += piece.function?.arguments ?? ""
    }

    /// The calls, whole.
    ///
    /// - Parameter isCut: whether the most tokens were reached.
    /// - Returns: one event for each.
    /// - Throws: `toolArguments`; `truncated` where that is why.
    func events(isCut: Bool) throws(ModelFailure) -> [ModelEvent] {
        var events: [ModelEvent] = []
        for call in calls { events.append(try Self.event(of: call, isCut: isCut)) }
        return events
    }

    private static func event(of call: Call, isCut: Bool) throws(ModelFailure) -> ModelEvent {
        guard !call.name.isEmpty else {
            throw ModelFailure(.malformedResponse(.protocolViolation), "the model calls a tool without a name")
        }
        if call.arguments.isEmpty { return .toolCall(name: call.name, arguments: [:]) }
        guard let arguments = try? JSONValue(json: call.arguments.utf8), arguments.objectValue != nil else {
            throw ModelFailure(
                .malformedResponse(isCut ? .truncated : .toolArguments),
                "the arguments of the tool '\(call.name)' are no JSON object"
            )
        }
        return .toolCall(name: call.name, arguments: arguments)
    }
}
