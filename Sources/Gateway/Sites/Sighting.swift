/// What a site told about one job.
package struct Sighting: Sendable, Hashable {
    /// How far the job is.
    package enum Phase: Sendable, Hashable {
        /// It waits.
        case pending
        /// It runs.
        case running
        /// It is over.
        case ended(JobEnding)
    }

    /// How far it is.
    package let phase: Phase
    /// Details, as told.
    package let facts: SlurmFacts
    /// Why it stands there, in words for a person.
    package let reason: String?
    /// Its array tasks, where it is a job array.
    package let tasks: [ArrayTask]
    /// The stages it has begun so far, in order, where the site tells of stages.
    package let stages: [JobStage]

    /// A sighting.
    package init(
        phase: Phase,
        facts: SlurmFacts,
        reason: String?,
        tasks: [ArrayTask] = [],
        stages: [JobStage] = []
    ) {
        self.phase = phase
        self.facts = facts
        self.reason = reason
        self.tasks = tasks
        self.stages = stages
    }
}
