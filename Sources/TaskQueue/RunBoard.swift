import Synchronization

/// The runs of one worker that are going on.
final class RunBoard: Sendable {
    /// One run: its task, how to stop it, and how long its lease is known to last.
    struct Run: Sendable {
        let task: LeasedTask
        let stopSwitch: StopSwitch
        var expiresAt: Int64
    }

    private let runs = Mutex<[LeasedTask: Run]>([:])

    /// All runs.
    var all: [Run] { runs.withLock { Array($0.values) } }

    /// How many runs of a kind there are.
    func count(_ kind: String) -> Int {
        runs.withLock { $0.values.count { $0.task.kind == kind } }
    }

    /// Puts a run on the board.
    func add(_ task: LeasedTask, expiresAt: Int64) -> Run {
        let run = Run(task: task, stopSwitch: StopSwitch(), expiresAt: expiresAt)
        runs.withLock { $0[task] = run }
        return run
    }

    /// Takes a run off the board.
    func remove(_ task: LeasedTask) {
        runs.withLock { $0[task] = nil }
    }

    /// Notes that a lease was extended.
    func extended(_ task: LeasedTask, until expiry: Int64) {
        runs.withLock { $0[task]?.expiresAt = expiry }
    }
}
