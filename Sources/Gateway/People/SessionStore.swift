internal import Attestation
internal import Storage

/// A browser's session, without its secret.
struct BrowserSession: Sendable, Hashable {
    /// `ses_…`, which may be shown.
    let id: String
    let person: String
    /// The token it was begun with; it ends with it.
    let token: TokenID?
    let scopes: Set<Scope>
    /// Role and projects as of the login.
    let role: Role
    let projects: Set<String>
    let createdAt: Timestamp
    let expiresAt: Timestamp
    let seenAt: Timestamp
    let endedAt: Timestamp?

    /// How long a session lasts, and how long it may lie unused.
    static let lifetime = Duration.seconds(12 * 3600)
    static let idle = Duration.seconds(2 * 3600)
}

/// The table `sessions`.
enum SessionStore {
    private static let columns = """
        id, person, token_id, scopes, role, projects, created_at, expires_at, seen_at, ended_at
        """

    /// Writes a new session, with the digest of the login it came from, if from a provider; false when one came from
    /// the same login before.
    static func insert(
        _ session: BrowserSession,
        digest: SHA256Digest,
        signIn: SHA256Digest?,
        on connection: any StorageConnection
    ) throws -> Bool {
        try connection.execute(
            """
            INSERT INTO sessions (
                id, digest, person, token_id, sign_in, scopes, role, projects, created_at, expires_at, seen_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $9) ON CONFLICT (sign_in) DO NOTHING
            """,
            [
                .text(session.id), .text(digest.description), .text(session.person), SQLValue(session.token?.text),
                SQLValue(signIn?.description), .text(session.scopes.text), .text(session.role.rawValue),
                .text(PeopleStore.text(session.projects)), .integer(session.createdAt.microseconds),
                .integer(session.expiresAt.microseconds),
            ]
        ) > 0
    }

    static func find(digest: SHA256Digest, on connection: any StorageConnection) throws -> BrowserSession? {
        try connection.first(
            "SELECT \(columns) FROM sessions WHERE digest = $1",
            [.text(digest.description)]
        ).map(session)
    }

    static func end(_ id: String, at now: Timestamp, on connection: any StorageConnection) throws {
        try connection.execute(
            "UPDATE sessions SET ended_at = $2 WHERE id = $1 AND ended_at IS NULL",
            [.text(id), .integer(now.microseconds)]
        )
    }

    static func note(used id: String, at moment: Timestamp, on connection: any StorageConnection) throws {
        try connection.execute(
            "UPDATE sessions SET seen_at = $2 WHERE id = $1 AND seen_at < $2",
            [.text(id), .integer(moment.microseconds)]
        )
    }

    /// Removes sessions that ended before a moment; their cookies are long gone.
    static func forget(before moment: Timestamp, on connection: any StorageConnection) throws {
        try connection.execute("DELETE FROM sessions WHERE expires_at < $1", [.integer(moment.microseconds)])
    }

    private static func session(_ row: Row) throws -> BrowserSession {
        let id = try row.text("id")
        guard let role = Role(rawValue: try row.text("role")) else {
            throw StoredValueError(table: "sessions", id: id)
        }
        return BrowserSession(
            id: id,
            person: try row.text("person"),
            token: try row.optionalText("token_id").flatMap { TokenID($0) },
            scopes: Set(text: try row.text("scopes")),
            role: role,
            projects: PeopleStore.projects(try row.text("projects")),
            createdAt: Timestamp(microseconds: try row.integer("created_at")),
            expiresAt: Timestamp(microseconds: try row.integer("expires_at")),
            seenAt: Timestamp(microseconds: try row.integer("seen_at")),
            endedAt: try JobRow.moment(row, "ended_at")
        )
    }
}
