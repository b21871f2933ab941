package import Storage

/// The queue's SQL: everything happens on a connection that the caller gives, inside the caller's transaction.
package struct TaskStore: Sendable {
    /// The channel that wakes workers; its payload is the kind.
    package static let channel = "tasks"
    /// The channel that tells workers to look for cancelled tasks; its payload is the kind.
    package static let cancelChannel = "tasks_cancelled"

    let time: TimeSource

    /// Makes a store that reads the time from `time`.
    package init(time: TimeSource = .system) {
        self.time = time
    }

    /// Asks for work, as part of the caller's transaction; workers wake when it commits.
    ///
    /// With a key: a waiting task of that kind and key is moved to the earlier time and the higher priority; a running
    /// one runs once more after it has ended. In both cases the newest payload and limits hold.
    package func enqueue(_ request: TaskRequest, on connection: any StorageConnection) throws {
        let now = time.now()
        try connection.execute(
            """
            INSERT INTO tasks (kind, task_key, payload, priority, state, run_at, maximum_attempts, timeout_seconds,
                created_at, updated_at)
            VALUES ($1, $2, $3, $4, 'waiting', $5, $6, $7, $8, $8)
            ON CONFLICT (kind, task_key) WHERE task_key IS NOT NULL AND state IN ('waiting', 'running') DO UPDATE SET
                payload = excluded.payload,
                maximum_attempts = excluded.maximum_attempts,
                timeout_seconds = excluded.timeout_seconds,
                updated_at = excluded.updated_at,
                priority = CASE WHEN excluded.priority > tasks.priority THEN excluded.priority
                    ELSE tasks.priority END,
                run_at = CASE WHEN tasks.state = 'waiting' AND excluded.run_at < tasks.run_at THEN excluded.run_at
                    ELSE tasks.run_at END,
                rerun_at = CASE WHEN tasks.state = 'waiting' THEN NULL
                    WHEN tasks.rerun_at < excluded.run_at THEN tasks.rerun_at
                    ELSE excluded.run_at END
            """,
            [
                .text(request.kind), SQLValue(request.key), .text(request.payload), SQLValue(request.priority),
                .integer(request.runAt ?? now), SQLValue(request.maximumAttempts), SQLValue(request.timeoutSeconds),
                .integer(now),
            ]
        )
        try connection.signal(Self.channel, request.kind)
    }

    /// Takes back what was asked for: a waiting task goes, a running one is cancelled and does not run again.
    /// - Returns: Whether there was such a task.
    @discardableResult
    package func cancel(kind: String, key: String, on connection: any StorageConnection) throws -> Bool {
        let names: [SQLValue] = [.text(kind), .text(key)]
        // Running first: a task that is claimed between the two statements on PostgreSQL is met by the second round.
        for _ in 0..<2 {
            let running = try connection.execute(
                """
                UPDATE tasks SET cancel_requested = 1, rerun_at = NULL, updated_at = $3
                WHERE kind = $1 AND task_key = $2 AND state = 'running'
                """,
                names + [.integer(time.now())]
            )
            if running > 0 {
                try connection.signal(Self.cancelChannel, kind)
                return true
            }
            let waiting = try connection.execute(
                "DELETE FROM tasks WHERE kind = $1 AND task_key = $2 AND state = 'waiting'",
                names
            )
            if waiting > 0 { return true }
        }
        return false
    }

    /// How many tasks there are, by kind and state.
    package func counts(on connection: any StorageConnection) throws -> [TaskCount] {
        try connection.query(
            "SELECT kind, state, COUNT(*) AS count FROM tasks GROUP BY kind, state ORDER BY kind, state"
        )
        .map { row in
            let name = try row.text("state")
            guard let state = TaskState(rawValue: name) else {
                throw StorageError.corrupted(detail: "a task in state \(name)")
            }
            return TaskCount(kind: try row.text("kind"), state: state, count: try row.integer("count"))
        }
    }

    /// The tasks that failed for good, the latest first.
    package func deadLetters(limit: Int, on connection: any StorageConnection) throws -> [DeadTask] {
        try connection.query(
            """
            SELECT id, kind, task_key, payload, attempts, last_error, updated_at FROM tasks
            WHERE state = 'dead' ORDER BY updated_at DESC, id DESC LIMIT $1
            """,
            [SQLValue(limit)]
        ).map { row in
            DeadTask(
                id: try row.integer("id"),
                kind: try row.text("kind"),
                key: try row.optionalText("task_key"),
                payload: try row.text("payload"),
                attempts: try row.integer("attempts"),
                lastError: try row.optionalText("last_error") ?? "",
                diedAt: try row.integer("updated_at")
            )
        }
    }

    /// Lets a dead task run again from its first attempt.
    /// - Returns: False if there is no such dead task, or a living one of its kind already bears its key.
    @discardableResult
    package func revive(_ id: Int64, on connection: any StorageConnection) throws -> Bool {
        let row = try connection.first(
            """
            UPDATE tasks SET state = 'waiting', attempts = 0, run_at = $2, updated_at = $2
            WHERE id = $1 AND state = 'dead' AND NOT EXISTS (
                SELECT 1 FROM tasks AS other
                WHERE other.kind = tasks.kind AND other.task_key = tasks.task_key
                    AND other.state IN ('waiting', 'running'))
            RETURNING kind
            """,
            [.integer(id), .integer(time.now())]
        )
        guard let row else { return false }
        try connection.signal(Self.channel, row.text("kind"))
        return true
    }

    /// Ends every lease now: whoever held one is known to be gone.
    ///
    /// For a process that starts as the only one; the tasks are rescued as those of any lost worker.
    package func endAllLeases(on connection: any StorageConnection) throws {
        try connection.execute(
            "UPDATE tasks SET lease_expires_at = $1 WHERE state = 'running' AND lease_expires_at > $1",
            [.integer(time.now())]
        )
    }

    /// Makes sure that the lease is still held.
    ///
    /// A handler that writes results calls this **last** in the same transaction, when it holds the rows it wrote: a
    /// worker that was thought dead then cannot write over its successor. Either the successor's writing of those rows
    /// came first, and then the lease is seen to be gone, or it waits until this transaction has ended. The task's row
    /// is not locked, so that two kinds of tasks which plan each other never wait in a circle.
    package func requireLease(_ task: LeasedTask, on connection: any StorageConnection) throws {
        let row = try connection.first(
            """
            SELECT id FROM tasks WHERE id = $1 AND lease_owner = $2 AND claims = $3 AND state = 'running'
            """,
            [.integer(task.id), .text(task.owner), .integer(task.claim)]
        )
        if row == nil { throw LeaseLost(taskID: task.id) }
    }
}
