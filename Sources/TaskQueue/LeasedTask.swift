import Storage

/// A task in the hands of a worker.
package struct LeasedTask: Sendable, Hashable {
    /// The task's number.
    package let id: Int64
    /// The task's kind.
    package let kind: String
    /// The task's key.
    package let key: String?
    /// What was asked for, as JSON text.
    package let payload: String
    /// The task's priority.
    package let priority: Int
    /// Which attempt this is, from 1.
    package let attempt: Int
    /// How many attempts there may be.
    package let maximumAttempts: Int
    /// How long this run may take, in seconds.
    package let timeoutSeconds: Int
    /// When it was due, in microseconds since 1970 UTC.
    package let runAt: Int64
    /// Who holds the lease.
    package let owner: String
    /// Which lease of the task this is; with the owner it names the lease.
    package let claim: Int64

    static let columns =
        "id, kind, task_key, payload, priority, attempts, maximum_attempts, timeout_seconds, run_at, lease_owner, claims"

    init(_ row: Row) throws {
        id = try row.integer("id")
        kind = try row.text("kind")
        key = try row.optionalText("task_key")
        payload = try row.text("payload")
        priority = try row.integer("priority")
        attempt = try row.integer("attempts")
        maximumAttempts = try row.integer("maximum_attempts")
        timeoutSeconds = try row.integer("timeout_seconds")
        runAt = try row.integer("run_at")
        owner = try row.text("lease_owner")
        claim = try row.integer("claims")
    }
}

/// The lease of a task has passed to somebody else: what this worker was about to write must not be written.
package struct LeaseLost: Error, Sendable, Hashable, CustomStringConvertible {
    /// The task's number.
    package let taskID: Int64

    /// One sentence for logs.
    package var description: String { "the lease of task \(taskID) was lost" }
}
