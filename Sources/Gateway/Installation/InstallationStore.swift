package import Storage

/// The table `installation`: facts about the installation as a whole, written once.
package enum InstallationStore {
    /// Its steps.
    package static let migrations = [
        Migration(module: "installation", number: 1, name: "installation") { _ in
            ["CREATE TABLE installation (name TEXT PRIMARY KEY, value TEXT NOT NULL)"]
        }
    ]

    /// The home folder's name; nil when none is known.
    static func home(on connection: any StorageConnection) throws -> String? {
        try connection.first("SELECT value FROM installation WHERE name = 'home'")?.text("value")
    }

    /// The installation's name as a URI (RFC 9562 §4), for events that leave it.
    static func urn(on connection: any StorageConnection) throws -> String {
        "urn:uuid:" + (try home(on: connection) ?? "").trimmingPrefix("home_")
    }

    /// Writes the home folder's name unless there is one.
    ///
    /// - Returns: the name that holds.
    static func settleHome(_ value: String, on connection: any StorageConnection) throws -> String {
        try connection.execute(
            "INSERT INTO installation (name, value) VALUES ('home', $1) ON CONFLICT (name) DO NOTHING",
            [.text(value)]
        )
        return try home(on: connection) ?? value
    }

    /// How far the database's clock is ahead of this machine's, in microseconds; 0 where they are the same.
    static func clockOffset(now: () -> Int64, on connection: any StorageConnection) throws -> Int64 {
        switch connection.dialect {
        case .sqlite: 0
        case .postgreSQL:
            try connection.first(
                "SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000000 AS BIGINT) AS moment"
            ).map { try $0.integer("moment") - now() } ?? 0
        }
    }
}
