/// Where a job stands in its life (`docs/state-machine.md`).
package enum JobState: String, Sendable, Hashable, CaseIterable, Codable {
    /// Accepted by the gateway, waiting for its next step. Goes to `staging`, `cancelled`, `failed`, or `completed` when
    /// its result is known.
    case queued
    /// Waits for people to approve it. Goes to `queued`, `cancelled`.
    case held
    /// Its inputs, its files and its script are on their way to the site, or the answer is awaited.
    /// Goes to `pending`, `queued`, `held`, `failed`, `cancelled`, or `completed` when its result is known.
    case staging
    /// Slurm has it and has not started it. Goes to `running`, `retrieving`, `queued` (another attempt).
    case pending
    /// It runs. Goes to `pending` (requeued by Slurm), `retrieving`, `queued` (another attempt).
    case running
    /// It ended; logs and outputs are on their way. Goes to any final state.
    case retrieving
    /// It ended with exit code 0. Final.
    case completed
    /// It was refused, or ended badly. Final.
    case failed
    /// It was cancelled before it ended by itself. Final.
    case cancelled
    /// It reached its walltime or deadline. Final.
    case timedOut

    /// Whether nothing can follow.
    package var isFinal: Bool {
        switch self {
        case .completed, .failed, .cancelled, .timedOut: true
        case .queued, .held, .staging, .pending, .running, .retrieving: false
        }
    }

    /// The states a job may go to from this one.
    package var successors: Set<JobState> {
        switch self {
        case .queued: [.held, .staging, .completed, .failed, .cancelled]
        case .held: [.queued, .cancelled]
        case .staging: [.queued, .held, .pending, .running, .retrieving, .completed, .failed, .cancelled]
        case .pending: [.running, .retrieving, .queued]
        case .running: [.pending, .retrieving, .queued]
        case .retrieving: [.completed, .failed, .cancelled, .timedOut]
        case .completed, .failed, .cancelled, .timedOut: []
        }
    }
}
