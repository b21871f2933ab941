package import Documents

/// A stage of a job that runs, as its site tells of it: a part of a pipeline with a beginning and an end.
package struct JobStage: Sendable, Hashable, Codable {
    /// A step within a stage.
    package struct Step: Sendable, Hashable, Codable {
        /// Its name, such as `POLYNOMIAL_FIT`.
        package let name: String
        /// When it was reached.
        package let at: Timestamp

        /// A step.
        package init(name: String, at: Timestamp) {
            self.name = name
            self.at = at
        }
    }

    /// Its name, such as `ALPHACAL`; unique within an attempt.
    package let name: String
    /// How long it is expected to take, in minutes; nil where nobody said.
    package var estimatedMinutes: Double?
    /// When it began.
    package var startedAt: Timestamp
    /// When it ended well; nil while it runs, and for ever where the job failed in it.
    package var completedAt: Timestamp?
    /// How far it is, 0 to 100.
    package var progress: Int
    /// The steps reached so far, in order.
    package var steps: [Step]
    /// What was decided in it, by whom and why; null where nothing was.
    package var decisions: JSONValue
    /// What it produced, with units; null until it ended.
    package var output: JSONValue
    /// Whether the same job may come out otherwise another time, so that its result is not kept as a known one.
    package var mayDiffer: Bool?

    /// A stage.
    package init(
        name: String,
        estimatedMinutes: Double?,
        startedAt: Timestamp,
        completedAt: Timestamp? = nil,
        progress: Int = 0,
        steps: [Step] = [],
        decisions: JSONValue = .null,
        output: JSONValue = .null,
        mayDiffer: Bool? = nil
    ) {
        self.name = name
        self.estimatedMinutes = estimatedMinutes
        self.startedAt = startedAt
        self.completedAt = completedAt
        self.progress = progress
        self.steps = steps
        self.decisions = decisions
        self.output = output
        self.mayDiffer = mayDiffer
    }
}
