internal import Storage

/// The table `standing_approvals`.
enum StandingApprovalStore {
    static func insert(_ standing: StandingApproval, on connection: any StorageConnection) throws {
        let subject = standing.subject
        try connection.execute(
            """
            INSERT INTO standing_approvals (id, person, project, site, template, partition_name, most_each,
                most_in_all, used, expires_at, granted_by, created_at, reason)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0, $9, $10, $11, $12)
            """,
            [
                .text(standing.id.text), JobRow.optional(subject.person), JobRow.optional(subject.project),
                JobRow.optional(subject.site), JobRow.optional(subject.template), JobRow.optional(subject.partition),
                .integer(standing.mostEach.thousandthNodeSeconds), .integer(standing.mostInAll.thousandthNodeSeconds),
                .integer(standing.expiresAt.microseconds), .text(standing.grantedBy),
                .integer(standing.createdAt.microseconds), JobRow.optional(standing.reason),
            ]
        )
    }

    /// All of them, the newest first, after one of them.
    static func list(
        before id: StandingApprovalID?,
        limit: Int,
        on connection: any StorageConnection
    ) throws -> [StandingApproval] {
        try connection.query(
            "SELECT * FROM standing_approvals WHERE $1 = '' OR id < $1 ORDER BY id DESC LIMIT $2",
            [.text(id?.text ?? ""), SQLValue(limit)]
        ).map(standing)
    }

    static func find(_ id: StandingApprovalID, on connection: any StorageConnection) throws -> StandingApproval? {
        try connection.first("SELECT * FROM standing_approvals WHERE id = $1", [.text(id.text)]).map(standing)
    }

    /// Takes one back.
    ///
    /// - Returns: whether it was not taken back before.
    static func revoke(
        _ id: StandingApprovalID,
        by person: String,
        at now: Timestamp,
        on connection: any StorageConnection
    ) throws -> Bool {
        try connection.execute(
            "UPDATE standing_approvals SET revoked_at = $2, revoked_by = $3 WHERE id = $1 AND revoked_at IS NULL",
            [.text(id.text), .integer(now.microseconds), .text(person)]
        ) > 0
    }

    /// Uses one that answers for a job, where there is one with enough left; nobody answers for themselves.
    ///
    /// The statement that takes the cost checks it: two jobs at once cannot overdraw it.
    ///
    /// - Returns: the one that was used.
    static func use(
        for owner: String,
        template: String,
        price: JobPrice,
        at now: Timestamp,
        on connection: any StorageConnection
    ) throws -> StandingApproval? {
        let cost = price.worstCase.thousandthNodeSeconds
        let candidates = try connection.query(
            """
            SELECT id FROM standing_approvals
            WHERE revoked_at IS NULL AND expires_at > $1 AND granted_by <> $2 AND most_each >= $3
                AND used + $3 <= most_in_all
                AND (person IS NULL OR person = $2) AND (project IS NULL OR project = $4)
                AND (site IS NULL OR site = $5) AND (template IS NULL OR template = $6)
                AND (partition_name IS NULL OR partition_name = $7)
            ORDER BY expires_at, id
            """,
            [
                .integer(now.microseconds), .text(owner), .integer(cost), JobRow.optional(price.project),
                .text(price.site), .text(template), JobRow.optional(price.partition),
            ]
        )
        for candidate in candidates {
            let used = try connection.query(
                """
                UPDATE standing_approvals SET used = used + $2
                WHERE id = $1 AND revoked_at IS NULL AND used + $2 <= most_in_all
                RETURNING *
                """,
                [.text(try candidate.text("id")), .integer(cost)]
            )
            if let row = used.first { return try standing(row) }
        }
        return nil
    }

    /// Gives back what was not used.
    static func giveBack(
        _ cost: ServiceUnits,
        to id: StandingApprovalID,
        on connection: any StorageConnection
    ) throws {
        try connection.execute(
            "UPDATE standing_approvals SET used = used - $2 WHERE id = $1 AND used >= $2",
            [.text(id.text), .integer(cost.thousandthNodeSeconds)]
        )
    }

    private static func standing(_ row: Row) throws -> StandingApproval {
        let text = try row.text("id")
        guard let id = StandingApprovalID(text) else {
            throw StoredValueError(table: "standing_approvals", id: text)
        }
        return StandingApproval(
            id: id,
            subject: .init(
                person: try row.optionalText("person"),
                project: try row.optionalText("project"),
                site: try row.optionalText("site"),
                template: try row.optionalText("template"),
                partition: try row.optionalText("partition_name")
            ),
            mostEach: ServiceUnits(thousandthNodeSeconds: try row.integer("most_each")),
            mostInAll: ServiceUnits(thousandthNodeSeconds: try row.integer("most_in_all")),
            used: ServiceUnits(thousandthNodeSeconds: try row.integer("used")),
            expiresAt: Timestamp(microseconds: try row.integer("expires_at")),
            grantedBy: try row.text("granted_by"),
            createdAt: Timestamp(microseconds: try row.integer("created_at")),
            reason: try row.optionalText("reason"),
            revokedAt: try JobRow.moment(row, "revoked_at"),
            revokedBy: try row.optionalText("revoked_by")
        )
    }
}
