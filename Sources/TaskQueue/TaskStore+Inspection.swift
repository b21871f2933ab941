package import Storage

/// How the tasks of one kind stand.
package struct QueueLine: Sendable, Hashable {
    /// The tasks' kind.
    package let kind: String
    /// How many tasks are in each state; a state without tasks is left out.
    package var counts: [TaskState: Int] = [:]
    /// How many of the waiting ones are due.
    package var due = 0
    /// When the first of the due ones became due, in microseconds since 1970 UTC.
    package var oldestDueAt: Int64?
    /// When the first of the waiting ones is to run, in microseconds since 1970 UTC.
    package var nextRunAt: Int64?

    /// A kind without tasks.
    package init(kind: String) { self.kind = kind }
}

/// A task a worker is busy with.
package struct RunningTask: Sendable, Hashable {
    /// The task's number.
    package let id: Int64
    /// The task's kind.
    package let kind: String
    /// The task's key.
    package let key: String?
    /// Which attempt this is, from 1.
    package let attempt: Int
    /// Who holds the lease.
    package let owner: String
    /// Until when the lease holds without a further sign of life, in microseconds since 1970 UTC.
    package let leaseExpiresAt: Int64
}

/// What became of an operator's wish about a dead letter.
package enum DeadLetterAnswer: Sendable, Hashable {
    /// It was done.
    case done
    /// No task has that number.
    case unknown
    /// The task is not dead.
    case alive(TaskState)
    /// A living task of the same kind bears the same key: it does the same work.
    case replaced
}

/// What operators see of the queue, and what they may do to it.
extension TaskStore {
    /// One line for each kind that has tasks, by kind.
    package func lines(on connection: any StorageConnection) throws -> [QueueLine] {
        var lines: [String: QueueLine] = [:]
        for count in try counts(on: connection) {
            lines[count.kind, default: QueueLine(kind: count.kind)].counts[count.state] = count.count
        }
        let rows = try connection.query(
            """
            SELECT kind, MIN(run_at) AS next_run, SUM(CASE WHEN run_at <= $1 THEN 1 ELSE 0 END) AS due FROM tasks
            WHERE state = 'waiting' GROUP BY kind
            """,
            [.integer(time.now())]
        )
        for row in rows {
            let kind = try row.text("kind")
            let due: Int = try row.integer("due")
            let nextRun: Int64? = try row.optionalInteger("next_run")
            lines[kind, default: QueueLine(kind: kind)].due = due
            lines[kind]?.nextRunAt = nextRun
            lines[kind]?.oldestDueAt = due > 0 ? nextRun : nil
        }
        return lines.values.sorted { $0.kind < $1.kind }
    }

    /// The tasks that run now, the longest first.
    package func running(limit: Int, on connection: any StorageConnection) throws -> [RunningTask] {
        try connection.query(
            """
            SELECT id, kind, task_key, attempts, lease_owner, lease_expires_at FROM tasks
            WHERE state = 'running' ORDER BY updated_at, id LIMIT $1
            """,
            [SQLValue(limit)]
        ).map { row in
            RunningTask(
                id: try row.integer("id"),
                kind: try row.text("kind"),
                key: try row.optionalText("task_key"),
                attempt: try row.integer("attempts"),
                owner: try row.text("lease_owner"),
                leaseExpiresAt: try row.integer("lease_expires_at")
            )
        }
    }

    /// Lets a dead task run again from its first attempt, and says why not when it cannot.
    package func requeue(_ id: Int64, on connection: any StorageConnection) throws -> DeadLetterAnswer {
        if try revive(id, on: connection) { return .done }
        switch try state(of: id, on: connection) {
        case nil: return .unknown
        case .dead: return .replaced
        case let state?: return .alive(state)
        }
    }

    /// Drops a dead task; its work is not done.
    package func discard(_ id: Int64, on connection: any StorageConnection) throws -> DeadLetterAnswer {
        let gone = try connection.execute("DELETE FROM tasks WHERE id = $1 AND state = 'dead'", [.integer(id)])
        if gone > 0 { return .done }
        return try state(of: id, on: connection).map(DeadLetterAnswer.alive) ?? .unknown
    }

    private func state(of id: Int64, on connection: any StorageConnection) throws -> TaskState? {
        try connection.first("SELECT state FROM tasks WHERE id = $1", [.integer(id)])
            .flatMap { TaskState(rawValue: try $0.text("state")) }
    }
}
