internal import Documents
internal import FoundationEssentials

/// Reading the JSON of model servers: unknown members are ignored, missing ones are nil.
enum WireJSON {
    /// Reads one document.
    ///
    /// - Throws: `notJSON`; `protocolViolation` where a member is of another type than documented.
    static func read<Value: Decodable>(_ type: Value.Type, _ bytes: [UInt8]) throws(ModelFailure) -> Value {
        do {
            return try JSONDecoder().decode(type, from: Data(bytes))
        } catch DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context) {
            let place = context.codingPath.map { "/" + ($0.intValue.map { "\($0)" } ?? $0.stringValue) }.joined()
            throw ModelFailure(
                .malformedResponse(.protocolViolation),
                "the server's answer has another form than documented, at '\(place)'"
            )
        } catch {
            throw ModelFailure(.malformedResponse(.notJSON), "a part of the server's answer is not JSON")
        }
    }
}

/// What a server says in its error, for a person.
enum EngineMessage {
    /// The most characters that are repeated.
    static let limit = 300

    /// Ollama's text, the engine's envelope in it, and its message are six levels.
    private static let deepest = 6

    /// The text of an error body; nil when it has none.
    ///
    /// Ollama says `{"error":"text"}`, where the text may itself be the JSON of its engine; OpenAI's envelope is
    /// `{"error":{"message":…}}`, and FastAPI's `{"detail":…}`.
    static func text(ofBody bytes: [UInt8]) -> String? {
        guard let value = try? JSONValue(json: bytes) else { return line(String(decoding: bytes, as: UTF8.self)) }
        return text(value, depth: deepest)
    }

    /// The text of an `error` member.
    static func text(ofError value: JSONValue) -> String { text(value, depth: deepest) ?? "no reason is given" }

    private static func text(_ value: JSONValue, depth: Int) -> String? {
        guard depth > 0 else { return nil }
        switch value {
        case .string(let text):
            guard text.utf8.first == UInt8(ascii: "{"), let inner = try? JSONValue(json: text.utf8),
                let found = Self.text(inner, depth: depth - 1)
            else { return line(text) }
            return found
        case .object(let members):
            for key in ["error", "message", "detail"] {
                if let found = members[key].flatMap({ Self.text($0, depth: depth - 1) }) { return found }
            }
            return nil
        default: return nil
        }
    }

    /// One line, without what would disturb a terminal.
    private static func line(_ text: String) -> String? {
        let isHarmless: (Unicode.Scalar) -> Bool = { scalar in
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator: false
            default: true
            }
        }
        var scalars = String.UnicodeScalarView()
        for scalar in text.unicodeScalars.prefix(limit) { scalars.append(isHarmless(scalar) ? scalar : " ") }
        let words = String(scalars).split(separator: " ").joined(separator: " ")
        return words.isEmpty ? nil : words
    }
}
