/// What is known about one job, or one task of an array, at one moment.
///
/// All moments are seconds since 1970.
package struct JobObservation: Sendable, Equatable {
    package var state: ObservedState
    /// The exit code of the batch script; nil while it runs and as long as accounting has not told it.
    package var exitCode: Int?
    /// The signal that ended it, 0 for none.
    package var signal: Int?
    /// Slurm's reason code, such as `Resources`; nil for none.
    package var reason: String?
    package var nodes: String?
    package var partition: String?
    package var account: String?
    package var qos: String?
    package var submitTime: Int?
    package var eligibleTime: Int?
    package var startTime: Int?
    package var endTime: Int?
    /// When Slurm expects a pending job to start.
    package var startEstimate: Int?
    package var elapsedSeconds: Int?
    package var allocatedTRES: [String: String] = [:]
    /// Used resources, such as `cpu` in seconds and `mem` in bytes, the largest of all steps.
    package var usedTRES: [String: String] = [:]
    package var priority: Int?
    /// The place in the partition's queue; 1 is next.
    package var queuePosition: Int?
    /// The job has ended and its accounting record has not come: ask again for the exit code.
    package var awaitsAccounting = false
    /// The tasks by index; empty unless the job is an array.
    package var tasks: [Int: JobObservation] = [:]
    /// The rows this was read from, columns between `|`.
    package var rawRows: [String] = []

    package init(state: ObservedState) {
        self.state = state
    }
}

/// Whether a job was seen.
package enum JobSighting: Sendable, Equatable {
    case visible(JobObservation)
    /// Neither program showed it; it does not exist only if both answered and it is not brand new.
    case notVisible(queueAnswered: Bool, accountingAnswered: Bool)
}
