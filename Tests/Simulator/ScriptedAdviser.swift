import Documents
import LanguageModels

@testable import Simulator

extension Adviser {
    /// A model that answers as a test says; nil is a failure.
    static func scripted(
        source: AnswerSource = .model,
        _ answer: @escaping @Sendable (String) async -> JSONValue?
    ) -> Adviser {
        Adviser(
            ask: { (question, _) async throws(ModelFailure) in
                guard let value = await answer(question.name) else {
                    throw ModelFailure(.providerUnavailable(.timeout), "it does not answer")
                }
                return ModelAnswer(
                    value: value,
                    source: source,
                    endpoint: "test",
                    model: "tiny",
                    digest: "sha256:00",
                    promptTokens: nil,
                    answerTokens: nil,
                    took: .zero
                )
            },
            hasModels: true,
            countHeuristic: { _ in }
        )
    }
}
