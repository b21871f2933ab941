internal import Attestation
internal import Storage

/// The table `api_tokens`; rows stay when a token is revoked, so its secret never works again.
enum TokenStore {
    private static let columns = """
        id, person, label, scopes, role, created_at, created_by, expires_at, last_used_at, revoked_at, revoked_by
        """

    /// Writes a new token.
    ///
    /// - Returns: false when the secret is known already.
    @discardableResult
    static func insert(
        _ token: APIToken,
        digest: SHA256Digest,
        on connection: any StorageConnection
    ) throws -> Bool {
        try connection.execute(
            """
            INSERT INTO api_tokens (id, person, digest, label, scopes, role, created_at, created_by, expires_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (digest) DO NOTHING
            """,
            [
                .text(token.id.text), .text(token.person), .text(digest.description), .text(token.label),
                .text(token.scopes.text), .text(token.role.rawValue), .integer(token.createdAt.microseconds),
                .text(token.createdBy), SQLValue(token.expiresAt?.microseconds),
            ]
        ) > 0
    }

    static func find(digest: SHA256Digest, on connection: any StorageConnection) throws -> APIToken? {
        try connection.first(
            "SELECT \(columns) FROM api_tokens WHERE digest = $1",
            [.text(digest.description)]
        ).map(token)
    }

    static func find(
        _ id: TokenID,
        of person: String,
        on connection: any StorageConnection
    ) throws -> APIToken? {
        try connection.first(
            "SELECT \(columns) FROM api_tokens WHERE id = $1 AND person = $2",
            [.text(id.text), .text(person)]
        ).map(token)
    }

    /// Somebody's tokens, the latest first; those that were revoked or are over come along.
    static func list(of person: String, on connection: any StorageConnection) throws -> [APIToken] {
        try connection.query(
            "SELECT \(columns) FROM api_tokens WHERE person = $1 ORDER BY created_at DESC, id DESC LIMIT 1000",
            [.text(person)]
        ).map(token)
    }

    /// How many tokens of somebody's work at a moment.
    static func countLive(of person: String, at now: Timestamp, on connection: any StorageConnection) throws -> Int {
        try connection.first(
            """
            SELECT COUNT(*) AS live FROM api_tokens
            WHERE person = $1 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > $2)
            """,
            [.text(person), .integer(now.microseconds)]
        )?.integer("live") ?? 0
    }

    /// Whether somebody can still come in as an admin with a token.
    static func hasLiveAdmin(at now: Timestamp, on connection: any StorageConnection) throws -> Bool {
        try connection.query(
            """
            SELECT t.scopes FROM api_tokens t JOIN people p ON p.name = t.person
            WHERE t.role = 'admin' AND p.role = 'admin' AND t.revoked_at IS NULL AND p.disabled_at IS NULL
                AND (t.expires_at IS NULL OR t.expires_at > $1)
                AND (p.signed_out_at IS NULL OR p.signed_out_at < t.created_at)
            """,
            [.integer(now.microseconds)]
        ).contains { Set<Scope>(text: try $0.text("scopes")).contains(.admin) }
    }

    /// Ends a token.
    ///
    /// - Returns: false when it had ended by then.
    static func revoke(
        _ id: TokenID,
        by person: String,
        at now: Timestamp,
        on connection: any StorageConnection
    ) throws -> Bool {
        try connection.execute(
            "UPDATE api_tokens SET revoked_at = $2, revoked_by = $3 WHERE id = $1 AND revoked_at IS NULL",
            [.text(id.text), .integer(now.microseconds), .text(person)]
        ) > 0
    }

    static func note(used id: String, at moment: Timestamp, on connection: any StorageConnection) throws {
        try connection.execute(
            "UPDATE api_tokens SET last_used_at = $2 WHERE id = $1 AND (last_used_at IS NULL OR last_used_at < $2)",
            [.text(id), .integer(moment.microseconds)]
        )
    }

    private static func token(_ row: Row) throws -> APIToken {
        let text = try row.text("id")
        guard let id = TokenID(text), let role = Role(rawValue: try row.text("role")) else {
            throw StoredValueError(table: "api_tokens", id: text)
        }
        return APIToken(
            id: id,
            person: try row.text("person"),
            label: try row.text("label"),
            scopes: Set(text: try row.text("scopes")),
            role: role,
            createdAt: Timestamp(microseconds: try row.integer("created_at")),
            createdBy: try row.text("created_by"),
            expiresAt: try JobRow.moment(row, "expires_at"),
            lastUsedAt: try JobRow.moment(row, "last_used_at"),
            revokedAt: try JobRow.moment(row, "revoked_at"),
            revokedBy: try row.optionalText("revoked_by")
        )
    }
}
