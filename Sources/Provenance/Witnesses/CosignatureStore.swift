internal import Attestation
internal import Gateway
internal import Storage

/// The tables of witnesses: what others cosigned of our log, how they stand, and what we cosigned of other logs.
enum CosignatureStore {
    /// Every step from an empty database to the present one; steps are only ever added.
    static let migrations = [
        Migration(module: "witnesses", number: 1, name: "witnesses") { _ in
            [
                """
                CREATE TABLE log_cosignatures (
                    origin TEXT NOT NULL,
                    size BIGINT NOT NULL,
                    witness TEXT NOT NULL,
                    line TEXT NOT NULL,
                    PRIMARY KEY (origin, size, witness)
                )
                """,
                """
                CREATE TABLE log_witnesses (
                    origin TEXT NOT NULL,
                    witness TEXT NOT NULL,
                    size BIGINT NOT NULL,
                    failures BIGINT NOT NULL,
                    reason TEXT,
                    rest_until BIGINT,
                    updated_at BIGINT NOT NULL,
                    PRIMARY KEY (origin, witness)
                )
                """,
                """
                CREATE TABLE witnessed_logs (
                    origin TEXT PRIMARY KEY,
                    size BIGINT NOT NULL,
                    checkpoint TEXT NOT NULL,
                    updated_at BIGINT NOT NULL
                )
                """,
            ]
        }
    ]

    // MARK: - What others cosigned

    static func insert(
        _ line: NoteSignature,
        of origin: String,
        at size: Int,
        on connection: any StorageConnection
    ) throws {
        try connection.execute(
            """
            INSERT INTO log_cosignatures (origin, size, witness, line) VALUES ($1, $2, $3, $4)
            ON CONFLICT (origin, size, witness) DO NOTHING
            """,
            [.text(origin), .integer(Int64(size)), .text(line.name), .text(line.line)]
        )
    }

    /// The cosignatures of one tree, by name.
    static func lines(of origin: String, at size: Int, on connection: any StorageConnection) throws -> [NoteSignature] {
        try connection.query(
            "SELECT line FROM log_cosignatures WHERE origin = $1 AND size = $2 ORDER BY witness",
            [.text(origin), .integer(Int64(size))]
        ).map { try NoteSignature(line: Array(try $0.text("line").utf8)) }
    }

    /// The newest trees that were cosigned, each with the number of its witnesses.
    static func sizes(of origin: String, from size: Int, on connection: any StorageConnection) throws -> [CosignedSize]
    {
        try connection.query(
            """
            SELECT size, COUNT(*) AS witnesses FROM log_cosignatures WHERE origin = $1 AND size >= $2
            GROUP BY size ORDER BY size DESC LIMIT 200
            """,
            [.text(origin), .integer(Int64(size))]
        ).map { CosignedSize(size: Int(try $0.integer("size")), witnesses: Int(try $0.integer("witnesses"))) }
    }

    // MARK: - How they stand

    static func standing(
        of witness: String,
        _ origin: String,
        on connection: any StorageConnection
    ) throws -> WitnessStanding {
        let row = try connection.first(
            "SELECT * FROM log_witnesses WHERE origin = $1 AND witness = $2",
            [.text(origin), .text(witness)]
        )
        return try row.map(standing) ?? WitnessStanding(witness: witness)
    }

    /// How all of a log's witnesses stand, by name.
    static func standings(of origin: String, on connection: any StorageConnection) throws -> [WitnessStanding] {
        try connection.query("SELECT * FROM log_witnesses WHERE origin = $1 ORDER BY witness", [.text(origin)])
            .map(standing)
    }

    private static func standing(_ row: Row) throws -> WitnessStanding {
        WitnessStanding(
            witness: try row.text("witness"),
            size: Int(try row.integer("size")),
            failures: Int(try row.integer("failures")),
            reason: try row.optionalText("reason"),
            restUntil: try row.optionalInteger("rest_until").map { Timestamp(microseconds: $0) }
        )
    }

    static func write(
        _ standing: WitnessStanding,
        _ origin: String,
        at now: Timestamp,
        on connection: any StorageConnection
    ) throws {
        try connection.execute(
            """
            INSERT INTO log_witnesses (origin, witness, size, failures, reason, rest_until, updated_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7)
            ON CONFLICT (origin, witness) DO UPDATE SET size = excluded.size, failures = excluded.failures,
                reason = excluded.reason, rest_until = excluded.rest_until, updated_at = excluded.updated_at
            """,
            [
                .text(origin), .text(standing.witness), .integer(Int64(standing.size)),
                .integer(Int64(standing.failures)), SQLValue(standing.reason),
                standing.restUntil.map { .integer($0.microseconds) } ?? .null, .integer(now.microseconds),
            ]
        )
    }

    // MARK: - What we cosigned

    static func witnessed(_ origin: String, on connection: any StorageConnection) throws -> Checkpoint? {
        let row = try connection.first("SELECT checkpoint FROM witnessed_logs WHERE origin = $1", [.text(origin)])
        return try row.map { try Checkpoint(text: try $0.text("checkpoint")) }
    }

    static func keep(_ checkpoint: Checkpoint, at now: Timestamp, on connection: any StorageConnection) throws {
        try connection.execute(
            """
            INSERT INTO witnessed_logs (origin, size, checkpoint, updated_at) VALUES ($1, $2, $3, $4)
            ON CONFLICT (origin) DO UPDATE SET size = excluded.size, checkpoint = excluded.checkpoint,
                updated_at = excluded.updated_at
            """,
            [
                .text(checkpoint.origin), .integer(Int64(checkpoint.size)), .text(checkpoint.text),
                .integer(now.microseconds),
            ]
        )
    }
}
