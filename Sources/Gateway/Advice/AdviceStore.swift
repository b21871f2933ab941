internal import Documents
internal import FoundationEssentials
internal import LanguageModels
internal import Storage

/// The table `job_advice`: at most two rows for a job, what was said when it was submitted and what came late.
enum AdviceStore {
    /// When an opinion was given.
    enum Role: String, CaseIterable {
        /// At the submission.
        case submission
        /// Afterwards, by a model that was too slow for the submission.
        case late
    }

    /// Every step of the schema.
    static let migrations: [Migration] = [
        Migration(module: "advice", number: 1, name: "advice") { _ in
            let sources = AnswerSource.allCases.map { "'\($0.rawValue)'" }.joined(separator: ", ")
            let roles = Role.allCases.map { "'\($0.rawValue)'" }.joined(separator: ", ")
            return [
                """
                CREATE TABLE job_advice (
                    job_id TEXT NOT NULL REFERENCES jobs (id),
                    role TEXT NOT NULL CHECK (role IN (\(roles))),
                    is_valid BIGINT NOT NULL CHECK (is_valid IN (0, 1)),
                    feedback TEXT NOT NULL,
                    confidence BIGINT NOT NULL CHECK (confidence BETWEEN 0 AND 100),
                    estimated_minutes BIGINT CHECK (estimated_minutes >= 1),
                    reasoning TEXT NOT NULL,
                    source TEXT NOT NULL CHECK (source IN (\(sources))),
                    model TEXT,
                    digest TEXT,
                    failure TEXT,
                    past TEXT,
                    given_at BIGINT NOT NULL,
                    PRIMARY KEY (job_id, role),
                    CHECK (role = 'submission' OR source <> 'heuristic'),
                    CHECK ((source = 'heuristic') = (model IS NULL))
                )
                """,
                // The statistics of past jobs, of one person and of all.
                """
                CREATE INDEX jobs_ended_by_owner ON jobs (owner, template, site, finished_at)
                WHERE finished_at IS NOT NULL
                """,
                "CREATE INDEX jobs_ended_by_kind ON jobs (template, site, finished_at) WHERE finished_at IS NOT NULL",
            ]
        }
    ]

    // MARK: - Writing

    /// Writes what was said of a new job.
    static func insert(_ advice: JobAdvice, of job: JobID, on connection: any StorageConnection) throws {
        try insert(
            advice.opinion,
            as: .submission,
            of: job,
            [JobRow.optional(advice.failure), JobRow.optional(advice.past.map { JobRow.text($0) })],
            on: connection
        )
    }

    /// Writes what came late, once.
    ///
    /// - Returns: whether it is new.
    static func insert(late opinion: Opinion, of job: JobID, on connection: any StorageConnection) throws -> Bool {
        try insert(opinion, as: .late, of: job, [.null, .null], on: connection) == 1
    }

    @discardableResult
    private static func insert(
        _ opinion: Opinion,
        as role: Role,
        of job: JobID,
        _ rest: [SQLValue],
        on connection: any StorageConnection
    ) throws -> Int {
        let values: [SQLValue] = [
            .text(job.text), .text(role.rawValue), .integer(opinion.isValid ? 1 : 0), .text(opinion.feedback),
            .integer(Int64(opinion.confidence)), SQLValue(opinion.estimatedMinutes), .text(opinion.reasoning),
            .text(opinion.source.rawValue), JobRow.optional(opinion.model), JobRow.optional(opinion.digest),
            .integer(opinion.at.microseconds),
        ]
        return try connection.execute(
            """
            INSERT INTO job_advice (job_id, role, is_valid, feedback, confidence, estimated_minutes, reasoning, source,
                model, digest, given_at, failure, past)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
            ON CONFLICT (job_id, role) DO NOTHING
            """,
            values + rest
        )
    }

    // MARK: - Reading

    /// Whether any advice is kept.
    static func hasAny(on connection: any StorageConnection) throws -> Bool {
        try connection.first("SELECT job_id FROM job_advice LIMIT 1") != nil
    }

