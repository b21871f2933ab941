import Foundation
package import Logging

/// Copies of a database that is in use, and databases made from copies.
///
/// A copy is one file and shows one moment. SQLite writes it itself (`VACUUM INTO`, which holds up nobody in WAL mode);
/// PostgreSQL's is a custom-format archive of `pg_dump`, which operators can also read with their own tools.
package struct DatabaseCopy: Sendable {
    private let location: DatabaseLocation
    private let logger: Logger

    /// Copies of, or for, a database.
    ///
    /// - Parameters:
    ///   - location: the database.
    ///   - logger: where lost connections are told.
    package init(of location: DatabaseLocation, logger: Logger) {
        self.location = location
        self.logger = logger
    }

    /// The engine, as it stands in the list of a backup.
    package var engine: Dialect {
        switch location {
        case .sqlite: .sqlite
        case .postgreSQL: .postgreSQL
        }
    }

    /// What a copy's file is called.
    package static func fileName(_ engine: Dialect) -> String {
        switch engine {
        case .sqlite: "database.sqlite"
        case .postgreSQL: "database.pgdump"
        }
    }

    /// Writes a copy, mode 0600 and synced, and reads from the very state that is copied.
    ///
    /// - Parameters:
    ///   - path: the file, which does not exist yet.
    ///   - body: reads; its connection shows what the copy holds.
    /// - Returns: what `body` returned.
    /// - Throws: ``StorageError`` that says what is missing, such as `pg_dump`.
    package func write<T: Sendable>(
        to path: String,
        reading body: @escaping @Sendable (any StorageConnection) throws -> T
    ) async throws -> T {
        let value: T
        switch location {
        case .sqlite(let source):
            value = try await Blocking.run { try SQLiteCopy.write(source, to: path, reading: body) }
        case .postgreSQL(let uri):
            value = try await PostgreSQLCopy(uri: uri, logger: logger).write(to: path, reading: body)
        }
        try await Blocking.run { try Self.seal(path) }
        return value
    }

    /// Fills the database from a copy.
    ///
    /// - Parameters:
    ///   - path: a file that ``write(to:reading:)`` made.
    ///   - suffix: what is there already is kept under a name with this end; nil refuses when something is there.
    /// - Throws: ``StorageError``: somebody uses the database, it is not empty, or the copy is damaged.
    package func restore(from path: String, keepingOldAs suffix: String?) async throws {
        switch location {
        case .sqlite(let target):
            try await Blocking.run { try SQLiteCopy.restore(path, to: target, keepingOldAs: suffix) }
        case .postgreSQL(let uri):
            try await PostgreSQLCopy(uri: uri, logger: logger).restore(path, keepingOldAs: suffix)
        }
    }

    /// Whether there is nothing in the database, and nobody uses it.
    ///
    /// - Throws: ``StorageError`` when it is in use or cannot be reached.
    package func isEmpty() async throws -> Bool {
        switch location {
        case .sqlite(let target): try await Blocking.run { try SQLiteCopy.isEmpty(target) }
        case .postgreSQL(let uri): try await PostgreSQLCopy(uri: uri, logger: logger).isEmpty()
        }
    }

    private static func seal(_ path: String) throws {
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
        let handle = try FileHandle(forUpdating: URL(fileURLWithPath: path))
        try handle.synchronize()
        try handle.close()
    }
}

/// Work that blocks, on a thread where it may.
enum Blocking {
    static func run<T: Sendable>(_ body: @escaping @Sendable () throws -> T) async throws -> T {
        try await withCheckedThrowingContinuation { continuation in
            DispatchQueue.global().async { continuation.resume(with: Result { try body() }) }
        }
    }
}
