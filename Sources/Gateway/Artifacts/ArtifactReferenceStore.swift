internal import Attestation
internal import Storage

/// The table `artifact_references`: why artifacts are kept, and whose they are.
enum ArtifactReferenceStore {
    static func write(
        _ reference: ArtifactReference,
        to digest: SHA256Digest,
        on connection: any StorageConnection
    ) throws {
        try connection.execute(
            """
            INSERT INTO artifact_references (digest, kind, holder, owner, account, name, created_at, expires_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
            ON CONFLICT (digest, kind, holder) DO UPDATE SET owner = excluded.owner, account = excluded.account,
                name = excluded.name, expires_at = excluded.expires_at
            """,
            [
                .text(digest.description), .text(reference.kind.rawValue), .text(reference.holder),
                .text(reference.owner), .text(reference.account), SQLValue(reference.name),
                .integer(reference.createdAt.microseconds), SQLValue(reference.expiresAt?.microseconds),
            ]
        )
        try connection.execute(
            "UPDATE artifacts SET account = $2 WHERE digest = $1",
            [.text(digest.description), .text(reference.account)]
        )
    }

    /// Ends every reference of a holder; the grace of its artifacts begins now.
    ///
    /// - Returns: how many there were.
    @discardableResult
    static func release(
        _ kind: ArtifactReference.Kind,
        holder: String,
        of digest: SHA256Digest? = nil,
        at now: Timestamp,
        on connection: any StorageConnection
    ) throws -> Int {
        let only = digest == nil ? "" : " AND digest = $3"
        let names: [SQLValue] =
            [.text(kind.rawValue), .text(holder)] + (digest.map { [.text($0.description)] } ?? [])
        let moment = "$\(names.count + 1)"
        try connection.execute(
            """
            UPDATE artifacts SET last_used_at = \(moment)
            WHERE digest IN (SELECT digest FROM artifact_references WHERE kind = $1 AND holder = $2\(only))
            """,
            names + [.integer(now.microseconds)]
        )
        return try connection.execute(
            "DELETE FROM artifact_references WHERE kind = $1 AND holder = $2\(only)",
            names
        )
    }

    /// Ends the references of a kind that a person has to an artifact.
    static func release(
        _ kind: ArtifactReference.Kind,
        of digest: SHA256Digest,
        owner: String,
        at now: Timestamp,
        on connection: any StorageConnection
    ) throws -> Int {
        let removed = try connection.execute(
            "DELETE FROM artifact_references WHERE digest = $1 AND kind = $2 AND owner = $3",
            [.text(digest.description), .text(kind.rawValue), .text(owner)]
        )
        if removed > 0 {
            try connection.execute(
                "UPDATE artifacts SET last_used_at = $2 WHERE digest = $1",
                [.text(digest.description), .integer(now.microseconds)]
            )
        }
        return removed
    }

    /// The live references to an artifact; only a person's own when one is named.
    static func live(
        to digest: SHA256Digest,
        owner: String?,
        at now: Timestamp,
        on connection: any StorageConnection
    ) throws -> [ArtifactReference] {
        let only = owner == nil ? "" : " AND owner = $3"
        return try connection.query(
            """
            SELECT * FROM artifact_references WHERE digest = $1 AND (expires_at IS NULL OR expires_at > $2)\(only)
            ORDER BY created_at, kind, holder
            """,
            [.text(digest.description), .integer(now.microseconds)] + (owner.map { [.text($0)] } ?? [])
        ).map(reference)
    }

    /// Whether a live reference of an account holds an artifact.
    static func holds(
        _ account: String,
        _ digest: SHA256Digest,
        at now: Timestamp,
        on connection: any StorageConnection
    ) throws -> Bool {
        try connection.first(
            """
            SELECT 1 AS held FROM artifact_references
            WHERE account = $1 AND digest = $2 AND (expires_at IS NULL OR expires_at > $3) LIMIT 1
            """,
            [.text(account), .text(digest.description), .integer(now.microseconds)]
        ) != nil
    }

    /// What the artifacts of accounts take, each artifact once for each account; of one account when it is named.
    static func usage(
        of account: String?,
        at now: Timestamp,
        on connection: any StorageConnection
    ) throws -> [(account: String, artifacts: Int, bytes: Int64)] {
        let only = account == nil ? "" : " AND account = $2"
        return try connection.query(
            """
            SELECT held.account, COUNT(*) AS number, CAST(SUM(a.size) AS BIGINT) AS bytes
            FROM (
                SELECT DISTINCT account, digest FROM artifact_references
                WHERE (expires_at IS NULL OR expires_at > $1)\(only)
            ) AS held JOIN artifacts a ON a.digest = held.digest
            GROUP BY held.account ORDER BY held.account
            """,
            [.integer(now.microseconds)] + (account.map { [.text($0)] } ?? [])
        ).map { (try $0.text("account"), try $0.integer("number"), try $0.integer("bytes")) }
    }

    /// The accounts of a person's live references.
    static func accounts(
        of owner: String,
        at now: Timestamp,
        on connection: any StorageConnection
    ) throws -> Set<String> {
        let rows = try connection.query(
            """
            SELECT DISTINCT account FROM artifact_references
            WHERE owner = $1 AND (expires_at IS NULL OR expires_at > $2)
            """,
            [.text(owner), .integer(now.microseconds)]
        )
        return Set(try rows.map { try $0.text("account") })
    }

    private static func reference(_ row: Row) throws -> ArtifactReference {
        guard let kind = ArtifactReference.Kind(rawValue: try row.text("kind")) else {
            throw StoredValueError(table: "artifact_references", id: try row.text("digest"))
        }
        return ArtifactReference(
            kind: kind,
            holder: try row.text("holder"),
            owner: try row.text("owner"),
            account: try row.text("account"),
            name: try row.optionalText("name"),
            createdAt: Timestamp(microseconds: try row.integer("created_at")),
            expiresAt: try JobRow.moment(row, "expires_at")
        )
    }
}
