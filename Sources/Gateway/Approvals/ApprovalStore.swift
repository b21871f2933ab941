internal import Documents
internal import Storage

/// The tables `approvals` and `approval_decisions`.
///
/// Whoever writes here has locked the job before.
enum ApprovalStore {
    // MARK: - Reading

    static func find(_ id: ApprovalID, on connection: any StorageConnection) throws -> Approval? {
        try connection.first("SELECT * FROM approvals WHERE id = $1", [.text(id.text)]).map(approval)
    }

    static func lock(_ id: ApprovalID, on connection: any StorageConnection) throws -> Approval? {
        let suffix = connection.dialect.forUpdate
        return try connection.first("SELECT * FROM approvals WHERE id = $1" + suffix, [.text(id.text)]).map(approval)
    }

    /// The newest question about a job: a superseded one always has a newer one, however close in time.
    static func latest(of job: JobID, on connection: any StorageConnection) throws -> Approval? {
        try connection.first(
            """
            SELECT * FROM approvals WHERE job_id = $1
            ORDER BY CASE state WHEN 'superseded' THEN 1 ELSE 0 END, created_at DESC, id DESC LIMIT 1
            """,
            [.text(job.text)]
        ).map(approval)
    }

    /// Questions in a state, the oldest first, after one of them.
    static func list(
        _ state: Approval.State?,
        after id: ApprovalID?,
        limit: Int,
        on connection: any StorageConnection
    ) throws -> [Approval] {
        let filter = state == nil ? "" : "AND state = $3"
        return try connection.query(
            "SELECT * FROM approvals WHERE id > $1 \(filter) ORDER BY id LIMIT $2",
            [.text(id?.text ?? ""), SQLValue(limit)] + (state.map { [.text($0.rawValue)] } ?? [])
        ).map(approval)
    }

    static func decisions(on id: ApprovalID, on connection: any StorageConnection) throws -> [ApprovalDecision] {
        try connection.query(
            "SELECT * FROM approval_decisions WHERE approval_id = $1 ORDER BY decided_at, person",
            [.text(id.text)]
        ).map { row in
            guard let choice = ApprovalDecision.Choice(rawValue: try row.text("choice")) else {
                throw StoredValueError(table: "approval_decisions", id: id.text)
            }
            return ApprovalDecision(
                person: try row.text("person"),
                choice: choice,
                reason: try row.optionalText("reason"),
                at: Timestamp(microseconds: try row.integer("decided_at")),
                standing: try row.optionalText("standing_id").flatMap(StandingApprovalID.init)
            )
        }
    }

    // MARK: - Writing

    static func insert(_ approval: Approval, on connection: any StorageConnection) throws {
        try connection.execute(
            """
            INSERT INTO approvals (id, job_id, owner, state, reasons, needed, given, covered, digest, cost, changed,
                created_at, expires_at, decided_at, valid_until, standing_id)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
            """,
            [
                .text(approval.id.text), .text(approval.job.text), .text(approval.owner),
                .text(approval.state.rawValue), .text(list(approval.reasons)), SQLValue(approval.needed),
                SQLValue(approval.given), .text(approval.covered), .text(approval.digest),
                .integer(approval.cost.thousandthNodeSeconds), .text(list(approval.changed)),
                .integer(approval.createdAt.microseconds), .integer(approval.expiresAt.microseconds),
                JobRow.optional(approval.decidedAt), JobRow.optional(approval.validUntil),
                JobRow.optional(approval.standing?.text),
            ]
        )
    }

    /// Writes where an approval stands.
    static func update(_ approval: Approval, on connection: any StorageConnection) throws {
        try connection.execute(
            """
            UPDATE approvals SET state = $2, given = $3, decided_at = $4, valid_until = $5, sent_at = $6
            WHERE id = $1
            """,
            [
                .text(approval.id.text), .text(approval.state.rawValue), SQLValue(approval.given),
                JobRow.optional(approval.decidedAt), JobRow.optional(approval.validUntil),
                JobRow.optional(approval.sentAt),
            ]
        )
    }

    static func record(
        _ decision: ApprovalDecision,
        on approval: Approval,
        on connection: any StorageConnection
    ) throws {
        try connection.execute(
            """
            INSERT INTO approval_decisions (approval_id, person, choice, reason, digest, decided_at, standing_id)
            VALUES ($1, $2, $3, $4, $5, $6, $7)
            """,
            [
                .text(approval.id.text), .text(decision.person), .text(decision.choice.rawValue),
                JobRow.optional(decision.reason), .text(approval.digest), .integer(decision.at.microseconds),
                JobRow.optional(decision.standing?.text),
            ]
        )
    }

    /// A job has ended: what still asked about it asks no more, and what was approved beforehand and never used is
    /// given back.
    static func jobEnded(_ job: JobID, at now: Timestamp, on connection: any StorageConnection) throws {
        let rows = try connection.query(
            """
            UPDATE approvals SET state = 'withdrawn', decided_at = $2
            WHERE job_id = $1 AND (state = 'open' OR (state = 'approved' AND sent_at IS NULL))
            RETURNING standing_id, cost
            """,
            [.text(job.text), .integer(now.microseconds)]
        )
        for row in rows {
            guard let id = try row.optionalText("standing_id").flatMap(StandingApprovalID.init) else { continue }
            let cost = ServiceUnits(thousandthNodeSeconds: try row.integer("cost"))
            try StandingApprovalStore.giveBack(cost, to: id, on: connection)
        }
    }

    // MARK: - Rows

    private static func approval(_ row: Row) throws -> Approval {
        let text = try row.text("id")
        guard let id = ApprovalID(text), let job = JobID(try row.text("job_id")),
            let state = Approval.State(rawValue: try row.text("state"))
        else { throw StoredValueError(table: "approvals", id: text) }
        return Approval(
            id: id,
            job: job,
            owner: try row.text("owner"),
            state: state,
            reasons: try list(try row.text("reasons")),
            needed: try row.integer("needed"),
            given: try row.integer("given"),
            covered: try row.text("covered"),
            digest: try row.text("digest"),
            cost: ServiceUnits(thousandthNodeSeconds: try row.integer("cost")),
            changed: try list(try row.text("changed")),
            createdAt: Timestamp(microseconds: try row.integer("created_at")),
            expiresAt: Timestamp(microseconds: try row.integer("expires_at")),
            decidedAt: try JobRow.moment(row, "decided_at"),
            validUntil: try JobRow.moment(row, "valid_until"),
            sentAt: try JobRow.moment(row, "sent_at"),
            standing: try row.optionalText("standing_id").flatMap(StandingApprovalID.init)
        )
    }

    private static func list(_ texts: [String]) -> String { JSONValue.array(texts.map { .string($0) }).jsonText }

    private static func list(_ text: String) throws -> [String] {
        (try JSONValue(json: text.utf8).arrayValue ?? []).compactMap(\.stringValue)
    }
}
