package import Logging

/// Where a database is, read from one line of configuration.
package enum DatabaseLocation: Sendable, Hashable {
    /// A SQLite file.
    case sqlite(path: String)
    /// A PostgreSQL connection URI, as libpq understands it (PostgreSQL manual, 34.1.1.2).
    case postgreSQL(uri: String)

    /// Reads `sqlite:///absolute/path`, `sqlite:relative/path`, a plain file path, or `postgresql://…`.
    package init(_ text: String) throws(StorageError) {
        if text.hasPrefix("postgresql://") || text.hasPrefix("postgres://") {
            self = .postgreSQL(uri: text)
            return
        }
        var path = text
        for prefix in ["sqlite://", "sqlite:"] where path.hasPrefix(prefix) {
            path.removeFirst(prefix.count)
            break
        }
        guard !path.isEmpty, path != ":memory:", !path.contains("://") else {
            throw .configuration(detail: "expected a file path, sqlite:///path or postgresql://host/name")
        }
        self = .sqlite(path: path)
    }

    /// Opens the database; a SQLite file is created if its folder exists.
    /// - Parameters:
    ///   - connections: How many connections work at once: PostgreSQL's pool, or SQLite's readers.
    ///   - logger: Where lost and regained connections are told.
    /// - Returns: The open database; the caller closes it.
    /// - Throws: ``StorageError``.
    package func open(connections: Int = 6, logger: Logger) async throws -> any Database {
        switch self {
        case .sqlite(let path):
            try await SQLiteDatabase.open(path: path, readers: connections)
        case .postgreSQL(let uri):
            try await PostgreSQLDatabase.open(uri: uri, connections: connections, logger: logger)
        }
    }
}
