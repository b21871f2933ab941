internal import Storage

/// The tables `job_costs` and `job_usage`.
enum JobCostStore {
    /// Writes the price of an accepted job.
    static func insert(
        _ job: JobID,
        _ price: JobPrice,
        _ funding: Funding,
        at now: Timestamp,
        on connection: any StorageConnection
    ) throws {
        try connection.execute(
            """
            INSERT INTO job_costs (job, allocation, project, site, account, partition_name, rate, nodes, tasks, walltime,
                attempts, reserved, state, reserved_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 'reserved', $13)
            """,
            [
                .text(job.text), .text(funding.allocation.id.text), .text(funding.project.name), .text(price.site),
                .text(funding.allocation.account), SQLValue(price.partition), .integer(price.rate.thousandths),
                SQLValue(price.nodes), SQLValue(price.tasks), SQLValue(price.walltimeSeconds),
                SQLValue(price.attempts), .integer(price.worstCase.thousandthNodeSeconds),
                .integer(now.microseconds),
            ]
        )
    }

    /// The cost of a job; nil for a job of a site that was not metered.
    static func find(_ job: JobID, on connection: any StorageConnection) throws -> JobCost? {
        try connection.first("SELECT * FROM job_costs WHERE job = $1", [.text(job.text)]).map(cost)
    }

    /// The costs of some jobs.
    static func find(_ jobs: [JobID], on connection: any StorageConnection) throws -> [JobID: JobCost] {
        guard !jobs.isEmpty else { return [:] }
        let rows = try connection.query(
            "SELECT * FROM job_costs WHERE job IN (\(SQLList.placeholders(from: 1, count: jobs.count)))",
            jobs.map { .text($0.text) }
        )
        return Dictionary(try rows.map(cost).map { ($0.job, $0) }) { first, _ in first }
    }

    /// Lets an ended job wait for its settlement.
    static func noteEnded(_ job: JobID, at now: Timestamp, on connection: any StorageConnection) throws {
        try connection.execute(
            "UPDATE job_costs SET ended_at = $2, due_at = $2 WHERE job = $1 AND state = 'reserved'",
            [.text(job.text), .integer(now.microseconds)]
        )
    }

    /// Ended jobs of a site whose accounting is to be asked now, the longest waiting first.
    static func due(
        at site: String,
        now: Timestamp,
        limit: Int,
        on connection: any StorageConnection
    ) throws -> [JobCost] {
        try connection.query(
            """
            SELECT * FROM job_costs WHERE site = $1 AND state = 'reserved' AND due_at <= $2 ORDER BY due_at, job LIMIT $3
            """,
            [.text(site), .integer(now.microseconds), .integer(Int64(limit))]
        ).map(cost)
    }

    /// When the next ended job of a site is to be asked for; nil when none waits.
    static func nextDue(at site: String, on connection: any StorageConnection) throws -> Timestamp? {
        let row = try connection.first(
            "SELECT MIN(due_at) AS next FROM job_costs WHERE site = $1 AND state = 'reserved' AND due_at IS NOT NULL",
            [.text(site)]
        )
        return try row?.optionalInteger("next").map { Timestamp(microseconds: $0) }
    }

    /// Asks again later.
    static func postpone(
        _ job: JobID,
        until moment: Timestamp,
        on connection: any StorageConnection
    ) throws {
        try connection.execute(
            "UPDATE job_costs SET due_at = $2, looks = looks + 1 WHERE job = $1 AND state = 'reserved'",
            [.text(job.text), .integer(moment.microseconds)]
        )
    }

    /// Ends a claim; false when it was ended before.
    static func close(
        _ job: JobID,
        as state: JobCost.State,
        used: ServiceUnits,
        nodeSeconds: Int64,
        note: String?,
        at now: Timestamp,
        on connection: any StorageConnection
    ) throws -> Bool {
        try connection.execute(
            """
            UPDATE job_costs SET state = $2, used = $3, node_seconds = $4, note = $5, settled_at = $6, due_at = NULL,
                ended_at = COALESCE(ended_at, $6)
            WHERE job = $1 AND state = 'reserved'
            """,
            [
                .text(job.text), .text(state.rawValue), .integer(used.thousandthNodeSeconds),
                .integer(nodeSeconds), SQLValue(note), .integer(now.microseconds),
            ]
        ) == 1
    }

    /// Keeps the rows that a settlement counted.
    static func keep(_ rows: [CountedRow], of job: JobID, on connection: any StorageConnection) throws {
        for (line, row) in rows.enumerated() {
            try connection.execute(
                """
                INSERT INTO job_usage (job, line, attempt, slurm_id, state, partition_name, nodes, elapsed, started_at,
                    ended_at)
                VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
                """,
                [
                    .text(job.text), .integer(Int64(line + 1)), SQLValue(row.attempt), .text(row.slurmID),
                    .text(row.state), .text(row.partition), .integer(row.nodes), .integer(row.elapsedSeconds),
                    SQLValue(row.start?.microseconds), SQLValue(row.end?.microseconds),
                ]
            )
        }
    }

    /// What was used of an allocation and settled in a time: for burn rates.
    static func used(
        of allocation: AllocationID,
        since start: Timestamp,
        on connection: any StorageConnection
    ) throws -> ServiceUnits {
        let row = try connection.first(
            """
            SELECT CAST(COALESCE(SUM(used), 0) AS BIGINT) AS used FROM job_costs
            WHERE allocation = $1 AND state = 'settled' AND settled_at > $2
            """,
            [.text(allocation.text), .integer(start.microseconds)]
        )
        return try row.map { try AllocationStore.units($0, "used") } ?? .zero
    }

    /// What was used on a Slurm account by jobs that were accepted since a moment.
    static func used(
        account: String,
        site: String,
        since start: Timestamp,
        on connection: any StorageConnection
    ) throws -> ServiceUnits {
        let row = try connection.first(
            """
            SELECT CAST(COALESCE(SUM(used), 0) AS BIGINT) AS used FROM job_costs
            WHERE site = $1 AND LOWER(account) = $2 AND state = 'settled' AND reserved_at >= $3
            """,
            [.text(site), .text(account.lowercased()), .integer(start.microseconds)]
        )
        return try row.map { try AllocationStore.units($0, "used") } ?? .zero
    }

    static func cost(_ row: Row) throws -> JobCost {
        let text = try row.text("job")
        guard let job = JobID(text), let allocation = AllocationID(try row.text("allocation")),
            let state = JobCost.State(rawValue: try row.text("state"))
        else { throw StoredValueError(table: "job_costs", id: text) }
        let price = JobPrice(
            site: try row.text("site"),
            partition: try row.optionalText("partition_name"),
            nodes: try row.integer("nodes"),
            tasks: try row.integer("tasks"),
            walltimeSeconds: try row.integer("walltime"),
            attempts: try row.integer("attempts"),
            rate: ChargeRate(thousandths: try row.integer("rate")),
            project: try row.text("project"),
            allocation: allocation.text
        )
        return JobCost(
            job: job,
            price: price,
            allocation: allocation,
            account: try row.text("account"),
            reserved: try AllocationStore.units(row, "reserved"),
            used: try row.optionalInteger("used").map { ServiceUnits(thousandthNodeSeconds: $0) },
            nodeSeconds: try row.optionalInteger("node_seconds"),
            state: state,
            endedAt: try JobRow.moment(row, "ended_at"),
            looks: try row.integer("looks"),
            settledAt: try JobRow.moment(row, "settled_at"),
            note: try row.optionalText("note")
        )
    }
}
