internal import Gateway
internal import Storage

/// The table `analysis_dois`: how the DOIs of analyses stand at their registry.
enum DOIStore {
    /// Every step from an empty database to the present one; steps are only ever added.
    static let migrations = [
        Migration(module: "dois", number: 1, name: "dois") { _ in
            [
                """
                CREATE TABLE analysis_dois (
                    record TEXT PRIMARY KEY REFERENCES analyses (record),
                    doi TEXT NOT NULL,
                    state TEXT NOT NULL CHECK (state IN ('reserved', 'minted', 'failed')),
                    reason TEXT,
                    is_known BIGINT NOT NULL,
                    sent TEXT,
                    failures BIGINT NOT NULL,
                    updated_at BIGINT NOT NULL
                )
                """
            ]
        }
    ]

    /// Notes that a DOI is to be minted, if that is not noted.
    static func reserve(
        _ doi: String,
        for record: RecordID,
        at now: Timestamp,
        on connection: any StorageConnection
    ) throws {
        try connection.execute(
            """
            INSERT INTO analysis_dois (record, doi, state, is_known, failures, updated_at)
            VALUES ($1, $2, 'reserved', 0, 0, $3) ON CONFLICT (record) DO NOTHING
            """,
            [.text(record.text), .text(doi), .integer(now.microseconds)]
        )
    }

    static func find(_ record: RecordID, on connection: any StorageConnection) throws -> DOIStanding? {
        try connection.first("SELECT * FROM analysis_dois WHERE record = $1", [.text(record.text)]).map(standing)
    }

    static func write(
        _ standing: DOIStanding,
        for record: RecordID,
        at now: Timestamp,
        on connection: any StorageConnection
    ) throws {
        try connection.execute(
            """
            UPDATE analysis_dois SET state = $2, reason = $3, is_known = $4, sent = $5, failures = $6, updated_at = $7
            WHERE record = $1
            """,
            [
                .text(record.text), .text(standing.state.rawValue), SQLValue(standing.reason),
                .integer(standing.isKnown ? 1 : 0), SQLValue(standing.sent), .integer(Int64(standing.failures)),
                .integer(now.microseconds),
            ]
        )
    }

    /// Analyses whose registry does not have all of it.
    static func unfinished(on connection: any StorageConnection) throws -> [RecordID] {
        try connection.query(
            "SELECT record FROM analysis_dois WHERE state <> 'minted' OR reason IS NOT NULL ORDER BY record"
        ).compactMap { RecordID(try $0.text("record")) }
    }

    /// DOIs that are not well, the latest first.
    static func troubled(on connection: any StorageConnection) throws -> [DOIStanding] {
        try connection.query(
            "SELECT * FROM analysis_dois WHERE state = 'failed' OR reason IS NOT NULL ORDER BY updated_at DESC LIMIT 100"
        ).map(standing)
    }

    private static func standing(_ row: Row) throws -> DOIStanding {
        var standing = DOIStanding(doi: try row.text("doi"))
        standing.state = .init(rawValue: try row.text("state")) ?? .reserved
        standing.reason = try row.optionalText("reason")
        standing.isKnown = try row.integer("is_known") as Int64 != 0
        standing.sent = try row.optionalText("sent")
        standing.failures = Int(try row.integer("failures"))
        return standing
    }
}
