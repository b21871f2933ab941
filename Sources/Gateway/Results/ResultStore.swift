internal import Attestation
internal import Storage

/// The tables of known results.
enum ResultStore {
    /// A result that is the answer to its key.
    struct Entry: Sendable, Hashable {
        let key: String
        let scope: String
        let job: JobID
        /// Of the list of its outputs: two results are the same when these are.
        let outputsDigest: String
        /// Walltime of the run.
        let seconds: Int
        /// Walltime times CPUs.
        let cpuSeconds: Int
        /// Bytes of the outputs.
        let size: Int64
        let createdAt: Timestamp
    }

    // MARK: - Results

    static func current(key: String, scope: String, on connection: any StorageConnection) throws -> Entry? {
        try connection.first(
            "SELECT * FROM results WHERE result_key = $1 AND scope = $2 AND state = 'current'",
            [.text(key), .text(scope)]
        ).map(entry)
    }

    static func insert(_ entry: Entry, state: String, on connection: any StorageConnection) throws {
        try connection.execute(
            """
            INSERT INTO results (result_key, scope, job_id, state, record, outputs_digest, seconds, cpu_seconds, size,
                created_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
            ON CONFLICT (result_key, scope, job_id) DO NOTHING
            """,
            [
                .text(entry.key), .text(entry.scope), .text(entry.job.text), .text(state),
                // Earlier versions kept an unsigned record here.
                .text(""),
                .text(entry.outputsDigest), .integer(Int64(entry.seconds)), .integer(Int64(entry.cpuSeconds)),
                .integer(entry.size), .integer(entry.createdAt.microseconds),
            ]
        )
    }

    /// Ends an entry's time as the answer; its row stays.
    static func retire(_ entry: Entry, as state: String, on connection: any StorageConnection) throws {
        try connection.execute(
            "UPDATE results SET state = $4 WHERE result_key = $1 AND scope = $2 AND job_id = $3",
            [.text(entry.key), .text(entry.scope), .text(entry.job.text), .text(state)]
        )
    }

    /// The jobs that were answered by the result of this one, the oldest first.
    static func answered(by job: JobID, on connection: any StorageConnection) throws -> [JobID] {
        try connection.query(
            "SELECT id FROM jobs WHERE cache_job = $1 AND cache_status = 'hit' ORDER BY id",
            [.text(job.text)]
        ).compactMap { JobID(try $0.text("id")) }
    }

    /// Ends the time of a job's result as the answer.
    ///
    /// - Returns: how many there were.
    static func disown(_ job: JobID, on connection: any StorageConnection) throws -> Int {
        try connection.execute(
            "UPDATE results SET state = 'lost' WHERE job_id = $1 AND state = 'current'",
            [.text(job.text)]
        )
    }

    /// The result of the run of a job, also one that is no answer any more; nil when there is none.
    static func entry(of job: JobID, on connection: any StorageConnection) throws -> Entry? {
        try connection.first("SELECT * FROM results WHERE job_id = $1", [.text(job.text)]).map(entry)
    }

    static func keep(_ recipe: ResultRecipe, on connection: any StorageConnection) throws {
        try connection.execute(
            "INSERT INTO result_recipes (result_key, recipe) VALUES ($1, $2) ON CONFLICT (result_key) DO NOTHING",
            [.text(recipe.key.description), .text(recipe.text)]
        )
    }

    static func recipe(_ key: String, on connection: any StorageConnection) throws -> String? {
        try connection.first("SELECT recipe FROM result_recipes WHERE result_key = $1", [.text(key)])?
            .text("recipe")
    }

    private static func entry(_ row: Row) throws -> Entry {
        guard let job = JobID(try row.text("job_id")) else {
            throw StoredValueError(table: "results", id: try row.text("job_id"))
        }
        return Entry(
            key: try row.text("result_key"),
            scope: try row.text("scope"),
            job: job,
            outputsDigest: try row.text("outputs_digest"),
            seconds: Int(try row.integer("seconds")),
            cpuSeconds: Int(try row.integer("cpu_seconds")),
            size: try row.integer("size"),
            createdAt: Timestamp(microseconds: try row.integer("created_at"))
        )
    }

    // MARK: - One at a time

