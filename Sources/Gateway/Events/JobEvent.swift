package import Documents

/// One fact that happened to a job, appended once.
package struct JobEvent: Sendable, Hashable {
    /// What kind of fact.
    package enum Kind: String, Sendable, CaseIterable {
        /// The gateway accepted the job.
        case submitted = "job.submitted"
        /// Its state changed.
        case state = "job.state"
        /// Something else about it changed: reason, queue position, node list.
        case progress = "job.progress"
        /// Somebody asked for it to be cancelled.
        case cancelRequested = "job.cancelRequested"
        /// Files are on their way: bytes, rate, time that remains.
        case transfer = "job.transfer"
        /// It waits for people to approve it; the data tell why.
        case held = "job.held"
        /// Enough people have approved it; the data tell who.
        case approved = "job.approved"
        /// Somebody has refused it, or nobody decided in time: its end follows.
        case refused = "job.refused"
        /// A model's opinion came that was too slow for the submission; the data are the opinion.
        case advice = "job.advice"
        /// A further attempt begins; the data tell how the last one ended.
        case attempt = "job.attempt"
        /// A stage of it began; the data tell which, and how long it is expected to take.
        case stageStarted = "job.stage_started"
        /// A stage of it ended well; the data tell what it produced.
        case stageCompleted = "job.stage_completed"
        /// It completed; the data tell how long it took in all, and where its outputs are. Its last `job.state` follows.
        case completed = "job.completed"
        /// It failed or ran out of time; the data tell why, and in which stage. Its last `job.state` follows.
        case failed = "job.failed"
    }

    /// Counts the job's events from 1 without gaps.
    package let sequence: Int
    /// What kind of fact.
    package let kind: Kind
    /// Whose fact.
    package let job: JobID
    /// When it was written.
    package let at: Timestamp
    /// The job's state after it.
    package let state: JobState
    /// The job's reason after it.
    package let reason: String?
    /// Details by kind; an object.
    package let data: JSONValue

    /// Whether no event can follow.
    package var isLast: Bool { kind == .state && state.isFinal }
}
