internal import Attestation
internal import Documents
internal import Gateway
internal import Storage

/// The tables of published analyses: how they stand, their history, what they rest on, and what became of that.
enum AnalysisStore {
    /// Every step from an empty database to the present one; steps are only ever added.
    static let migrations = [
        Migration(module: "analyses", number: 1, name: "analyses") { _ in tables }
    ]

    private static let tables = [
        """
        CREATE TABLE analyses (
            record TEXT PRIMARY KEY,
            work TEXT NOT NULL,
            job_id TEXT NOT NULL REFERENCES jobs (id),
            owner TEXT NOT NULL,
            project TEXT NOT NULL,
            title TEXT NOT NULL,
            publication TEXT NOT NULL,
            published_at BIGINT NOT NULL,
            state TEXT NOT NULL CHECK (state IN ('current', 'updated', 'concern', 'retracted')),
            status TEXT NOT NULL,
            last_entry BIGINT NOT NULL,
            statement_digest TEXT NOT NULL,
            replay_of TEXT
        )
        """,
        "CREATE INDEX analyses_work ON analyses (work)",
        "CREATE INDEX analyses_published ON analyses (published_at, record)",
        "CREATE INDEX analyses_replay ON analyses (replay_of)",
        """
        CREATE TABLE analysis_events (
            record TEXT NOT NULL REFERENCES analyses (record),
            position BIGINT NOT NULL,
            event TEXT NOT NULL,
            happened_at BIGINT NOT NULL,
            decided_by TEXT NOT NULL,
            reason TEXT,
            envelope TEXT NOT NULL,
            PRIMARY KEY (record, position)
        )
        """,
        """
        CREATE TABLE analysis_uses (
            record TEXT NOT NULL REFERENCES analyses (record),
            role TEXT NOT NULL CHECK (role IN ('input', 'output', 'container', 'model', 'template')),
            digest TEXT NOT NULL,
            PRIMARY KEY (record, role, digest)
        )
        """,
        "CREATE INDEX analysis_uses_digest ON analysis_uses (digest, role)",
        """
        CREATE TABLE analysis_flags (
            record TEXT NOT NULL REFERENCES analyses (record),
            kind TEXT NOT NULL CHECK (kind IN ('inputRetracted', 'superseded', 'withdrawn')),
            digest TEXT NOT NULL,
            cause TEXT NOT NULL,
            reason TEXT NOT NULL,
            noted_at BIGINT NOT NULL,
            PRIMARY KEY (record, kind, digest, cause)
        )
        """,
    ]

    // MARK: - Analyses

    static func insert(
        _ analysis: Analysis,
        statement: SHA256Digest,
        on connection: any StorageConnection
    ) throws {
        try connection.execute(
            """
            INSERT INTO analyses (record, work, job_id, owner, project, title, publication, published_at, state, status,
                last_entry, statement_digest, replay_of)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
            """,
            [
                .text(analysis.record.text), .text(analysis.work.text), .text(analysis.job.text),
                .text(analysis.owner), .text(analysis.project), .text(analysis.publication.title),
                .text(AnalysisJSON.value(analysis.publication).jsonText),
                .integer(analysis.publication.publishedAt.microseconds), .text(analysis.status.kind.rawValue),
                .text(AnalysisJSON.value(analysis.status).jsonText), .integer(Int64(analysis.lastEntry)),
                .text(statement.description), SQLValue(analysis.replayOf?.description),
            ]
        )
    }

    /// Writes how an analysis stands from now on.
    static func update(_ analysis: Analysis, on connection: any StorageConnection) throws {
        try connection.execute(
            "UPDATE analyses SET state = $2, status = $3, last_entry = $4 WHERE record = $1",
            [
                .text(analysis.record.text), .text(analysis.status.kind.rawValue),
                .text(AnalysisJSON.value(analysis.status).jsonText), .integer(Int64(analysis.lastEntry)),
            ]
        )
    }

