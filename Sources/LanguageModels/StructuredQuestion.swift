package import Documents

/// A question whose answer must be a JSON document that fits a schema.
package struct StructuredQuestion: Sendable, Hashable {
    /// What it is about, for metrics and records: `advice`, `alphacal`.
    package let name: String
    /// The version of its words; another one is another question.
    package let version: Int
    /// The rules, without anything a user wrote.
    package let instructions: String
    /// What is judged; strings of users stand in it as JSON data and nowhere else.
    package let facts: JSONValue
    /// What the answer must fit; held to ``SchemaRules``.
    package let schema: JSONValue
    /// 0 for the likeliest answer.
    package let temperature: Double
    /// Makes the sampler repeatable where the engine honours it.
    package let seed: Int

    /// A question.
    package init(
        name: String,
        version: Int,
        instructions: String,
        facts: JSONValue,
        schema: JSONValue,
        temperature: Double = 0,
        seed: Int = 1
    ) {
        self.name = name
        self.version = version
        self.instructions = instructions
        self.facts = facts
        self.schema = schema
        self.temperature = temperature
        self.seed = seed
    }
}

/// Where an answer comes from; always told.
package enum AnswerSource: String, Sendable, CaseIterable, Codable {
    /// The model's first answer.
    case model
    /// The model's second answer, after it was told what was wrong with the first.
    case repaired
    /// An answer of the same model to the same question.
    case cache
    /// A rule in code: no model was asked, or none gave a usable answer.
    case heuristic
}

/// A model's answer that fits the schema.
package struct ModelAnswer: Sendable, Hashable {
    /// The answer.
    package let value: JSONValue
    /// Where it comes from; never ``AnswerSource/heuristic``.
    package var source: AnswerSource
    /// The endpoint that gave it.
    package let endpoint: String
    /// The model's name there.
    package let model: String
    /// The digest of its weights, where the server tells one.
    package let digest: String?
    /// Tokens read, where told.
    package let promptTokens: Int?
    /// Tokens written, where told.
    package let answerTokens: Int?
    /// How long it took, repairs included.
    package let took: Duration

    /// An answer.
    package init(
        value: JSONValue,
        source: AnswerSource,
        endpoint: String,
        model: String,
        digest: String?,
        promptTokens: Int?,
        answerTokens: Int?,
        took: Duration
    ) {
        self.value = value
        self.source = source
        self.endpoint = endpoint
        self.model = model
        self.digest = digest
        self.promptTokens = promptTokens
        self.answerTokens = answerTokens
        self.took = took
    }
}
