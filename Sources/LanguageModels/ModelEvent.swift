package import Documents

/// What comes of a generation, in order: any number of pieces, then exactly one ``finish(_:)``, or an error instead.
package enum ModelEvent: Sendable, Hashable {
    /// A piece of the answer.
    case text(String)
    /// A piece of what a thinking model thinks; no part of the answer.
    case thinking(String)
    /// A whole tool call.
    case toolCall(name: String, arguments: JSONValue)
    /// The end; nothing follows.
    case finish(ModelFinish)
}

/// How a generation ended.
package struct ModelFinish: Sendable, Hashable {
    /// Why it ended.
    package enum Reason: String, Sendable {
        /// The model had said everything.
        case stop
        /// The most tokens were reached: the answer is cut.
        case length
        /// It wants a tool called.
        case toolCalls = "tool_calls"
        /// The model was loaded; nothing was generated.
        case load
    }

    /// Why it ended.
    package let reason: Reason
    /// Tokens read and written, as the engine counted them; nil where it did not tell.
    package let promptTokens: Int?
    /// Tokens written.
    package let answerTokens: Int?
    /// How long the model took to load before it began; nil where that is not told.
    package let loading: Duration?

    /// An end.
    package init(reason: Reason, promptTokens: Int? = nil, answerTokens: Int? = nil, loading: Duration? = nil) {
        self.reason = reason
        self.promptTokens = promptTokens
        self.answerTokens = answerTokens
        self.loading = loading
    }
}
