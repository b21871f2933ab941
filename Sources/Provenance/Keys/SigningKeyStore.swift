internal import Attestation
internal import Gateway
internal import Storage

/// The table `signing_keys`, the history of the gateway's keys; the keys themselves are in files, or on a token.
enum SigningKeyStore {
    /// Every step from an empty database to the present one; steps are only ever added.
    static let migrations = [
        Migration(module: "signing keys", number: 1, name: "signing keys") { _ in
            [
                """
                CREATE TABLE signing_keys (
                    key_id TEXT NOT NULL,
                    use TEXT NOT NULL CHECK (use IN ('manifest', 'log', 'witness')),
                    pem TEXT NOT NULL,
                    valid_from BIGINT NOT NULL,
                    valid_until BIGINT,
                    revoked_at BIGINT,
                    reason TEXT,
                    PRIMARY KEY (use, key_id)
                )
                """
            ]
        },
        Migration(module: "signing keys", number: 2, name: "keys in the log") { _ in
            [
                """
                CREATE TABLE key_entries (
                    origin TEXT NOT NULL,
                    use TEXT NOT NULL,
                    key_id TEXT NOT NULL,
                    event TEXT NOT NULL CHECK (event IN ('key-added', 'key-retired')),
                    position BIGINT NOT NULL,
                    PRIMARY KEY (origin, use, key_id, event)
                )
                """
            ]
        },
    ]

    static func insert(_ key: SigningKey, on connection: any StorageConnection) throws {
        try connection.execute(
            """
            INSERT INTO signing_keys (key_id, use, pem, valid_from) VALUES ($1, $2, $3, $4)
            ON CONFLICT (use, key_id) DO NOTHING
            """,
            [
                .text(key.publicKey.keyID), .text(key.use.rawValue), .text(key.publicKey.pem),
                .integer(key.validFrom.microseconds),
            ]
        )
    }

    /// All keys of a use, the newest first.
    static func list(_ use: SigningKey.Use, on connection: any StorageConnection) throws -> [SigningKey] {
        try connection.query(
            "SELECT * FROM signing_keys WHERE use = $1 ORDER BY valid_from DESC, key_id",
            [.text(use.rawValue)]
        ).map { row in
            SigningKey(
                use: use,
                publicKey: try Ed25519PublicKey(pem: try row.text("pem").utf8),
                validFrom: Timestamp(microseconds: try row.integer("valid_from")),
                validUntil: try row.optionalInteger("valid_until").map { Timestamp(microseconds: $0) },
                revokedAt: try row.optionalInteger("revoked_at").map { Timestamp(microseconds: $0) },
                reason: try row.optionalText("reason")
            )
        }
    }

    /// All keys of all uses, the newest of each use first.
    static func all(on connection: any StorageConnection) throws -> [SigningKey] {
        try SigningKey.Use.allCases.flatMap { try list($0, on: connection) }
    }

    /// Ends the time of a key that has none yet.
    static func end(_ keyID: String, of use: SigningKey.Use, at moment: Timestamp, on connection: any StorageConnection)
        throws
    {
        try connection.execute(
            "UPDATE signing_keys SET valid_until = $3 WHERE use = $1 AND key_id = $2 AND valid_until IS NULL",
            [.text(use.rawValue), .text(keyID), .integer(moment.microseconds)]
        )
    }

    static func revoke(
        _ keyID: String,
        of use: SigningKey.Use,
        at moment: Timestamp,
        reason: String,
        on connection: any StorageConnection
    ) throws {
        try connection.execute(
            """
            UPDATE signing_keys SET revoked_at = $3, reason = $4
            WHERE use = $1 AND key_id = $2 AND (revoked_at IS NULL OR revoked_at > $3)
            """,
            [.text(use.rawValue), .text(keyID), .integer(moment.microseconds), .text(reason)]
        )
    }

    // MARK: - In the log

    /// Where the log says something of a key; nil while it does not.
    static func position(
        of key: SigningKey,
        _ event: LogEntry.Event,
        in origin: String,
        on connection: any StorageConnection
    ) throws -> Int? {
        let row = try connection.first(
            "SELECT position FROM key_entries WHERE origin = $1 AND use = $2 AND key_id = $3 AND event = $4",
            [.text(origin), .text(key.use.rawValue), .text(key.publicKey.keyID), .text(event.rawValue)]
        )
        return try row.map { Int(try $0.integer("position")) }
    }

    static func note(
        _ event: LogEntry.Event,
        of key: SigningKey,
        in origin: String,
        at position: Int,
        on connection: any StorageConnection
    ) throws {
        try connection.execute(
            "INSERT INTO key_entries (origin, use, key_id, event, position) VALUES ($1, $2, $3, $4, $5)",
            [
                .text(origin), .text(key.use.rawValue), .text(key.publicKey.keyID), .text(event.rawValue),
                .integer(Int64(position)),
            ]
        )
    }
}