    static func find(_ record: RecordID, locked: Bool = false, on connection: any StorageConnection) throws -> Analysis?
    {
        let suffix = locked ? connection.dialect.forUpdate : ""
        return try connection.first("SELECT * FROM analyses WHERE record = $1" + suffix, [.text(record.text)])
            .map(analysis)
    }

    /// The analyses of a job, the oldest first.
    static func list(of job: JobID, on connection: any StorageConnection) throws -> [Analysis] {
        try connection.query(
            "SELECT * FROM analyses WHERE job_id = $1 ORDER BY published_at, record",
            [.text(job.text)]
        ).map(analysis)
    }

    /// All versions of a work, the oldest first.
    static func versions(of work: RecordID, on connection: any StorageConnection) throws -> [Analysis] {
        try connection.query(
            "SELECT * FROM analyses WHERE work = $1 ORDER BY published_at, record",
            [.text(work.text)]
        ).map(analysis)
    }

    /// The newest first.
    static func page(before: (Int64, String)?, limit: Int, on connection: any StorageConnection) throws -> [Analysis] {
        guard let before else {
            return try connection.query(
                "SELECT * FROM analyses ORDER BY published_at DESC, record DESC LIMIT $1",
                [.integer(Int64(limit))]
            ).map(analysis)
        }
        return try connection.query(
            """
            SELECT * FROM analyses WHERE published_at < $1 OR (published_at = $1 AND record < $2)
            ORDER BY published_at DESC, record DESC LIMIT $3
            """,
            [.integer(before.0), .text(before.1), .integer(Int64(limit))]
        ).map(analysis)
    }

    /// The analyses that were run again from a statement.
    static func replays(of statement: SHA256Digest, on connection: any StorageConnection) throws -> [Analysis] {
        try connection.query(
            "SELECT * FROM analyses WHERE replay_of = $1 ORDER BY published_at, record",
            [.text(statement.description)]
        ).map(analysis)
    }

    private static func analysis(_ row: Row) throws -> Analysis {
        guard let record = RecordID(try row.text("record")), let work = RecordID(try row.text("work")),
            let job = JobID(try row.text("job_id"))
        else { throw LogFault.damaged("a row of analyses cannot be read") }
        return Analysis(
            record: record,
            work: work,
            job: job,
            owner: try row.text("owner"),
            project: try row.text("project"),
            publication: try AnalysisJSON.publication(
                try row.text("publication"),
                publishedAt: Moment(microseconds: try row.integer("published_at"))
            ),
            status: try AnalysisJSON.status(try row.text("status")),
            lastEntry: Int(try row.integer("last_entry")),
            replayOf: try row.optionalText("replay_of").flatMap { SHA256Digest($0) }
        )
    }

    // MARK: - History

    static func append(
        _ event: AnalysisEvent,
        _ envelope: String,
        to record: RecordID,
        on connection: any StorageConnection
    ) throws {
        try connection.execute(
            """
            INSERT INTO analysis_events (record, position, event, happened_at, decided_by, reason, envelope)
            VALUES ($1, $2, $3, $4, $5, $6, $7)
            """,
            [
                .text(record.text), .integer(Int64(event.position)), .text(event.event.rawValue),
                .integer(event.at.microseconds), .text(event.by), SQLValue(event.reason), .text(envelope),
            ]
        )
    }

    static func envelope(of record: RecordID, at position: Int, on connection: any StorageConnection) throws -> String?
    {
        try connection.first(
            "SELECT envelope FROM analysis_events WHERE record = $1 AND position = $2",
            [.text(record.text), .integer(Int64(position))]
        )?.text("envelope")
    }

    static func history(of record: RecordID, on connection: any StorageConnection) throws -> [AnalysisEvent] {
        try connection.query(
            "SELECT * FROM analysis_events WHERE record = $1 ORDER BY position",
            [.text(record.text)]
        ).compactMap { row in
            guard let event = LogEntry.Event(rawValue: try row.text("event")) else { return nil }
            return AnalysisEvent(
                event: event,
                position: Int(try row.integer("position")),
                at: Timestamp(microseconds: try row.integer("happened_at")),
                by: try row.text("decided_by"),
                reason: try row.optionalText("reason")
            )
        }
    }

