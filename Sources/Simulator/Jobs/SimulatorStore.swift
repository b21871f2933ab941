internal import Foundation
internal import Gateway
internal import Slurm
internal import Storage

/// The tables of simulated sites: their jobs, and the stages that have begun.
enum SimulatorStore {
    /// Every step from an empty database to the present one; steps are only ever added.
    static let migrations = [
        Migration(module: "simulator", number: 1, name: "simulated jobs") { _ in tables }
    ]

    private static let tables = [
        """
        CREATE TABLE simulated_jobs (
            submission_key TEXT PRIMARY KEY,
            id BIGINT NOT NULL UNIQUE,
            site TEXT NOT NULL,
            job_id TEXT NOT NULL,
            attempt BIGINT NOT NULL,
            request TEXT NOT NULL,
            state TEXT NOT NULL,
            reason TEXT,
            exit_code BIGINT,
            submitted_at BIGINT NOT NULL,
            started_at BIGINT,
            ended_at BIGINT,
            ran_milliseconds BIGINT,
            CHECK ((ended_at IS NULL) = (state IN ('PENDING', 'RUNNING'))),
            CHECK ((ended_at IS NULL) = (ran_milliseconds IS NULL))
        )
        """,
        "CREATE INDEX simulated_jobs_open ON simulated_jobs (site, id) WHERE ended_at IS NULL",
        """
        CREATE TABLE simulated_stages (
            submission_key TEXT NOT NULL REFERENCES simulated_jobs (submission_key),
            agent TEXT NOT NULL,
            begins_at BIGINT NOT NULL,
            lasts BIGINT NOT NULL,
            decisions TEXT NOT NULL,
            ruin TEXT,
            begun_at BIGINT NOT NULL,
            completed_at BIGINT,
            output TEXT,
            PRIMARY KEY (submission_key, agent)
        )
        """,
    ]

    // MARK: - Jobs

    /// Takes a job in, once for each key.
    ///
    /// - Returns: the job of the key, and whether it is new.
    static func submit(
        _ key: String,
        at site: String,
        job: String,
        attempt: Int,
        _ request: SimulatedJob.Request,
        now: Timestamp,
        on connection: any StorageConnection
    ) throws -> (job: SimulatedJob, isNew: Bool) {
        // Numbers are given in turn, on PostgreSQL too.
        try connection.lock("simulated_jobs")
        if let known = try find(key, on: connection) { return (known, false) }
        let last: Int64 =
            try connection.first("SELECT COALESCE(MAX(id), 0) AS last FROM simulated_jobs")?
            .integer("last") ?? 0
        try connection.execute(
            """
            INSERT INTO simulated_jobs (submission_key, id, site, job_id, attempt, request, state, reason, submitted_at)
            VALUES ($1, $2, $3, $4, $5, $6, 'PENDING', 'Resources', $7)
            """,
            [
                .text(key), .integer(last + 1), .text(site), .text(job), SQLValue(attempt), .text(text(request)),
                .integer(now.microseconds),
            ]
        )
        guard let job = try find(key, on: connection) else {
            throw StorageError.corrupted(detail: "the simulated job \(key) is gone")
        }
        return (job, true)
    }

    static func find(
        _ key: String,
        locked: Bool = false,
        on connection: any StorageConnection
    ) throws -> SimulatedJob? {
        let suffix = locked ? connection.dialect.forUpdate : ""
        return try connection.first("SELECT * FROM simulated_jobs WHERE submission_key = $1" + suffix, [.text(key)])
            .map(job)
    }

    /// The job of a number; nil when the site has none.
    static func find(id: Int64, at site: String, on connection: any StorageConnection) throws -> SimulatedJob? {
        try connection.first(
            "SELECT * FROM simulated_jobs WHERE id = $1 AND site = $2",
            [.integer(id), .text(site)]
        ).map(job)
    }

    /// The jobs that wait or run, in the order in which they came.
    static func open(at site: String, on connection: any StorageConnection) throws -> [SimulatedJob] {
        try connection.query(
            "SELECT * FROM simulated_jobs WHERE site = $1 AND ended_at IS NULL ORDER BY id",
            [.text(site)]
        ).map(job)
    }

    /// Lets a job begin.
    static func begin(_ key: String, at now: Timestamp, on connection: any StorageConnection) throws {
        try connection.execute(
            """
            UPDATE simulated_jobs SET state = 'RUNNING', reason = NULL, started_at = $2
            WHERE submission_key = $1 AND state = 'PENDING'
            """,
            [.text(key), .integer(now.microseconds)]
        )
    }

