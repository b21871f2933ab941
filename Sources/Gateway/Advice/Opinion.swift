package import LanguageModels

/// What a model, or the heuristic, thinks of a job.
package struct Opinion: Sendable, Hashable {
    /// Whether the job makes sense as it is.
    package let isValid: Bool
    /// What to change, or what to know; may be empty, at most 160 characters.
    package let feedback: String
    /// How sure of it, 0 to 100.
    package let confidence: Int
    /// How long the job takes, in minutes; nil where nobody can tell.
    package let estimatedMinutes: Int?
    /// Why, at most 120 characters.
    package let reasoning: String
    /// Where it comes from.
    package let source: AnswerSource
    /// The model's name; nil for the heuristic.
    package let model: String?
    /// The digest of the model's weights, where its server tells one.
    package let digest: String?
    /// When it was given.
    package let at: Timestamp

    /// Where it comes from, as answers say it: model, repaired, cache or heuristic.
    package var origin: String { source.rawValue }

    /// Who gave it, for a person.
    package var author: String { model.map { "the model \($0)" } ?? "the heuristic" }
}

/// What a researcher and an approving admin are told about a submitted job besides its state.
package struct JobAdvice: Sendable, Hashable {
    /// What was thought of it when it was submitted.
    package let opinion: Opinion
    /// Why the heuristic answered though models are configured, as ``ModelFailure/code``; nil else.
    package let failure: String?
    /// How jobs of the same kind went before; nil where none has ended.
    package let past: PastJobs?
    /// What a model thought of it that was too slow for the submission.
    package var late: Opinion?
}
