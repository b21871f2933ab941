internal import Documents
internal import LanguageModels

/// Asks a model what an agent should decide; where none gives a usable answer, the rules in code have decided already.
struct Adviser: Sendable {
    /// Asks a question within a time.
    let ask: @Sendable (StructuredQuestion, Duration) async throws(ModelFailure) -> ModelAnswer
    /// Whether there is anybody to ask.
    let hasModels: Bool
    /// Is told of a question that a rule had to answer.
    let countHeuristic: @Sendable (String) -> Void
    /// How long an agent waits for a model: a stage of minutes may wait for a cold one.
    var budget = Duration.seconds(60)

    /// What a model's answer comes to after the hard rules.
    struct Reading {
        /// Values that may be used, by the name of the decision, each with the model's word for it.
        var values: [String: JSONValue] = [:]
        /// What is not used, and why.
        var refused: [String] = []
    }

    /// Decides.
    ///
    /// - Parameters:
    ///   - question: what a model is asked; nil where there is nothing to ask.
    ///   - rules: the decision by rule or by the researcher, in order; a model may change only what a rule decided.
    ///   - read: holds an answer to the hard rules.
    /// - Returns: the decisions, each with who made it.
    func decide(
        _ question: StructuredQuestion?,
        rules: [AgentDecisions.Decision],
        read: (JSONValue) -> Reading
    ) async -> AgentDecisions {
        let reasons = rules.map(\.reason).joined(separator: " ")
        var decided = AgentDecisions(decisions: rules, reasoning: reasons, source: .heuristic)
        guard let question, hasModels else { return decided }
        do {
            let answer = try await ask(question, budget)
            let reading = read(answer.value)
            decided.source = Self.source(answer.source)
            decided.reasoning = answer.value[AnswerSchema.analysis]?.stringValue ?? ""
            decided.model = answer.model
            decided.endpoint = answer.endpoint
            decided.digest = answer.digest
            decided.refused = reading.refused
            let (source, reasoning) = (decided.source, decided.reasoning)
            decided.decisions = rules.map { rule in
                guard rule.source == .heuristic, let value = reading.values[rule.name] else { return rule }
                return .init(name: rule.name, value: value, source: source, reason: reasoning)
            }
        } catch {
            decided.failure = error.code
            countHeuristic(question.name)
        }
        return decided
    }

    private static func source(_ source: AnswerSource) -> AgentDecisions.Source {
        switch source {
        case .model: .model
        case .repaired: .repaired
        case .cache: .cache
        case .heuristic: .heuristic
        }
    }
}

/// Parts of the schemas that agents send: bounded strings, closed objects, whole numbers.
enum AnswerSchema {
    /// Where a model writes what it thinks.
    ///
    /// Engines write properties in the schema's order, which is that of the alphabet here: this one comes first in all
    /// schemas of agents, so that what is thought comes before what is decided.
    static let analysis = "analysis"

    static func object(_ properties: [String: JSONValue]) -> JSONValue {
        [
            "type": "object", "properties": .object(properties), "additionalProperties": false,
            "required": .array(properties.keys.sorted().map { .string($0) }),
        ]
    }

    static func text(_ longest: Int) -> JSONValue { ["type": "string", "maxLength": .integer(longest)] }

    static func word<Word: CaseIterable & RawRepresentable<String>>(_: Word.Type) -> JSONValue {
        ["type": "string", "enum": .array(Word.allCases.map { .string($0.rawValue) })]
    }

    static func whole(_ range: ClosedRange<Int>) -> JSONValue {
        ["type": "integer", "minimum": .integer(range.lowerBound), "maximum": .integer(range.upperBound)]
    }
}

extension JSONValue {
    /// A number with four significant digits; null for what is none.
    static func figure(_ value: Double?) -> JSONValue {
        guard let value, value.isFinite else { return .null }
        guard value != 0 else { return 0 }
        var scale = 1.0
        while abs(value) * scale < 1000, scale < 1e12 { scale *= 10 }
        let rounded = (value * scale).rounded() / scale
        return rounded == rounded.rounded() && abs(rounded) < 1e15 ? .integer(Int(rounded)) : .number("\(rounded)")
    }

    /// A number with its unit.
    static func quantity(_ value: Double?, _ unit: String) -> JSONValue {
        ["value": .figure(value), "unit": .string(unit)]
    }
}
