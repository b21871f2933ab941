package import Storage

/// The table `restorations`: when the database was brought back from a backup.
package enum RestorationStore {
    /// The steps of module `restorations`.
    package static let migrations = [
        Migration(module: "restorations", number: 1, name: "restorations") { _ in
            ["CREATE TABLE restorations (restored_at BIGINT PRIMARY KEY, made_at BIGINT NOT NULL)"]
        }
    ]

    static func record(restoredAt: Timestamp, madeAt: Timestamp, on connection: any StorageConnection) throws {
        try connection.execute(
            "INSERT INTO restorations (restored_at, made_at) VALUES ($1, $2)",
            [.integer(restoredAt.microseconds), .integer(madeAt.microseconds)]
        )
    }

    /// When the database was last restored; nil when it never was.
    static func latest(on connection: any StorageConnection) throws -> Timestamp? {
        let row = try connection.first("SELECT MAX(restored_at) AS moment FROM restorations")
        let moment: Int64? = try row?.optionalInteger("moment")
        return moment.map { Timestamp(microseconds: $0) }
    }
}
