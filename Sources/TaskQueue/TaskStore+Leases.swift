import Storage

extension TaskStore {
    /// What the queue looks like to one worker.
    struct Outlook: Sendable, Hashable {
        /// The earliest time of the waiting tasks, by kind.
        var nextRun: [String: Int64] = [:]
        /// When the first lease of these kinds runs out.
        var nextExpiry: Int64?
    }

    /// Looks for the next thing to do for these kinds.
    func outlook(_ kinds: [String], on connection: any StorageConnection) throws -> Outlook {
        guard !kinds.isEmpty else { return Outlook() }
        let bindings = kinds.map(SQLValue.text)
        let arms = kinds.indices.map { index in
            "SELECT CAST(\(index) AS BIGINT) AS kind, MIN(run_at) AS time FROM tasks "
                + "WHERE state = 'waiting' AND kind = $\(index + 1)"
        }
        var outlook = Outlook()
        for row in try connection.query(arms.joined(separator: " UNION ALL "), bindings) {
            outlook.nextRun[kinds[try row.integer("kind")]] = try row.optionalInteger("time") as Int64?
        }
        outlook.nextExpiry = try connection.first(
            """
            SELECT MIN(lease_expires_at) AS time FROM tasks
            WHERE state = 'running' AND kind IN (\(SQLList.placeholders(from: 1, count: kinds.count)))
            """,
            bindings
        )?.optionalInteger("time")
        return outlook
    }

    /// Takes the lease of up to `limit` due tasks of a kind, the most urgent first.
    ///
    /// The list is materialised so that PostgreSQL cannot evaluate it, and its limit, more than once.
    func claim(
        kind: String,
        limit: Int,
        owner: String,
        lease: Duration,
        on connection: any StorageConnection
    ) throws -> [LeasedTask] {
        let now = time.now()
        return try connection.query(
            """
            WITH picked AS MATERIALIZED (
                SELECT id FROM tasks WHERE state = 'waiting' AND kind = $1 AND run_at <= $2
                ORDER BY priority DESC, run_at, id LIMIT $3\(connection.dialect.forUpdateSkipLocked))
            UPDATE tasks SET state = 'running', lease_owner = $4, lease_expires_at = $5, claims = claims + 1,
                attempts = attempts + 1, updated_at = $2
            WHERE id IN (SELECT id FROM picked)
            RETURNING \(LeasedTask.columns)
            """,
            [.text(kind), .integer(now), SQLValue(limit), .text(owner), .integer(now + lease.microseconds)]
        )
        .map(LeasedTask.init)
        .sorted { ($1.priority, $0.runAt, $0.id) < ($0.priority, $1.runAt, $1.id) }
    }

    /// Extends the leases an owner still holds.
    /// - Returns: The tasks whose lease was extended, each with whether it was cancelled meanwhile.
    func extend(
        _ tasks: [LeasedTask],
        owner: String,
        lease: Duration,
        on connection: any StorageConnection
    ) throws -> [LeasedTask: Bool] {
        let rows = try connection.query(
            """
            UPDATE tasks SET lease_expires_at = $2
            WHERE state = 'running' AND lease_owner = $1
                AND id IN (\(SQLList.placeholders(from: 3, count: tasks.count)))
            RETURNING id, claims, cancel_requested
            """,
            [.text(owner), .integer(time.now() + lease.microseconds)] + tasks.map { .integer($0.id) }
        )
        var held: [LeasedTask: Bool] = [:]
        for row in rows {
            let (id, claim) = (try row.integer("id") as Int64, try row.integer("claims") as Int64)
            for task in tasks where task.id == id && task.claim == claim {
                held[task] = try row.boolean("cancel_requested")
            }
        }
        return held
    }

    /// Writes down how a run ended, if its lease is still held.
    /// - Returns: What was written, or nil if the lease was lost.
    func settle(
        _ task: LeasedTask,
        _ verdict: Settlement.Verdict,
        pause: Int64,
        on connection: any StorageConnection
    ) throws -> Settlement? {
        let row = try connection.first(
            """
            SELECT id, kind, attempts, maximum_attempts, rerun_at, cancel_requested FROM tasks
            WHERE id = $1 AND lease_owner = $2 AND claims = $3 AND state = 'running'
            """ + connection.dialect.forUpdate,
            [.integer(task.id), .text(task.owner), .integer(task.claim)]
        )
        return try row.map { try settle($0, verdict, pause: pause, on: connection) }
    }

    /// Settles the tasks whose leases have run out: their workers are taken for dead, the attempt counts.
    /// - Returns: The kinds of the rescued tasks.
    func rescue(
        _ kinds: [String],
        limit: Int,
        pause: (Int) -> Int64,
        on connection: any StorageConnection
    ) throws -> [String] {
        let rows = try connection.query(
            """
            SELECT id, kind, attempts, maximum_attempts, rerun_at, cancel_requested, lease_owner FROM tasks
            WHERE state = 'running' AND lease_expires_at <= $1
                AND kind IN (\(SQLList.placeholders(from: 3, count: kinds.count)))
            ORDER BY lease_expires_at LIMIT $2\(connection.dialect.forUpdateSkipLocked)
            """,
            [.integer(time.now()), SQLValue(limit)] + kinds.map(SQLValue.text)
        )
        for row in rows {
            let reason = "the lease of \(try row.text("lease_owner")) ran out"
            try settle(
                row,
                .failed(reason: reason),
                pause: pause(row.integer("attempts")),
                on: connection
            )
        }
        return try rows.map { try $0.text("kind") }
    }

    @discardableResult
    private func settle(
        _ row: Row,
        _ verdict: Settlement.Verdict,
        pause: Int64,
        on connection: any StorageConnection
    ) throws -> Settlement {
        let now = time.now()
        let standing = Settlement.Standing(
            attempts: try row.integer("attempts"),
            maximumAttempts: try row.integer("maximum_attempts"),
            rerunAt: try row.optionalInteger("rerun_at"),
            isCancelRequested: try row.boolean("cancel_requested")
        )
        let settlement = Settlement(verdict, standing, now: now, pause: pause)
        let id = SQLValue.integer(try row.integer("id"))
        switch settlement {
        case .remove:
            try connection.execute("DELETE FROM tasks WHERE id = $1", [id])
        case .wait(let runAt, let attempts, let error):
            try connection.execute(
                """
                UPDATE tasks SET state = 'waiting', lease_owner = NULL, lease_expires_at = NULL, rerun_at = NULL,
                    cancel_requested = 0, run_at = $2, attempts = $3, last_error = COALESCE($4, last_error),
                    updated_at = $5
                WHERE id = $1
                """,
                [id, .integer(runAt), SQLValue(attempts), SQLValue(error.map(Self.storable)), .integer(now)]
            )
            try connection.signal(Self.channel, row.text("kind"))
        case .die(let error):
            try connection.execute(
                """
                UPDATE tasks SET state = 'dead', lease_owner = NULL, lease_expires_at = NULL, rerun_at = NULL,
                    cancel_requested = 0, last_error = $2, updated_at = $3
                WHERE id = $1
                """,
                [id, .text(Self.storable(error)), .integer(now)]
            )
        }
        return settlement
    }

    /// An error's text as the database takes it: not endless, without U+0000.
    private static func storable(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.lazy.filter { $0.value != 0 }.prefix(2000)))
    }
}
