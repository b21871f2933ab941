package import Logging
internal import ServiceLifecycle

/// Asks models structured questions: the one owner of retries, repairs, breakers, slots and the cache.
package final class ModelDesk: Service {
    private let models: [any LanguageModel]

    /// A desk.
    ///
    /// - Parameters:
    ///   - models: in the order they are asked; the next one where the one before cannot be.
    ///   - logger: where an operator reads.
    package init(models: [any LanguageModel], logger: Logger) {
        self.models = models
    }

    /// Whether any model is configured.
    package var hasModels: Bool { !models.isEmpty }

    /// Asks.
    ///
    /// - Parameters:
    ///   - question: what is asked.
    ///   - budget: how long the caller waits. The question itself goes on behind it, up to the model's own deadline:
    ///     the answer is then in the cache for whoever asks the same again, or waits for it.
    /// - Returns: the answer.
    /// - Throws: ``ModelFailure``; `timeout` when the budget is over.
    package func ask(
        _ question: StructuredQuestion,
        within budget: Duration
    ) async throws(ModelFailure) -> ModelAnswer {
        throw ModelFailure(.providerUnavailable(.notConfigured), "no language model is configured")
    }

    /// Carries what goes on behind callers that did not wait, and looks after the models.
    package func run() async throws {
        try await gracefulShutdown()
    }
}
