package import Storage

/// The table `jobs`: its statements, and the one way a job changes.
package struct JobStore: Sendable {
    /// The channel that tells of every change, with the job's id as payload.
    package static let channel = "jobs"

    /// What is selected for ``JobRow/job(_:)``.
    static let columns = "jobs.*, \(lookedAt)"
    /// The same without the long texts, for those who look at thousands: of the manifest only what a job array needs.
    static let slimColumns = """
        id, name, site, lane, key_owner, template, owner, priority, created_at, array_count, state, reason, attempt, submission,
        first_tried_at, last_tried_at, slurm, ending_state, ending_reason, ending_cause, cancel_requested_at,
        updated_at, observed_at, in_sight, finished_at, version, event_count, retry_limit, retry_causes, script_digest,
        template_digest, staged_first, is_staged, cache_status, cache_key, cache_scope, cache_job, cache_reason,
        cache_computed_at, stages,
        '' AS script, '{}' AS labels, CASE WHEN array_count IS NULL THEN '' ELSE manifest END AS manifest, \(lookedAt)
        """
    private static let lookedAt = "(SELECT looked_at FROM site_status WHERE site_status.name = jobs.lane) AS looked_at"

    private let tasks: JobTasks
    private let keeper: TimeKeeper

    /// The present moment.
    var now: Timestamp { keeper.now() }

    /// A store.
    ///
    /// - Parameters:
    ///   - tasks: turns next steps into tasks.
    ///   - keeper: tells the time.
    package init(tasks: JobTasks, keeper: TimeKeeper) {
        self.tasks = tasks
        self.keeper = keeper
    }

    // MARK: - Reading

    /// The job of that name; nil when there is none.
    package func find(_ id: JobID, on connection: any StorageConnection) throws -> Job? {
        try Self.find(id, on: connection)
    }

    /// The job of that name; nil when there is none.
    static func find(_ id: JobID, on connection: any StorageConnection) throws -> Job? {
        try connection.query("SELECT \(columns) FROM jobs WHERE id = $1", [.text(id.text)]).first.map(
            JobRow.job
        )
    }

    /// Whose a job is; nil when there is none of that name.
    static func owner(of id: JobID, on connection: any StorageConnection) throws -> String? {
        try connection.first("SELECT owner FROM jobs WHERE id = $1", [.text(id.text)])?.text("owner")
    }

    /// The job of that name, locked until the transaction ends.
    func lock(_ id: JobID, on connection: any StorageConnection) throws -> Job? {
        let suffix = connection.dialect.forUpdate
        return try connection.query("SELECT \(Self.columns) FROM jobs WHERE id = $1 " + suffix, [.text(id.text)])
            .first.map(
                JobRow.job
            )
    }

    /// Jobs of a lane that Slurm has and that have not ended, without their scripts and manifests.
    package func following(lane: Lane, on connection: any StorageConnection) throws -> [Job] {
        try connection.query(
            "SELECT \(Self.slimColumns) FROM jobs WHERE lane = $1 AND state IN ('pending', 'running') ORDER BY id",
            [.text(lane.text)]
        ).map(JobRow.job)
    }

    /// How many jobs wait to be sent, at all sites.
    static func waiting(on connection: any StorageConnection) throws -> Int {
        let row = try connection.first(
            "SELECT COUNT(*) AS number FROM jobs WHERE finished_at IS NULL AND state IN ('queued', 'staging')"
        )
        return Int(try row?.integer("number") ?? 0)
    }

    /// Array tasks of a job, by index.
    package func arrayTasks(of id: JobID, on connection: any StorageConnection) throws -> [Int: ArrayTask] {
        var tasks: [Int: ArrayTask] = [:]
        for row in try connection.query("SELECT * FROM job_tasks WHERE job_id = $1", [.text(id.text)]) {
            let task = try JobRow.task(row)
            tasks[task.index] = task
        }
        return tasks
    }

    /// How many jobs stand in each state at each site.
    package func counts(on connection: any StorageConnection) throws -> [(site: String, state: JobState, count: Int)] {
        try connection.query("SELECT site, state, COUNT(*) AS number FROM jobs GROUP BY site, state").compactMap {
            row in
            guard let state = JobState(rawValue: try row.text("state")) else { return nil }
            return (try row.text("site"), state, Int(try row.integer("number")))
        }
    }

    // MARK: - Changing

    /// Applies an input to a job: its row, its event and the next tasks, in the caller's transaction.
    ///
    /// - Returns: the job afterwards; nil when there is none of that name.
    @discardableResult
    package func apply(
        _ input: JobInput,
        to id: JobID,
        on connection: any StorageConnection
    ) throws -> Job? {
        guard var job = try lock(id, on: connection) else { return nil }
        job.tasks = job.arrayCount == nil ? [:] : try arrayTasks(of: id, on: connection)
        let before = job
        let now = keeper.now()
        let steps = JobLife.apply(input, to: &job, at: now)
        guard job != before || !steps.isEmpty else { return job }
        for event in JobEvents.between(before, job) {
            job.eventCount += 1
            try EventStore.append(event, sequence: job.eventCount, of: job, at: now, on: connection)
        }
        job.updatedAt = now
        job.version += 1
        try update(job, from: before, on: connection)
        try tasks.enqueue(steps, for: job, at: now, on: connection)
        if job.state.isFinal {
            try tasks.wakeDependents(of: job, at: now, on: connection)
            try tasks.wakeFollowers(of: job, at: now, on: connection)
            try tasks.noteFolders(of: job, at: now, on: connection)
            try tasks.certify(job.id, at: now, on: connection)
            try tasks.settle(job, at: now, on: connection)
            try ApprovalStore.jobEnded(job.id, at: now, on: connection)
        }
        try connection.signal(Self.channel, job.id.text)
        return job
    }

    /// Appends an event that changes nothing else about a job.
    ///
    /// - Returns: the job; nil when there is none of that name. One that has ended is told nothing more.
    func tell(_ fact: JobEvents.Fact, of id: JobID, on connection: any StorageConnection) throws -> Job? {
        guard var job = try lock(id, on: connection), !job.state.isFinal else {
            return try find(id, on: connection)
        }
        let before = job
        job.eventCount += 1
        job.version += 1
        try EventStore.append(fact, sequence: job.eventCount, of: job, at: keeper.now(), on: connection)
        try update(job, from: before, on: connection)
        try connection.signal(Self.channel, job.id.text)
        return job
    }

    private func update(_ job: Job, from before: Job, on connection: any StorageConnection) throws {
        try connection.execute(
            """
            UPDATE jobs SET state = $2, reason = $3, attempt = $4, submission = $5, first_tried_at = $6,
                last_tried_at = $7, slurm_job_id = $8, slurm = $9, ending_state = $10, ending_reason = $11,
                ending_cause = $12, cancel_requested_at = $13, updated_at = $14, observed_at = $15,
                finished_at = $16, in_sight = $17, version = $18, event_count = $19, is_staged = $20,
                cache_status = $21, cache_key = $22, cache_scope = $23, cache_job = $24, cache_reason = $25,
                cache_computed_at = $26, stages = $27
            WHERE id = $1
            """,
            [.text(job.id.text)] + JobRow.changing(job)
        )
        for (index, task) in job.tasks where before.tasks[index] != task {
            try connection.execute(
                """
                INSERT INTO job_tasks (job_id, task_index, state, slurm) VALUES ($1, $2, $3, $4)
                ON CONFLICT (job_id, task_index) DO UPDATE SET state = excluded.state, slurm = excluded.slurm
                """,
                [
                    .text(job.id.text), .integer(Int64(index)), .text(task.state.rawValue),
                    .text(JobRow.text(task.slurm)),
                ]
            )
        }
        if job.tasks.isEmpty, !before.tasks.isEmpty {
            try connection.execute("DELETE FROM job_tasks WHERE job_id = $1", [.text(job.id.text)])
        }
    }
}