    // MARK: - What they rest on

    static func note(
        _ uses: [(role: AnalysisUse, digest: String)],
        of record: RecordID,
        on connection: any StorageConnection
    ) throws {
        for use in uses {
            try connection.execute(
                """
                INSERT INTO analysis_uses (record, role, digest) VALUES ($1, $2, $3)
                ON CONFLICT (record, role, digest) DO NOTHING
                """,
                [.text(record.text), .text(use.role.rawValue), .text(use.digest)]
            )
        }
    }

    /// The analyses that use something in one of some roles.
    static func users(
        of digest: String,
        as roles: [AnalysisUse],
        on connection: any StorageConnection
    ) throws -> [RecordID] {
        var found: [RecordID] = []
        for role in roles {
            found += try connection.query(
                "SELECT record FROM analysis_uses WHERE digest = $1 AND role = $2 ORDER BY record",
                [.text(digest), .text(role.rawValue)]
            ).compactMap { RecordID(try $0.text("record")) }
        }
        return found
    }

    static func uses(
        of record: RecordID,
        as role: AnalysisUse,
        on connection: any StorageConnection
    ) throws -> [String] {
        try connection.query(
            "SELECT digest FROM analysis_uses WHERE record = $1 AND role = $2 ORDER BY digest",
            [.text(record.text), .text(role.rawValue)]
        ).map { try $0.text("digest") }
    }

    // MARK: - What became of that

    /// - Returns: whether it is new.
    static func flag(_ flag: AnalysisFlag, _ record: RecordID, on connection: any StorageConnection) throws -> Bool {
        try connection.execute(
            """
            INSERT INTO analysis_flags (record, kind, digest, cause, reason, noted_at) VALUES ($1, $2, $3, $4, $5, $6)
            ON CONFLICT (record, kind, digest, cause) DO NOTHING
            """,
            [
                .text(record.text), .text(flag.kind.rawValue), .text(flag.digest), .text(flag.cause),
                .text(flag.reason), .integer(flag.at.microseconds),
            ]
        ) > 0
    }

    /// Takes back what a cause made.
    static func unflag(cause: String, on connection: any StorageConnection) throws {
        try connection.execute("DELETE FROM analysis_flags WHERE cause = $1", [.text(cause)])
    }

    /// What analyses of an owner rest on that is not what it was, the newest first; of everybody's when nil.
    static func notices(
        for owner: String?,
        limit: Int,
        on connection: any StorageConnection
    ) throws -> [(record: RecordID, flag: AnalysisFlag)] {
        let condition = owner == nil ? "" : "WHERE analyses.owner = $2"
        return try connection.query(
            """
            SELECT analysis_flags.* FROM analysis_flags JOIN analyses ON analyses.record = analysis_flags.record
            \(condition) ORDER BY noted_at DESC, analysis_flags.record LIMIT $1
            """,
            [.integer(Int64(limit))] + (owner.map { [.text($0)] } ?? [])
        ).compactMap { row in
            guard let record = RecordID(try row.text("record")), let flag = try flag(row) else { return nil }
            return (record, flag)
        }
    }

    static func flags(of record: RecordID, on connection: any StorageConnection) throws -> [AnalysisFlag] {
        try connection.query(
            "SELECT * FROM analysis_flags WHERE record = $1 ORDER BY noted_at, digest",
            [.text(record.text)]
        ).compactMap(flag)
    }

    private static func flag(_ row: Row) throws -> AnalysisFlag? {
        guard let kind = AnalysisFlag.Kind(rawValue: try row.text("kind")) else { return nil }
        return AnalysisFlag(
            kind: kind,
            digest: try row.text("digest"),
            cause: try row.text("cause"),
            reason: try row.text("reason"),
            at: Timestamp(microseconds: try row.integer("noted_at"))
        )
    }
}
