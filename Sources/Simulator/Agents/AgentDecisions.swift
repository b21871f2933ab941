internal import Documents

/// What an agent decided in one stage, and how it came to that.
struct AgentDecisions: Sendable, Hashable, Codable {
    /// Who decided a value.
    enum Source: String, Sendable, Codable {
        /// The model's first answer.
        case model
        /// The model's second answer, after it was told what was wrong with the first.
        case repaired
        /// An answer of the same model to the same question.
        case cache
        /// A rule in code.
        case heuristic
        /// The manifest.
        case researcher
    }

    /// One value that was decided.
    struct Decision: Sendable, Hashable, Codable {
        /// What of: `rfiStrategy`.
        let name: String
        /// The value, as it is used.
        let value: JSONValue
        /// Who decided it.
        let source: Source
        /// Why, in words.
        let reason: String
    }

    /// The values.
    var decisions: [Decision]
    /// What the agent says of it all.
    var reasoning: String
    /// Where the answer came from: `heuristic` where no model gave one that could be used.
    var source: Source
    /// The model's name and its endpoint's; nil where none answered.
    var model: String?
    /// The endpoint's name.
    var endpoint: String?
    /// The digest of the model's weights, where its server tells one.
    var digest: String?
    /// Why the heuristic had to answer, as `ModelFailure.code`; nil where a model did, or none is configured.
    var failure: String?
    /// What of the model's answer was not used, and why.
    var refused: [String] = []

    /// The value of a decision; nil when it is not there.
    func value(_ name: String) -> JSONValue? { decisions.first { $0.name == name }?.value }

    /// For files, events and the API.
    var json: JSONValue {
        let list = decisions.map { decision -> JSONValue in
            [
                "name": .string(decision.name), "value": decision.value,
                "source": .string(decision.source.rawValue), "reason": .string(decision.reason),
            ]
        }
        var members: [String: JSONValue] = [
            "decisions": .array(list), "reasoning": .string(reasoning), "source": .string(source.rawValue),
        ]
        if let model {
            members["model"] = [
                "name": .string(model), "endpoint": endpoint.map { .string($0) } ?? .null,
                "digest": digest.map { .string($0) } ?? .null,
            ]
        }
        members["modelFailure"] = failure.map { .string($0) }
        if !refused.isEmpty { members["refused"] = .array(refused.map { .string($0) }) }
        return .object(members)
    }
}
