package import Storage

/// The table `credentials`: how people are let in at sites; the secret part sealed, and gone once it is revoked.
package enum CredentialStore {
    /// The channel that tells of every change, with the lane as payload.
    static let channel = "credentials"

    /// Its steps, and those that give jobs lanes.
    package static let migrations = [
        Migration(module: "identities", number: 1, name: "lanes") { _ in
            [
                "ALTER TABLE jobs ADD COLUMN lane TEXT NOT NULL DEFAULT ''",
                "ALTER TABLE jobs ADD COLUMN key_owner TEXT",
                "UPDATE jobs SET lane = site",
                "CREATE INDEX jobs_active_in_lane ON jobs (lane, state) WHERE finished_at IS NULL",
            ]
        },
        Migration(module: "identities", number: 2, name: "credentials") { _ in
            [
                """
                CREATE TABLE credentials (
                    id TEXT PRIMARY KEY,
                    lane TEXT NOT NULL,
                    account TEXT NOT NULL,
                    kind TEXT NOT NULL CHECK (kind IN ('key', 'certificate')),
                    algorithm TEXT NOT NULL,
                    fingerprint TEXT NOT NULL,
                    certificate TEXT,
                    valid_after BIGINT,
                    valid_before BIGINT,
                    key_id TEXT NOT NULL,
                    sealed TEXT NOT NULL,
                    created_at BIGINT NOT NULL,
                    last_used_at BIGINT,
                    revoked_at BIGINT,
                    CHECK ((kind = 'certificate') = (certificate IS NOT NULL)),
                    CHECK (revoked_at IS NULL OR sealed = '')
                )
                """,
                "CREATE UNIQUE INDEX credentials_in_use ON credentials (lane) WHERE revoked_at IS NULL",
            ]
        },
    ]

    static func insert(
        _ credential: SiteCredential,
        sealed: SecretRing.Sealed,
        on connection: any StorageConnection
    ) throws {
        try connection.execute(
            """
            INSERT INTO credentials (id, lane, account, kind, algorithm, fingerprint, certificate, valid_after,
                valid_before, key_id, sealed, created_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
            """,
            [
                .text(credential.id.text), .text(credential.lane.text), .text(credential.account),
                .text(credential.kind.rawValue), .text(credential.algorithm), .text(credential.fingerprint),
                JobRow.optional(credential.certificate), JobRow.optional(credential.validAfter),
                JobRow.optional(credential.validBefore), .text(sealed.keyID), .text(sealed.text),
                .integer(credential.createdAt.microseconds),
            ]
        )
        try connection.signal(channel, credential.lane.text)
    }

    /// The one in use in a lane; nil when there is none.
    static func find(_ lane: Lane, on connection: any StorageConnection) throws -> SiteCredential? {
        try connection.first(
            "SELECT * FROM credentials WHERE lane = $1 AND revoked_at IS NULL",
            [.text(lane.text)]
        ).map(credential)
    }

    /// The one in use in a lane with its sealed secret.
    static func sealed(
        _ lane: Lane,
        on connection: any StorageConnection
    ) throws -> (credential: SiteCredential, secret: SecretRing.Sealed)? {
        try connection.first(
            "SELECT * FROM credentials WHERE lane = $1 AND revoked_at IS NULL",
            [.text(lane.text)]
        ).map { (try credential($0), .init(keyID: try $0.text("key_id"), text: try $0.text("sealed"))) }
    }

    /// Those in use at a site, by person.
    static func list(at site: String, on connection: any StorageConnection) throws -> [SiteCredential] {
        try connection.query("SELECT * FROM credentials WHERE revoked_at IS NULL ORDER BY lane").map(credential)
            .filter { $0.lane.site == site }
    }

    /// The lanes of people that have something to be done: a credential, or a job that has not ended.
    static func lanes(on connection: any StorageConnection) throws -> [Lane] {
        try connection.query(
            """
            SELECT lane FROM credentials WHERE revoked_at IS NULL
            UNION SELECT lane FROM jobs WHERE finished_at IS NULL AND lane <> site
            UNION SELECT site FROM job_folders WHERE site LIKE '%@%'
            """
        ).map { Lane(try $0.text("lane")) }.filter { $0.person != nil }
    }

    /// Those that another key sealed than the one that seals now.
    static func sealedOtherwise(
        than keyID: String,
        on connection: any StorageConnection
    ) throws -> [(credential: SiteCredential, secret: SecretRing.Sealed)] {
        try connection.query(
            "SELECT * FROM credentials WHERE revoked_at IS NULL AND key_id <> $1 ORDER BY id",
            [.text(keyID)]
        ).map { (try credential($0), .init(keyID: try $0.text("key_id"), text: try $0.text("sealed"))) }
    }

    /// Puts a secret that was sealed anew in the place of the old one, if that is still there.
    static func reseal(
        _ id: CredentialID,
        from old: SecretRing.Sealed,
        to new: SecretRing.Sealed,
        on connection: any StorageConnection
    ) throws {
        try connection.execute(
            "UPDATE credentials SET key_id = $3, sealed = $4 WHERE id = $1 AND sealed = $2 AND revoked_at IS NULL",
            [.text(id.text), .text(old.text), .text(new.keyID), .text(new.text)]
        )
    }

    static func touch(_ id: CredentialID, at now: Timestamp, on connection: any StorageConnection) throws {
        try connection.execute(
            "UPDATE credentials SET last_used_at = $2 WHERE id = $1",
            [.text(id.text), .integer(now.microseconds)]
        )
    }

    /// Revokes the one in use in a lane; its secret is removed.
    ///
    /// - Returns: the one that was in use; nil when there was none.
    static func revoke(
        _ lane: Lane,
        at now: Timestamp,
        on connection: any StorageConnection
    ) throws -> SiteCredential? {
        guard let credential = try find(lane, on: connection) else { return nil }
        try connection.execute(
            "UPDATE credentials SET revoked_at = $2, sealed = '' WHERE id = $1",
            [.text(credential.id.text), .integer(now.microseconds)]
        )
        try connection.signal(channel, lane.text)
        return credential
    }

    private static func credential(_ row: Row) throws -> SiteCredential {
        let text = try row.text("id")
        guard let id = CredentialID(text), let kind = SiteCredential.Kind(rawValue: try row.text("kind")) else {
            throw StoredValueError(table: "credentials", id: text)
        }
        return SiteCredential(
            id: id,
            lane: Lane(try row.text("lane")),
            account: try row.text("account"),
            kind: kind,
            algorithm: try row.text("algorithm"),
            fingerprint: try row.text("fingerprint"),
            certificate: try row.optionalText("certificate"),
            validAfter: try JobRow.moment(row, "valid_after"),
            validBefore: try JobRow.moment(row, "valid_before"),
            createdAt: Timestamp(microseconds: try row.integer("created_at")),
            lastUsedAt: try JobRow.moment(row, "last_used_at")
        )
    }
}
