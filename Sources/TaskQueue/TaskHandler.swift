/// Does the tasks of one kind.
///
/// A run may happen twice (a worker can die after the work and before the note of it), so it must not matter if it does.
package protocol TaskHandler: Sendable {
    /// The kind of the tasks it does.
    var kind: String { get }

    /// How many of them this process runs at once; at least 1.
    var concurrency: Int { get }

    /// Does one task; throwing counts as a failed attempt.
    ///
    /// The surrounding Swift task is cancelled when time is up, when the lease is lost, when the task was cancelled and
    /// when the process stops: a handler should end soon after.
    func run(_ task: LeasedTask) async throws -> TaskOutcome
}

/// What is to become of a task after a run.
package enum TaskOutcome: Sendable, Hashable {
    /// It is finished.
    case done
    /// All is well; run it again later. Counts as a success, not as an attempt.
    case again(after: Duration)
    /// It failed; try again after a pause, if attempts are left.
    case retry(reason: String)
    /// It failed and trying again is pointless.
    case dead(reason: String)
}

/// A handler made of a closure.
package struct ClosureTaskHandler: TaskHandler {
    /// The kind of the tasks it does.
    package let kind: String
    /// How many of them this process runs at once.
    package let concurrency: Int
    private let body: @Sendable (LeasedTask) async throws -> TaskOutcome

    /// Makes a handler of a closure.
    package init(
        kind: String,
        concurrency: Int = 1,
        body: @escaping @Sendable (LeasedTask) async throws -> TaskOutcome
    ) {
        self.kind = kind
        self.concurrency = concurrency
        self.body = body
    }

    /// Calls the closure.
    package func run(_ task: LeasedTask) async throws -> TaskOutcome { try await body(task) }
}
