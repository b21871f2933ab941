/// How a model does, as it was last seen.
package struct ModelHealth: Sendable, Hashable {
    /// How it does.
    package enum State: String, Sendable, CaseIterable {
        /// It answers and is in memory, or its server does not tell.
        case healthy
        /// It can be asked, and the first answer may take long, or the last ones were bad.
        case degraded
        /// It cannot be asked.
        case down
    }

    /// What the breaker does.
    package enum Breaker: String, Sendable, CaseIterable {
        /// Requests go through.
        case closed
        /// None does.
        case open
        /// One finds out whether the server is back.
        case halfOpen = "half_open"
    }

    /// Its name in the configuration.
    package let endpoint: String
    /// The model's name there.
    package let model: String
    /// How it does.
    package let state: State
    /// Whether it is in memory; nil where that is not known.
    package let isLoaded: Bool?
    /// What the breaker does.
    package let breaker: Breaker
    /// Why it is not healthy; nil where it is.
    package let reason: String?
}
