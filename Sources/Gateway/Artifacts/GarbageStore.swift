internal import Attestation
internal import Storage

/// Finds and claims artifacts nobody needs, in the tables `artifacts` and `artifact_references`.
enum GarbageStore {
    /// An artifact that may go.
    struct Candidate: Sendable {
        let digest: SHA256Digest
        let size: Int64
        let account: String?
        let reason: GarbageReason
    }

    /// `$1` is the moment of grace, `$2` that of arrivals, `$3` that of removals.
    private static let isGarbage = """
        ((state IN ('stored', 'corrupt') AND last_used_at < $1 AND NOT EXISTS (
            SELECT 1 FROM artifact_references r
            WHERE r.digest = artifacts.digest AND (r.expires_at IS NULL OR r.expires_at > $1)
        ))
        OR (state = 'arriving' AND last_used_at < $2)
        OR (state = 'deleting' AND last_used_at < $3))
        """

    private static let reason = """
        CASE WHEN state IN ('arriving', 'deleting') THEN 'unfinished'
            WHEN EXISTS (SELECT 1 FROM artifact_references r WHERE r.digest = artifacts.digest) THEN 'expired'
            ELSE 'unreferenced' END
        """

    private static func bindings(_ rule: GarbageRule) -> [SQLValue] {
        [
            .integer(rule.unusedSince.microseconds), .integer(rule.abandonedSince.microseconds),
            .integer(rule.stalledSince.microseconds),
        ]
    }

    /// What is garbage, in groups.
    static func plan(_ rule: GarbageRule, on connection: any StorageConnection) throws -> GarbagePlan {
        let rows = try connection.query(
            """
            SELECT found.reason, found.account, COUNT(*) AS number, CAST(SUM(found.size) AS BIGINT) AS bytes
            FROM (SELECT \(reason) AS reason, account, size FROM artifacts WHERE \(isGarbage)) AS found
            GROUP BY found.reason, found.account ORDER BY found.reason, found.account
            """,
            bindings(rule)
        )
        var plan = GarbagePlan()
        for row in rows {
            plan.add(
                try read(reason: row),
                try row.optionalText("account"),
                count: try row.integer("number"),
                bytes: try row.integer("bytes")
            )
        }
        return plan
    }

    /// The next artifacts that may go, in the order of their digests.
    static func candidates(
        _ rule: GarbageRule,
        after digest: String,
        limit: Int,
        on connection: any StorageConnection
    ) throws -> [Candidate] {
        try connection.query(
            """
            SELECT digest, size, account, \(reason) AS reason FROM artifacts WHERE \(isGarbage) AND digest > $4
            ORDER BY digest LIMIT $5
            """,
            bindings(rule) + [.text(digest), .integer(Int64(limit))]
        ).map { row in
            guard let digest = SHA256Digest(try row.text("digest")) else {
                throw StoredValueError(table: "artifacts", id: try row.text("digest"))
            }
            return Candidate(
                digest: digest,
                size: try row.integer("size"),
                account: try row.optionalText("account"),
                reason: try read(reason: row)
            )
        }
    }

    private static func read(reason row: Row) throws -> GarbageReason {
        let text = try row.text("reason")
        guard let reason = GarbageReason(rawValue: text) else {
            throw StoredValueError(table: "artifacts", id: text)
        }
        return reason
    }

    /// Claims an artifact for removal, if it is garbage still.
    ///
    /// The row is locked by a statement of its own: the next one then sees every reference that was written before.
    ///
    /// - Returns: the generation of the claim; nil when somebody needs the artifact.
    static func claim(
        _ digest: SHA256Digest,
        by rule: GarbageRule,
        at now: Timestamp,
        on connection: any StorageConnection
    ) throws -> Int64? {
        let name = SQLValue.text(digest.description)
        _ = try connection.query(
            "SELECT digest FROM artifacts WHERE digest = $1\(connection.dialect.forUpdate)",
            [name]
        )
        return try connection.first(
            """
            UPDATE artifacts SET state = 'deleting', generation = generation + 1, last_used_at = $4
            WHERE digest = $5 AND \(isGarbage) RETURNING generation
            """,
            bindings(rule) + [.integer(now.microseconds), name]
        )?.integer("generation")
    }

    /// Claims bytes that have no row.
    ///
    /// - Returns: the generation of the claim; nil when there is a row.
    static func claimOrphan(
        _ orphan: ShelvedArtifact,
        at now: Timestamp,
        on connection: any StorageConnection
    ) throws -> Int64? {
        let written = try connection.execute(
            """
            INSERT INTO artifacts (digest, size, state, created_at, last_used_at, generation)
            VALUES ($1, $2, 'deleting', $3, $3, 1) ON CONFLICT (digest) DO NOTHING
            """,
            [.text(orphan.digest.description), .integer(orphan.size), .integer(now.microseconds)]
        )
        return written == 1 ? 1 : nil
    }

    /// Claims a removal that stands still.
    static func takeOver(
        _ digest: SHA256Digest,
        generation: Int64,
        at now: Timestamp,
        on connection: any StorageConnection
    ) throws -> Int64? {
        try connection.first(
            """
            UPDATE artifacts SET generation = generation + 1, last_used_at = $3
            WHERE digest = $1 AND state = 'deleting' AND generation = $2 RETURNING generation
            """,
            [.text(digest.description), .integer(generation), .integer(now.microseconds)]
        )?.integer("generation")
    }

    /// Forgets an artifact whose bytes are gone.
    ///
    /// - Returns: whether the claim was still ours.
    static func forget(
        _ digest: SHA256Digest,
        generation: Int64,
        on connection: any StorageConnection
    ) throws -> Bool {
        let name = SQLValue.text(digest.description)
        let claim = try connection.query(
            "SELECT digest FROM artifacts WHERE digest = $1 AND state = 'deleting' AND generation = $2"
                + connection.dialect.forUpdate,
            [name, .integer(generation)]
        )
        guard !claim.isEmpty else { return false }
        try connection.execute("DELETE FROM artifact_references WHERE digest = $1", [name])
        return try connection.execute("DELETE FROM artifacts WHERE digest = $1", [name]) == 1
    }

    /// Those of some digests that have a row, or that a job has.
    static func known(_ digests: [SHA256Digest], on connection: any StorageConnection) throws -> Set<SHA256Digest> {
        let places = SQLList.placeholders(from: 1, count: digests.count)
        return Set(
            try connection.query(
                """
                SELECT digest FROM artifacts WHERE digest IN (\(places))
                UNION SELECT digest FROM job_outputs WHERE digest IN (\(places))
                """,
                digests.map { .text($0.description) }
            ).compactMap { SHA256Digest(try $0.text("digest")) }
        )
    }

    /// Forgets references that ended before a moment; what they held is held by others.
    static func forgetExpired(before moment: Timestamp, on connection: any StorageConnection) throws {
        try connection.execute(
            "DELETE FROM artifact_references WHERE expires_at IS NOT NULL AND expires_at <= $1",
            [.integer(moment.microseconds)]
        )
    }
}
