internal import Attestation
internal import Documents
internal import Storage

/// Writing a new job: its row, labels, dependencies, idempotency key and first event.
enum SubmissionStore {
    /// What is already known under an idempotency key.
    struct KnownKey: Sendable {
        let bodyDigest: String
        let job: JobID
    }

    static func known(key: String, owner: String, on connection: any StorageConnection) throws -> KnownKey? {
        // Two requests with the same new key must not both miss it.
        try connection.lock("idempotency \(owner) \(key)")
        let rows = try connection.query(
            "SELECT body_digest, job_id FROM idempotency_keys WHERE owner = $1 AND idempotency_key = $2",
            [.text(owner), .text(key)]
        )
        guard let row = rows.first, let job = JobID(try row.text("job_id")) else { return nil }
        return KnownKey(bodyDigest: try row.text("body_digest"), job: job)
    }

    /// Whether a key was used before, as far as anybody can tell without a lock.
    static func isKnown(key: String, owner: String, on connection: any StorageConnection) throws -> Bool {
        try connection.first(
            "SELECT job_id FROM idempotency_keys WHERE owner = $1 AND idempotency_key = $2",
            [.text(owner), .text(key)]
        ) != nil
    }

    static func remember(
        key: String,
        owner: String,
        body: SHA256Digest,
        job: Job,
        on connection: any StorageConnection
    ) throws {
        try connection.execute(
            """
            INSERT INTO idempotency_keys (owner, idempotency_key, body_digest, job_id, created_at)
            VALUES ($1, $2, $3, $4, $5)
            """,
            [
                .text(owner), .text(key), .text(body.description), .text(job.id.text),
                .integer(job.createdAt.microseconds),
            ]
        )
    }

    static func insert(_ job: Job, dependencies: [JobManifest.Dependency], on connection: any StorageConnection) throws
    {
        try connection.execute(
            """
            INSERT INTO jobs (id, name, site, template, owner, manifest, script, script_digest, labels, priority,
                array_count, retry_limit, retry_causes, created_at, state, attempt, submission, updated_at, version,
                event_count, staged_first, cache_status, cache_key, cache_scope, cache_job, cache_reason, reason,
                finished_at, template_digest, lane, key_owner)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21,
                $22, $23, $24, $25, $26, $27, $28, $29, $30, $31)
            """,
            [
                .text(job.id.text), .text(job.name), .text(job.site), .text(job.template), .text(job.owner),
                .text(job.manifestText), .text(job.script), .text(job.scriptDigest), .text(JobRow.text(job.labels)),
                .integer(Int64(job.priority)), SQLValue(job.arrayCount), .integer(Int64(job.retries.limit)),
                .text(job.retries.causes.map(\.rawValue).joined(separator: ",")),
                .integer(job.createdAt.microseconds), .text(job.state.rawValue), .integer(Int64(job.attempt)),
                .text(job.submission.rawValue), .integer(job.updatedAt.microseconds), .integer(Int64(job.version)),
                .integer(Int64(job.eventCount)), .integer(job.isStagedFirst ? 1 : 0),
                JobRow.optional(job.cache?.status.rawValue), JobRow.optional(job.cache?.key),
                JobRow.optional(job.cache?.scope), JobRow.optional(job.cache?.job?.text),
                JobRow.optional(job.cache?.reason), JobRow.optional(job.reason), JobRow.optional(job.finishedAt),
                .text(job.templateDigest), .text(job.lane.text), JobRow.optional(job.keyOwner),
            ]
        )
        for (key, value) in job.labels {
            try connection.execute(
                "INSERT INTO job_labels (job_id, key, value) VALUES ($1, $2, $3)",
                [.text(job.id.text), .text(key), .text(value)]
            )
        }
        for dependency in dependencies {
            try connection.execute(
                """
                INSERT INTO job_dependencies (job_id, depends_on, condition) VALUES ($1, $2, $3)
                ON CONFLICT (job_id, depends_on) DO NOTHING
                """,
                [.text(job.id.text), .text(dependency.job.text), .text(dependency.condition.rawValue)]
            )
        }
    }

    /// How many submissions are under way at each site, and since when the first of them is.
    static func underWay(
        on connection: any StorageConnection
    ) throws -> [(site: String, count: Int, since: Timestamp?)] {
        try connection.query(
            """
            SELECT site, COUNT(*) AS number, MIN(first_tried_at) AS since FROM jobs
            WHERE finished_at IS NULL AND submission = 'trying' GROUP BY site
            """
        ).map { row in
            let since: Int64? = try row.optionalInteger("since")
            return (
                try row.text("site"), try row.integer("number"), since.map { Timestamp(microseconds: $0) }
            )
        }
    }

    /// The jobs that wait for this one.
    static func dependents(of id: JobID, on connection: any StorageConnection) throws -> [String] {
        try connection.query("SELECT job_id FROM job_dependencies WHERE depends_on = $1", [.text(id.text)])
            .map { try $0.text("job_id") }
    }

    /// The jobs this one waits for, each with its condition and its present state.
    static func dependencies(
        of id: JobID,
        on connection: any StorageConnection
    ) throws -> [(job: String, condition: JobManifest.Dependency.Condition, state: JobState)] {
        try connection.query(
            """
            SELECT d.depends_on, d.condition, j.state FROM job_dependencies d JOIN jobs j ON j.id = d.depends_on
            WHERE d.job_id = $1 ORDER BY d.depends_on
            """,
            [.text(id.text)]
        ).compactMap { row in
            guard let condition = JobManifest.Dependency.Condition(rawValue: try row.text("condition")),
                let state = JobState(rawValue: try row.text("state"))
            else { return nil }
            return (try row.text("depends_on"), condition, state)
        }
    }
}
