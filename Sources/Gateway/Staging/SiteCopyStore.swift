internal import Attestation
internal import Storage

/// The table `site_copies`: what stands in the caches of sites, as far as the gateway knows; its column `site` holds
/// lanes, for each account has a cache of its own.
///
/// A row is a hint: whoever needs the copy looks whether it is there (its size and time), and hashes it again when
/// something has changed or the last time is long ago.
enum SiteCopyStore {
    /// A copy.
    struct Copy: Sendable, Hashable {
        let digest: SHA256Digest
        let size: Int64
        /// The file's time at the site when it was hashed; seconds since 1970.
        let modified: Int64
        let verifiedAt: Timestamp
        let lastUsedAt: Timestamp
    }

    static func find(
        _ digests: [SHA256Digest],
        at lane: Lane,
        on connection: any StorageConnection
    ) throws -> [SHA256Digest: Copy] {
        var found: [SHA256Digest: Copy] = [:]
        for digest in digests {
            let row = try connection.first(
                "SELECT * FROM site_copies WHERE site = $1 AND digest = $2",
                [.text(lane.text), .text(digest.description)]
            )
            if let row { found[digest] = try copy(row) }
        }
        return found
    }

    /// The lanes whose caches hold a copy, the one used last first.
    static func lanes(of digest: SHA256Digest, on connection: any StorageConnection) throws -> [Lane] {
        try connection.query(
            "SELECT site FROM site_copies WHERE digest = $1 ORDER BY last_used_at DESC",
            [.text(digest.description)]
        ).map { Lane(try $0.text("site")) }
    }

    /// Notes a copy that was hashed at the site just now.
    static func note(
        _ digest: SHA256Digest,
        size: Int64,
        modified: Int64,
        at lane: Lane,
        now: Timestamp,
        on connection: any StorageConnection
    ) throws {
        try connection.execute(
            """
            INSERT INTO site_copies (site, digest, size, modified, verified_at, last_used_at)
            VALUES ($1, $2, $3, $4, $5, $5)
            ON CONFLICT (site, digest) DO UPDATE SET size = excluded.size, modified = excluded.modified,
                verified_at = excluded.verified_at, last_used_at = excluded.last_used_at
            """,
            [
                .text(lane.text), .text(digest.description), .integer(size), .integer(modified),
                .integer(now.microseconds),
            ]
        )
    }

    static func touch(
        _ digests: [SHA256Digest],
        at lane: Lane,
        now: Timestamp,
        on connection: any StorageConnection
    ) throws {
        for digest in digests {
            try connection.execute(
                "UPDATE site_copies SET last_used_at = $3 WHERE site = $1 AND digest = $2",
                [.text(lane.text), .text(digest.description), .integer(now.microseconds)]
            )
        }
    }

    static func forget(_ digests: [SHA256Digest], at lane: Lane, on connection: any StorageConnection) throws {
        for digest in digests {
            try connection.execute(
                "DELETE FROM site_copies WHERE site = $1 AND digest = $2",
                [.text(lane.text), .text(digest.description)]
            )
        }
    }

    /// Copies nobody uses, the one not used for the longest first.
    static func idle(at lane: Lane, on connection: any StorageConnection) throws -> [Copy] {
        try connection.query(
            """
            SELECT c.* FROM site_copies c WHERE c.site = $1 AND NOT EXISTS (
                SELECT 1 FROM job_inputs i JOIN jobs j ON j.id = i.job_id
                WHERE i.digest = c.digest AND j.lane = c.site AND j.finished_at IS NULL
            ) ORDER BY c.last_used_at, c.digest
            """,
            [.text(lane.text)]
        ).map(copy)
    }

    /// Number and bytes of the copies in each lane.
    static func totals(on connection: any StorageConnection) throws -> [Lane: (count: Int, bytes: Int64)] {
        let rows = try connection.query(
            "SELECT site, COUNT(*) AS number, CAST(SUM(size) AS BIGINT) AS bytes FROM site_copies GROUP BY site"
        )
        return Dictionary(
            uniqueKeysWithValues: try rows.map { row in
                (Lane(try row.text("site")), (count: Int(try row.integer("number")), bytes: try row.integer("bytes")))
            }
        )
    }

    private static func copy(_ row: Row) throws -> Copy {
        guard let digest = SHA256Digest(try row.text("digest")) else {
            throw StoredValueError(table: "site_copies", id: try row.text("digest"))
        }
        return Copy(
            digest: digest,
            size: try row.integer("size"),
            modified: try row.integer("modified"),
            verifiedAt: Timestamp(microseconds: try row.integer("verified_at")),
            lastUsedAt: Timestamp(microseconds: try row.integer("last_used_at"))
        )
    }
}
