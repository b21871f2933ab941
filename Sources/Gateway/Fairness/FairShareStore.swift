internal import Storage

/// Who waits, who has used how much, and what Slurm holds of whom.
enum FairShareStore {
    /// Every step of the schema.
    static let migrations: [Migration] = [
        Migration(module: "fairness", number: 1, name: "shares and queues") { _ in
            [
                """
                CREATE TABLE fair_shares (
                    site TEXT NOT NULL,
                    owner TEXT NOT NULL,
                    used DOUBLE PRECISION NOT NULL CHECK (used >= 0),
                    as_of BIGINT NOT NULL,
                    PRIMARY KEY (site, owner)
                )
                """,
                "CREATE TABLE cap_exemptions (owner TEXT PRIMARY KEY)",
                // One person's next jobs are read from it in order, and nothing else.
                """
                CREATE INDEX jobs_ready ON jobs (lane, (\(PriorityClass.column)), owner, priority DESC, id)
                WHERE submission = 'ready' AND finished_at IS NULL AND state IN ('queued', 'staging')
                """,
                "CREATE INDEX jobs_trying ON jobs (lane, id) WHERE submission = 'trying' AND finished_at IS NULL",
                "CREATE INDEX jobs_unfinished ON jobs (owner, state, submission) WHERE finished_at IS NULL",
            ]
        }
    ]

    private static let ready = "submission = 'ready' AND finished_at IS NULL AND state IN ('queued', 'staging')"
    /// What Slurm holds, or may hold already.
    private static let held = "finished_at IS NULL AND (state IN ('pending', 'running') OR submission = 'trying')"

    /// Jobs of a lane of which a submission is under way.
    static func underWay(lane: Lane, limit: Int, on connection: any StorageConnection) throws -> [Job] {
        try connection.query(
            """
            SELECT \(JobStore.columns) FROM jobs
            WHERE lane = $1 AND submission = 'trying' AND finished_at IS NULL AND state IN ('queued', 'staging')
            ORDER BY priority DESC, id LIMIT $2
            """,
            [.text(lane.text), .integer(Int64(limit))]
        ).map(JobRow.job)
    }

    /// Jobs by their ids, in that order.
    static func jobs(_ ids: [String], on connection: any StorageConnection) throws -> [Job] {
        let places = SQLList.placeholders(from: 1, count: ids.count)
        let rows = try connection.query(
            "SELECT \(JobStore.columns) FROM jobs WHERE id IN (\(places))",
            ids.map { .text($0) }
        )
        let found = Dictionary(try rows.map { ($0, try $0.text("id")) }.map { ($1, try JobRow.job($0)) }) { $1 }
        return ids.compactMap { found[$0] }
    }

    /// Ids of jobs that wait for room and were not told so.
    static func untold(
        lane: Lane,
        owner: String?,
        reason: String,
        limit: Int,
        on connection: any StorageConnection
    ) throws -> [JobID] {
        let person = owner.map { [SQLValue.text($0)] } ?? []
        return try connection.query(
            """
            SELECT id FROM jobs WHERE lane = $1 AND \(ready) AND state = 'queued' AND (reason IS NULL OR reason <> $2)
            \(owner == nil ? "" : "AND owner = $4") ORDER BY id LIMIT $3
            """,
            [.text(lane.text), .text(reason), .integer(Int64(limit))] + person
        ).compactMap { JobID(try $0.text("id")) }
    }

    /// Who is not counted, by their role at their last submission.
    static func exempt(on connection: any StorageConnection) throws -> Set<String> {
        Set(try connection.query("SELECT owner FROM cap_exemptions").map { try $0.text("owner") })
    }

    /// Notes whether somebody is counted.
    static func note(owner: String, isExempt: Bool, on connection: any StorageConnection) throws {
        let sql =
            isExempt
            ? "INSERT INTO cap_exemptions (owner) VALUES ($1) ON CONFLICT (owner) DO NOTHING"
            : "DELETE FROM cap_exemptions WHERE owner = $1"
        try connection.execute(sql, [.text(owner)])
    }

