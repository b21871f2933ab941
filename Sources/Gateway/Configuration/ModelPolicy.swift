package import LanguageModels

/// Which language models the gateway may ask.
package struct ModelPolicy: Sendable, Hashable {
    /// In the order they are asked: the next one where the one before cannot be.
    package var endpoints: [ModelEndpoint] = []

    /// No models.
    package static let none = ModelPolicy()
}

/// How jobs are advised on when they are submitted.
package struct AdvicePolicy: Sendable, Hashable {
    /// Where advice against a job refuses it.
    package enum Rejection: String, Sendable, CaseIterable {
        /// At simulated sites; elsewhere it is a warning.
        case simulator
        /// At every site.
        case always
        /// Nowhere: it is a warning.
        case never
    }

    /// How long a submission waits for a model.
    package var budget = Duration.milliseconds(1600)
    /// Whether the rules in code answer where no model does; without them such a submission is refused for now.
    package var usesHeuristic = true
    /// Where advice against a job refuses it.
    package var rejects = Rejection.simulator
    /// The least confidence, 0 to 100, at which a model's advice against a job counts.
    package var confidence = 60
    /// How long a model may take whose opinion comes after the job was accepted.
    package var latePatience = Duration.seconds(300)

    /// 1.6 s, the heuristic on, refusals at simulated sites from a confidence of 60 on.
    package static let standard = AdvicePolicy()
}