    /// Makes a job the one that computes a key, unless another one does.
    ///
    /// - Returns: the job that does.
    static func claim(
        key: String,
        scope: String,
        for job: JobID,
        on connection: any StorageConnection
    ) throws -> JobID {
        try connection.execute(
            """
            INSERT INTO result_flights (result_key, scope, job_id) VALUES ($1, $2, $3)
            ON CONFLICT (result_key, scope) DO NOTHING
            """,
            [.text(key), .text(scope), .text(job.text)]
        )
        let row = try connection.first(
            "SELECT job_id FROM result_flights WHERE result_key = $1 AND scope = $2",
            [.text(key), .text(scope)]
        )
        return try row.flatMap { JobID(try $0.text("job_id")) } ?? job
    }

    /// A job computes nothing any more.
    static func release(_ job: JobID, on connection: any StorageConnection) throws {
        try connection.execute("DELETE FROM result_flights WHERE job_id = $1", [.text(job.text)])
    }

    /// The jobs that wait for the result of this one, the oldest first.
    static func followers(of job: JobID, on connection: any StorageConnection) throws -> [JobID] {
        try connection.query(
            """
            SELECT id FROM jobs WHERE cache_job = $1 AND cache_status = 'joined' AND finished_at IS NULL ORDER BY id
            """,
            [.text(job.text)]
        ).compactMap { JobID(try $0.text("id")) }
    }

    // MARK: - Counting

    static func count(
        _ outcome: JobCache.Status,
        of job: JobID,
        saved entry: Entry?,
        at now: Timestamp,
        on connection: any StorageConnection
    ) throws {
        try connection.execute(
            """
            INSERT INTO result_lookups (job_id, looked_at, outcome, seconds, cpu_seconds, size)
            VALUES ($1, $2, $3, $4, $5, $6)
            ON CONFLICT (job_id) DO UPDATE SET looked_at = excluded.looked_at, outcome = excluded.outcome,
                seconds = excluded.seconds, cpu_seconds = excluded.cpu_seconds, size = excluded.size
            """,
            [
                .text(job.text), .integer(now.microseconds), .text(outcome.rawValue),
                .integer(Int64(entry?.seconds ?? 0)), .integer(Int64(entry?.cpuSeconds ?? 0)),
                .integer(entry?.size ?? 0),
            ]
        )
    }

    /// What looking for known results came to since a moment, by outcome.
    static func lookups(
        since: Timestamp,
        on connection: any StorageConnection
    ) throws -> [(outcome: String, count: Int, seconds: Int64, cpuSeconds: Int64, bytes: Int64)] {
        try connection.query(
            """
            SELECT outcome, COUNT(*) AS number, CAST(SUM(seconds) AS BIGINT) AS seconds,
                CAST(SUM(cpu_seconds) AS BIGINT) AS cpu_seconds, CAST(SUM(size) AS BIGINT) AS bytes
            FROM result_lookups WHERE looked_at >= $1 GROUP BY outcome
            """,
            [.integer(since.microseconds)]
        ).map {
            (
                try $0.text("outcome"), Int(try $0.integer("number")), try $0.integer("seconds"),
                try $0.integer("cpu_seconds"), try $0.integer("bytes")
            )
        }
    }

    /// Jobs that were not looked up, by why.
    static func passedOver(since: Timestamp, on connection: any StorageConnection) throws -> [String: Int] {
        let rows = try connection.query(
            """
            SELECT cache_status, COUNT(*) AS number FROM jobs
            WHERE cache_status IN ('off', 'notCacheable') AND created_at >= $1 GROUP BY cache_status
            """,
            [.integer(since.microseconds)]
        )
        return Dictionary(
            uniqueKeysWithValues: try rows.map { (try $0.text("cache_status"), Int(try $0.integer("number"))) }
        )
    }

    /// How many results are known, and their bytes.
    static func totals(on connection: any StorageConnection) throws -> (count: Int, bytes: Int64) {
        let row = try connection.first(
            "SELECT COUNT(*) AS number, CAST(COALESCE(SUM(size), 0) AS BIGINT) AS bytes FROM results WHERE state = 'current'"
        )
        return (Int(try row?.integer("number") ?? 0), try row?.integer("bytes") ?? 0)
    }
}
