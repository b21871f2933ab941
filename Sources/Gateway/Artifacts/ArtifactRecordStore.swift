internal import Attestation
internal import Storage

/// The table `artifacts`: what is there, and where it stands.
enum ArtifactRecordStore {
    /// What keeping bytes may do next.
    enum Arrival: Sendable {
        /// Place them; the row is written.
        case place
        /// Somebody has been removing the same bytes since a moment: wait for that.
        case wait(since: Timestamp, generation: Int64)
    }

    static func find(_ digest: SHA256Digest, on connection: any StorageConnection) throws -> ArtifactRecord? {
        try connection.first("SELECT * FROM artifacts WHERE digest = $1", [.text(digest.description)]).map(record)
    }

    /// Announces bytes, before they get their name.
    static func announce(
        _ sealed: SealedArtifact,
        at now: Timestamp,
        on connection: any StorageConnection
    ) throws -> Arrival {
        let digest = sealed.artifact.digest
        try connection.execute(
            """
            INSERT INTO artifacts (digest, size, block_digest, state, created_at, last_used_at, generation)
            VALUES ($1, $2, $3, 'arriving', $4, $4, 1)
            ON CONFLICT (digest) DO UPDATE SET last_used_at = excluded.last_used_at,
                block_digest = excluded.block_digest, generation = artifacts.generation + 1
            WHERE artifacts.state <> 'deleting'
            """,
            [
                .text(digest.description), .integer(sealed.artifact.size), .text(sealed.blocks.digest.description),
                .integer(now.microseconds),
            ]
        )
        guard let record = try find(digest, on: connection) else {
            throw StoredValueError(table: "artifacts", id: digest.description)
        }
        return record.state == .deleting ? .wait(since: record.lastUsedAt, generation: record.generation) : .place
    }

    /// Notes that announced bytes have their name.
    ///
    /// - Returns: false when they were removed meanwhile.
    static func settle(
        _ artifact: StoredArtifact,
        at now: Timestamp,
        on connection: any StorageConnection
    ) throws -> Bool {
        try connection.execute(
            """
            UPDATE artifacts SET state = 'stored', size = $2, verified_at = $3, last_used_at = $3,
                generation = generation + 1
            WHERE digest = $1 AND state <> 'deleting'
            """,
            [.text(artifact.digest.description), .integer(artifact.size), .integer(now.microseconds)]
        ) == 1
    }

    /// Notes that somebody needs an artifact, so that nobody removes it in this moment.
    ///
    /// - Returns: its size; nil when it is not stored.
    static func touch(_ digest: SHA256Digest, at now: Timestamp, on connection: any StorageConnection) throws -> Int64?
    {
        try connection.first(
            "UPDATE artifacts SET last_used_at = $2 WHERE digest = $1 AND state = 'stored' RETURNING size",
            [.text(digest.description), .integer(now.microseconds)]
        )?.integer("size")
    }

    /// Notes that all bytes were read and are right.
    static func noteVerified(
        _ digest: SHA256Digest,
        blocks: SHA256Digest,
        at now: Timestamp,
        on connection: any StorageConnection
    ) throws {
        try connection.execute(
            """
            UPDATE artifacts SET block_digest = $2, verified_at = $3,
                state = CASE WHEN state = 'corrupt' THEN 'stored' ELSE state END
            WHERE digest = $1
            """,
            [.text(digest.description), .text(blocks.description), .integer(now.microseconds)]
        )
    }

    /// Notes that the bytes are wrong or missing, unless they have changed since they were judged.
    ///
    /// - Returns: whether it was noted.
    static func noteCorrupt(
        _ digest: SHA256Digest,
        generation: Int64,
        on connection: any StorageConnection
    ) throws -> Bool {
        try connection.execute(
            """
            UPDATE artifacts SET state = 'corrupt', generation = generation + 1
            WHERE digest = $1 AND generation = $2 AND state IN ('stored', 'corrupt')
            """,
            [.text(digest.description), .integer(generation)]
        ) == 1
    }

    /// Takes in bytes that are there without a row, if a job has them: a gateway of an older version brought them home.
    ///
    /// - Returns: whether a job has them.
    static func adopt(_ digest: SHA256Digest, size: Int64, on connection: any StorageConnection) throws -> Bool {
        let name = SQLValue.text(digest.description)
        let taken = try connection.query(
            """
            INSERT INTO artifacts (digest, size, state, account, created_at, last_used_at, generation)
            SELECT o.digest, $2, 'stored', MAX(j.owner), MIN(j.created_at), MAX(j.updated_at), 1
            FROM job_outputs o JOIN jobs j ON j.id = o.job_id WHERE o.digest = $1 GROUP BY o.digest
            ON CONFLICT (digest) DO NOTHING RETURNING digest
            """,
            [name, .integer(size)]
        )
        guard !taken.isEmpty else { return false }
        try connection.execute(
            """
            INSERT INTO artifact_references (digest, kind, holder, owner, account, created_at)
            SELECT DISTINCT o.digest, o.role, o.job_id, j.owner, j.owner, j.created_at
            FROM job_outputs o JOIN jobs j ON j.id = o.job_id WHERE o.digest = $1
            """,
            [name]
        )
        return true
    }

    /// Everything a copy of the gateway must hold.
    static func digests(on connection: any StorageConnection) throws -> Set<String> {
        // A database that this version has not opened yet has no such table.
        let steps = try connection.query("SELECT number FROM schema_migrations WHERE module = 'artifacts'")
        if steps.isEmpty { return try OutputStore.digests(on: connection) }
        let rows = try connection.query("SELECT digest FROM artifacts WHERE state = 'stored'")
        return Set(try rows.map { try $0.text("digest") })
    }

    /// Number and bytes by state.
    static func totals(
        on connection: any StorageConnection
    ) throws -> [(state: ArtifactState, count: Int, bytes: Int64)] {
        try connection.query(
            "SELECT state, COUNT(*) AS number, CAST(SUM(size) AS BIGINT) AS bytes FROM artifacts GROUP BY state"
        ).map { row in
            guard let state = ArtifactState(rawValue: try row.text("state")) else {
                throw StoredValueError(table: "artifacts", id: try row.text("state"))
            }
            return (state, try row.integer("number"), try row.integer("bytes"))
        }
    }

    static func record(_ row: Row) throws -> ArtifactRecord {
        guard let digest = SHA256Digest(try row.text("digest")),
            let state = ArtifactState(rawValue: try row.text("state"))
        else { throw StoredValueError(table: "artifacts", id: try row.text("digest")) }
        return ArtifactRecord(
            artifact: StoredArtifact(digest: digest, size: try row.integer("size")),
            blockDigest: try row.optionalText("block_digest").flatMap { SHA256Digest($0) },
            state: state,
            createdAt: Timestamp(microseconds: try row.integer("created_at")),
            lastUsedAt: Timestamp(microseconds: try row.integer("last_used_at")),
            verifiedAt: try JobRow.moment(row, "verified_at"),
            generation: try row.integer("generation")
        )
    }
}
