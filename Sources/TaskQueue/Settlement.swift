/// What becomes of a task when its run has ended: a decision on values, written down by ``TaskStore``.
enum Settlement: Sendable, Hashable {
    /// The task leaves the table.
    case remove
    /// The task waits again; a nil error keeps the one that is there.
    case wait(runAt: Int64, attempts: Int, error: String?)
    /// The task is put aside.
    case die(error: String)

    /// How a run ended.
    enum Verdict: Sendable, Hashable {
        /// The handler said so.
        case outcome(TaskOutcome)
        /// The handler threw, took too long, or its worker vanished.
        case failed(reason: String)
        /// The worker stopped; the run does not count.
        case released
    }

    /// The task as it stands when the run has ended.
    struct Standing: Sendable, Hashable {
        /// The runs begun since the last success, this one included.
        var attempts: Int
        var maximumAttempts: Int
        /// When it was asked for again during the run.
        var rerunAt: Int64?
        var isCancelRequested = false
    }

    /// Decides.
    /// - Parameters:
    ///   - verdict: How the run ended.
    ///   - standing: The task.
    ///   - now: The time in microseconds.
    ///   - pause: How long to wait after a failure, in microseconds.
    init(_ verdict: Verdict, _ standing: Standing, now: Int64, pause: Int64) {
        if standing.isCancelRequested {
            self = Self.end(standing, error: nil, otherwise: .remove)
            return
        }
        switch verdict {
        case .outcome(.done):
            self = Self.end(standing, error: nil, otherwise: .remove)
        case .outcome(.again(let after)):
            self = .wait(
                runAt: min(now + after.microseconds, standing.rerunAt ?? .max),
                attempts: 0,
                error: nil
            )
        case .outcome(.dead(let reason)):
            self = Self.end(standing, error: reason, otherwise: .die(error: reason))
        case .outcome(.retry(let reason)), .failed(let reason):
            guard standing.attempts < standing.maximumAttempts else {
                self = Self.end(standing, error: reason, otherwise: .die(error: reason))
                return
            }
            self = .wait(
                runAt: min(now + pause, standing.rerunAt ?? .max),
                attempts: standing.attempts,
                error: reason
            )
        case .released:
            self = .wait(runAt: now, attempts: max(0, standing.attempts - 1), error: nil)
        }
    }

    /// A task that was asked for again while it ran begins anew, whatever became of this run.
    private static func end(_ standing: Standing, error: String?, otherwise: Settlement) -> Settlement {
        guard let rerunAt = standing.rerunAt else { return otherwise }
        return .wait(runAt: rerunAt, attempts: 0, error: error)
    }
}
