package import Documents

/// One generation that is asked of a model.
package struct ModelRequest: Sendable, Hashable {
    /// Who speaks.
    package enum Role: String, Sendable {
        /// The rules.
        case system
        /// The question.
        case user
        /// An earlier answer of the model.
        case assistant
    }

    /// One message of the conversation.
    package struct Message: Sendable, Hashable {
        /// Who speaks.
        package let role: Role
        /// What is said.
        package let text: String

        /// A message.
        package init(_ role: Role, _ text: String) {
            self.role = role
            self.text = text
        }
    }

    /// The conversation, oldest first.
    package var messages: [Message]
    /// A JSON Schema the answer is held to by the engine; nil for free text.
    package var schema: JSONValue?
    /// 0 for the likeliest answer.
    package var temperature: Double
    /// Makes the sampler repeatable where the engine honours it.
    package var seed: Int
    /// The most tokens of the answer; always sent.
    package var maximumTokens: Int
    /// From sending until the last byte.
    package var deadline: Duration
    /// Whether the answer comes in pieces; false asks for the whole at once, which a server may get right when it breaks
    /// streams.
    package var isStreamed = true

    /// A request.
    package init(
        messages: [Message],
        schema: JSONValue? = nil,
        temperature: Double = 0,
        seed: Int = 1,
        maximumTokens: Int = 256,
        deadline: Duration = .seconds(60)
    ) {
        self.messages = messages
        self.schema = schema
        self.temperature = temperature
        self.seed = seed
        self.maximumTokens = maximumTokens
        self.deadline = deadline
    }
}
