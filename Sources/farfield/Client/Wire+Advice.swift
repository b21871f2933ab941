/// What is said of jobs.
extension Wire {
    /// `advice` of a job, and `estimate` of an approval.
    struct Advice: Decodable, Sendable {
        struct Late: Decodable, Sendable {
            var isValid: Bool
            var feedback: String
            var confidence: Int
            var estimatedMinutes: Int?
            var reasoning: String
            var model: String?
        }

        struct Statistics: Decodable, Sendable {
            var of: String
            var jobs: Int
            var medianMinutes: Double?
            var p90Minutes: Double?
            var completedShare: Double

            /// How such jobs went before, in one line.
            var line: String {
                let whose = of == "owner" ? "of the same owner" : "of everybody"
                let times = [medianMinutes.map { "median \($0) min" }, p90Minutes.map { "90 % below \($0) min" }]
                let share = "\(Int((completedShare * 100).rounded())) % completed"
                return (["the last \(jobs) \(whose)"] + times.compactMap(\.self) + [share]).joined(separator: ", ")
            }
        }

        var isValid: Bool
        var feedback: String
        var confidence: Int
        var estimatedMinutes: Int?
        var reasoning: String
        var model: String?
        var failure: String?
        var late: Late?
        var statistics: Statistics?

        /// What was said at the submission, and what is to be heeded; one line or two.
        var lines: [String] {
            let whence = failure.map { " (no model: \($0))" } ?? ""
            let said = Self.text(model, whence, isValid, estimatedMinutes, confidence, reasoning)
            return feedback.isEmpty ? [said] : [said, feedback]
        }

        /// What a model said afterwards.
        var lateLine: String? {
            late.map { late in
                Self.text(late.model, "", late.isValid, late.estimatedMinutes, late.confidence, late.reasoning)
                    + (late.feedback.isEmpty ? "" : " " + late.feedback)
            }
        }

        private static func text(
            _ model: String?,
            _ whence: String,
            _ isValid: Bool,
            _ minutes: Int?,
            _ confidence: Int,
            _ reasoning: String
        ) -> String {
            let author = model.map { "model \($0)" } ?? "the heuristic"
            let time = minutes.map { "about \($0) min" } ?? "no estimate"
            let verdict = isValid ? time : "\(time), ADVISES AGAINST the job"
            return "\(author)\(whence): \(verdict), \(confidence) % sure. \(reasoning)"
        }
    }
}