    /// What each person has waiting in a lane, by class.
    static func shares(lane: Lane, on connection: any StorageConnection) throws -> [WaitingShare] {
        try connection.query(
            """
            SELECT \(PriorityClass.column) AS class, owner, COUNT(*) AS number FROM jobs
            WHERE lane = $1 AND \(ready) GROUP BY \(PriorityClass.column), owner
            """,
            [.text(lane.text)]
        ).compactMap { row in
            let waiting: Int = try row.integer("number")
            return PriorityClass(rawValue: try row.integer("class")).map {
                WaitingShare(owner: (try? row.text("owner")) ?? "", priorityClass: $0, waiting: waiting)
            }
        }
    }

    /// Reads as many entries of the index `jobs_ready` as it answers.
    static let nextText = """
        SELECT id FROM jobs WHERE lane = $1 AND (\(PriorityClass.column)) = $2 AND owner = $3 AND \(ready)
        ORDER BY priority DESC, id LIMIT $4
        """

    /// The ids of a person's next jobs in a class.
    static func next(
        _ turn: Turn,
        lane: Lane,
        limit: Int,
        on connection: any StorageConnection
    ) throws -> [String] {
        try connection.query(
            nextText,
            [.text(lane.text), .integer(Int64(turn.priorityClass.rawValue)), .text(turn.owner), .integer(Int64(limit))]
        ).map { try $0.text("id") }
    }

    /// What each person has used of a site lately, in jobs.
    static func used(site: String, at now: Timestamp, on connection: any StorageConnection) throws -> [String: Double] {
        var used: [String: Double] = [:]
        for row in try connection.query("SELECT owner, used, as_of FROM fair_shares WHERE site = $1", [.text(site)]) {
            let asOf = Timestamp(microseconds: try row.integer("as_of"))
            used[try row.text("owner")] = FairShare.decayed(try row.real("used"), after: now - asOf)
        }
        return used
    }

    /// Takes note of jobs that are sent now.
    static func note(
        _ sent: [String: Double],
        site: String,
        at now: Timestamp,
        on connection: any StorageConnection
    ) throws {
        guard !sent.isEmpty else { return }
        let before = try used(site: site, at: now, on: connection)
        for (owner, jobs) in sent.sorted(by: { $0.key < $1.key }) {
            try connection.execute(
                """
                INSERT INTO fair_shares (site, owner, used, as_of) VALUES ($1, $2, $3, $4)
                ON CONFLICT (site, owner) DO UPDATE SET used = excluded.used, as_of = excluded.as_of
                """,
                [.text(site), .text(owner), .real((before[owner] ?? 0) + jobs), .integer(now.microseconds)]
            )
        }
    }

    /// How many jobs of the gateway Slurm holds at a site, or may hold already.
    static func active(site: String, on connection: any StorageConnection) throws -> Int {
        let row = try connection.first("SELECT COUNT(*) AS number FROM jobs WHERE site = $1 AND \(held)", [.text(site)])
        return try row?.integer("number") ?? 0
    }

    /// How many jobs of a person Slurm holds, or may hold already.
    static func active(owner: String, on connection: any StorageConnection) throws -> Int {
        let sql = "SELECT COUNT(*) AS number FROM jobs WHERE owner = $1 AND \(held)"
        return try connection.first(sql, [.text(owner)])?.integer("number") ?? 0
    }

    /// How many jobs of a person wait in the gateway.
    static func queued(owner: String, on connection: any StorageConnection) throws -> Int {
        let sql = """
            SELECT COUNT(*) AS number FROM jobs
            WHERE owner = $1 AND finished_at IS NULL AND state NOT IN ('pending', 'running', 'retrieving')
            """
        return try connection.first(sql, [.text(owner)])?.integer("number") ?? 0
    }
}
