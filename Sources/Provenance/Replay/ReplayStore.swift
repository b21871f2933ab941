internal import Attestation
internal import Documents
internal import Gateway
internal import Storage

/// The table `replays`: which job ran which analysis or job again, and how their results compare.
enum ReplayStore {
    /// Every step from an empty database to the present one; steps are only ever added.
    static let migrations = [
        Migration(module: "replays", number: 1, name: "replays") { _ in
            [
                """
                CREATE TABLE replays (
                    job_id TEXT PRIMARY KEY REFERENCES jobs (id),
                    parent_job TEXT NOT NULL REFERENCES jobs (id),
                    record TEXT,
                    statement_digest TEXT NOT NULL,
                    owner TEXT NOT NULL,
                    kind TEXT NOT NULL CHECK (kind IN ('replay', 'variant', 'fork')),
                    changes TEXT NOT NULL,
                    report TEXT NOT NULL,
                    verdict TEXT CHECK (verdict IN ('identical', 'equivalent', 'not-compared', 'different')),
                    sentence TEXT,
                    created_at BIGINT NOT NULL
                )
                """,
                "CREATE INDEX replays_record ON replays (record)",
                "CREATE INDEX replays_parent ON replays (parent_job)",
            ]
        }
    ]

    /// The statement of the analysis that a job ran again; nil when it did not.
    static func parent(of job: JobID, on connection: any StorageConnection) throws -> SHA256Digest? {
        try connection.first("SELECT statement_digest FROM replays WHERE job_id = $1", [.text(job.text)]).flatMap {
            SHA256Digest(try $0.text("statement_digest"))
        }
    }

    static func insert(_ replay: Replay, on connection: any StorageConnection) throws {
        try connection.execute(
            """
            INSERT INTO replays (job_id, parent_job, record, statement_digest, owner, kind, changes, report, created_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
            """,
            [
                .text(replay.job.text), .text(replay.parent.text), SQLValue(replay.record?.text),
                .text(replay.statement.description), .text(replay.owner), .text(replay.kind.rawValue),
                .text(replay.changes.jsonText), .text(replay.report.jsonText), .integer(replay.createdAt.microseconds),
            ]
        )
    }

    /// Writes down how its results compare with the original's.
    static func judge(
        _ job: JobID,
        _ verdict: String,
        _ sentence: String,
        on connection: any StorageConnection
    ) throws {
        try connection.execute(
            "UPDATE replays SET verdict = $2, sentence = $3 WHERE job_id = $1",
            [.text(job.text), .text(verdict), .text(sentence)]
        )
    }

    static func find(_ job: JobID, on connection: any StorageConnection) throws -> Replay? {
        try connection.first("SELECT * FROM replays WHERE job_id = $1", [.text(job.text)]).map(replay)
    }

    /// The jobs that ran an analysis again, the oldest first.
    static func list(of record: RecordID, on connection: any StorageConnection) throws -> [Replay] {
        try connection.query(
            "SELECT * FROM replays WHERE record = $1 ORDER BY created_at, job_id LIMIT 1000",
            [.text(record.text)]
        ).map(replay)
    }

    /// The jobs that ran a job again, the oldest first.
    static func list(of parent: JobID, on connection: any StorageConnection) throws -> [Replay] {
        try connection.query(
            "SELECT * FROM replays WHERE parent_job = $1 ORDER BY created_at, job_id LIMIT 1000",
            [.text(parent.text)]
        ).map(replay)
    }

    private static func replay(_ row: Row) throws -> Replay {
        guard let job = JobID(try row.text("job_id")), let parent = JobID(try row.text("parent_job")),
            let statement = SHA256Digest(try row.text("statement_digest"))
        else { throw LogFault.damaged("a row of replays cannot be read") }
        return Replay(
            job: job,
            parent: parent,
            record: try row.optionalText("record").flatMap { RecordID($0) },
            statement: statement,
            owner: try row.text("owner"),
            changes: try JSONValue(json: try row.text("changes").utf8),
            report: try JSONValue(json: try row.text("report").utf8),
            verdict: try row.optionalText("verdict"),
            sentence: try row.optionalText("sentence"),
            createdAt: Timestamp(microseconds: try row.integer("created_at"))
        )
    }
}
