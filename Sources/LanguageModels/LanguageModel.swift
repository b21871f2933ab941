/// A language model behind a wire format: the seam of the drivers.
///
/// Nothing in here tries twice: ``ModelDesk`` alone does.
package protocol LanguageModel: Sendable {
    /// Which model where.
    var endpoint: ModelEndpoint { get }

    /// Begins a generation.
    ///
    /// Letting the stream go, or cancelling the task that reads it, closes the connection, so that the engine's slot
    /// is free again.
    ///
    /// - Parameter request: what is asked.
    /// - Returns: the events; exactly one ``ModelEvent/finish(_:)`` ends them, or a ``ModelFailure`` is thrown.
    func generate(_ request: ModelRequest) -> AsyncThrowingStream<ModelEvent, any Error>

    /// Whether the server answers and has the model; short, and never loads it.
    ///
    /// - Throws: ``ModelFailure``.
    func status() async throws(ModelFailure) -> ModelStatus

    /// Loads the model without generating, and waits for it up to the endpoint's `loadDeadline`.
    ///
    /// A client that gives up during a cold load makes Ollama abort the load: this is the one that does not.
    ///
    /// - Throws: ``ModelFailure``.
    func load() async throws(ModelFailure)
}

/// What a server tells of itself and of a model.
package struct ModelStatus: Sendable, Hashable {
    /// The server's version, where it tells one.
    package let version: String?
    /// The digest of the model's weights, where the server tells one.
    package let digest: String?
    /// Whether it is in memory now; nil where the server does not tell.
    package let isLoaded: Bool?

    /// A status.
    package init(version: String?, digest: String?, isLoaded: Bool?) {
        self.version = version
        self.digest = digest
        self.isLoaded = isLoaded
    }
}