    /// What was said of a job; nil where nothing was.
    static func find(_ job: JobID, on connection: any StorageConnection) throws -> JobAdvice? {
        try find([job], on: connection)[job]
    }

    /// What was said of some jobs.
    static func find(_ jobs: [JobID], on connection: any StorageConnection) throws -> [JobID: JobAdvice] {
        guard !jobs.isEmpty else { return [:] }
        let rows = try connection.query(
            """
            SELECT * FROM job_advice WHERE job_id IN (\(SQLList.placeholders(from: 1, count: jobs.count)))
            ORDER BY job_id, role DESC
            """,
            jobs.map { .text($0.text) }
        )
        var found: [JobID: JobAdvice] = [:]
        for row in rows {
            guard let job = JobID(try row.text("job_id")) else { continue }
            let opinion = try opinion(row)
            if try row.text("role") == Role.late.rawValue {
                found[job]?.late = opinion
            } else {
                found[job] = JobAdvice(
                    opinion: opinion,
                    failure: try row.optionalText("failure"),
                    past: try row.optionalText("past").map {
                        try JSONDecoder().decode(PastJobs.self, from: Data($0.utf8))
                    }
                )
            }
        }
        return found
    }

    private static func opinion(_ row: Row) throws -> Opinion {
        guard let source = AnswerSource(rawValue: try row.text("source")) else {
            throw StoredValueError(table: "job_advice", id: try row.text("job_id"))
        }
        return Opinion(
            isValid: try row.integer("is_valid") != 0,
            feedback: try row.text("feedback"),
            confidence: Int(try row.integer("confidence")),
            estimatedMinutes: try row.optionalInteger("estimated_minutes").map(Int.init),
            reasoning: try row.text("reasoning"),
            source: source,
            model: try row.optionalText("model"),
            digest: try row.optionalText("digest"),
            at: Timestamp(microseconds: try row.integer("given_at"))
        )
    }

    // MARK: - Statistics

    /// How jobs of a template at a site went: of one person, or of everybody where those are too few.
    static func past(
        template: String,
        site: String,
        owner: String,
        on connection: any StorageConnection
    ) throws -> PastJobs? {
        let kind: [SQLValue] = [.text(template), .text(site)]
        let own = try runs("owner = $3 AND template = $1 AND site = $2", kind + [.text(owner)], on: connection)
        if own.count >= PastJobs.fewest { return PastJobs(own, scope: .owner) }
        let all = try runs("template = $1 AND site = $2", kind, on: connection)
        return all.count > own.count ? PastJobs(all, scope: .everyone) : PastJobs(own, scope: .owner)
    }

    /// What of Slurm's facts tells how long a job ran.
    private struct RunTime: Decodable {
        let elapsedSeconds: Int?
        let startTime: Int64?
        let endTime: Int64?

        var minutes: Double? {
            if let elapsedSeconds { return Double(elapsedSeconds) / 60 }
            guard let startTime, let endTime, endTime >= startTime else { return nil }
            return Double(endTime - startTime) / 60
        }
    }

    private static func runs(
        _ condition: String,
        _ values: [SQLValue],
        on connection: any StorageConnection
    ) throws -> [PastJobs.Run] {
        try connection.query(
            """
            SELECT state, slurm FROM jobs WHERE \(condition) AND finished_at IS NOT NULL
                AND state IN ('completed', 'failed', 'timedOut') AND (cache_status IS NULL OR cache_status <> 'hit')
            ORDER BY finished_at DESC LIMIT \(PastJobs.most)
            """,
            values
        ).compactMap { row in
            guard let state = JobState(rawValue: try row.text("state")) else { return nil }
            let time = try row.optionalText("slurm").flatMap {
                try? JSONDecoder().decode(RunTime.self, from: Data($0.utf8))
            }
            return PastJobs.Run(state: state, minutes: time?.minutes)
        }
    }
}
