/// Where a task is in its life; a task that is done leaves the table.
package enum TaskState: String, Sendable, Hashable, CaseIterable {
    /// Waits for its time and a worker; becomes ``running``.
    case waiting
    /// A worker holds its lease; becomes ``waiting`` again, ``dead``, or is done.
    case running
    /// Put aside for a person to look at; becomes ``waiting`` when revived.
    case dead
}

/// How many tasks of a kind are in a state.
package struct TaskCount: Sendable, Hashable {
    /// The tasks' kind.
    package let kind: String
    /// The tasks' state.
    package let state: TaskState
    /// How many there are.
    package let count: Int
}

/// A task that failed for good.
package struct DeadTask: Sendable, Hashable {
    /// The task's number.
    package let id: Int64
    /// The task's kind.
    package let kind: String
    /// The task's key.
    package let key: String?
    /// The task's payload, JSON text.
    package let payload: String
    /// How many runs were begun.
    package let attempts: Int
    /// What the last run said.
    package let lastError: String
    /// When it was put aside, in microseconds since 1970 UTC.
    package let diedAt: Int64
}