    /// Ends a job that has not ended.
    ///
    /// - Returns: whether this did it.
    @discardableResult
    static func end(
        _ key: String,
        as state: SlurmState,
        exitCode: Int,
        ran milliseconds: Int64,
        at now: Timestamp,
        on connection: any StorageConnection
    ) throws -> Bool {
        try connection.execute(
            """
            UPDATE simulated_jobs SET state = $2, reason = NULL, exit_code = $3, ran_milliseconds = $4, ended_at = $5
            WHERE submission_key = $1 AND ended_at IS NULL
            """,
            [
                .text(key), .text(state.rawValue), SQLValue(exitCode), .integer(milliseconds),
                .integer(now.microseconds),
            ]
        ) > 0
    }

    // MARK: - Stages

    /// The stages of a job that have begun, in their order.
    static func stages(of key: String, on connection: any StorageConnection) throws -> [SimulatedStage] {
        try connection.query(
            "SELECT * FROM simulated_stages WHERE submission_key = $1 ORDER BY begins_at, begun_at, agent",
            [.text(key)]
        ).map(stage)
    }

    /// Writes a stage that begins; a stage begins once.
    static func insert(_ stage: SimulatedStage, of key: String, on connection: any StorageConnection) throws {
        try connection.execute(
            """
            INSERT INTO simulated_stages (submission_key, agent, begins_at, lasts, decisions, ruin, begun_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (submission_key, agent) DO NOTHING
            """,
            [
                .text(key), .text(stage.agent.rawValue), .integer(stage.beginsAt), .integer(stage.lasts),
                .text(text(stage.decisions)), SQLValue(try stage.ruin.map { try text($0) }),
                .integer(stage.begunAt.microseconds),
            ]
        )
    }

    /// Writes that a stage ended well.
    static func complete(
        _ agent: PipelineAgent,
        of key: String,
        output: String,
        at now: Timestamp,
        on connection: any StorageConnection
    ) throws {
        try connection.execute(
            """
            UPDATE simulated_stages SET completed_at = $3, output = $4
            WHERE submission_key = $1 AND agent = $2 AND completed_at IS NULL
            """,
            [.text(key), .text(agent.rawValue), .integer(now.microseconds), .text(output)]
        )
    }

    // MARK: - Rows

    private static func job(_ row: Row) throws -> SimulatedJob {
        let key = try row.text("submission_key")
        guard let state = SlurmState(rawValue: try row.text("state")) else {
            throw StorageError.corrupted(detail: "the state of the simulated job \(key)")
        }
        return SimulatedJob(
            key: key,
            id: try row.integer("id"),
            site: try row.text("site"),
            job: try row.text("job_id"),
            attempt: try row.integer("attempt"),
            request: try decode(SimulatedJob.Request.self, try row.text("request")),
            state: state,
            reason: try row.optionalText("reason"),
            exitCode: try row.optionalInteger("exit_code"),
            submittedAt: Timestamp(microseconds: try row.integer("submitted_at")),
            startedAt: try moment(row, "started_at"),
            endedAt: try moment(row, "ended_at"),
            ranMilliseconds: try row.optionalInteger("ran_milliseconds")
        )
    }

    private static func stage(_ row: Row) throws -> SimulatedStage {
        let name = try row.text("agent")
        guard let agent = PipelineAgent(rawValue: name) else {
            throw StorageError.corrupted(detail: "a simulated stage of an agent '\(name)'")
        }
        return SimulatedStage(
            agent: agent,
            beginsAt: try row.integer("begins_at"),
            lasts: try row.integer("lasts"),
            decisions: try decode(AgentDecisions.self, try row.text("decisions")),
            ruin: try row.optionalText("ruin").map { try decode(StageRuin.self, $0) },
            begunAt: Timestamp(microseconds: try row.integer("begun_at")),
            completedAt: try moment(row, "completed_at"),
            output: try row.optionalText("output")
        )
    }

    private static func moment(_ row: Row, _ column: String) throws -> Timestamp? {
        try row.optionalInteger(column).map { Timestamp(microseconds: $0) }
    }

    private static func decode<Value: Decodable>(_ type: Value.Type, _ text: String) throws -> Value {
        try JSONDecoder().decode(type, from: Data(text.utf8))
    }

    private static func text(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }
}
