import Dispatch
import GRDB
import Synchronization

/// SQLite in one file: one writer at a time, many readers, write-ahead log, every commit synced to the disk.
package final class SQLiteDatabase: Database {
    private let pool: DatabasePool
    private let hub = SignalHub()
    private let counted = Atomic<UInt64>(0)

    /// SQLite.
    package var dialect: Dialect { .sqlite }

    /// The file is one gateway's own, so its commits are all there are.
    package var commits: UInt64? { counted.load(ordering: .sequentiallyConsistent) }

    /// Opens or creates the file and checks that it is as durable as was asked for.
    package static func open(path: String, readers: Int) async throws -> SQLiteDatabase {
        try await withCheckedThrowingContinuation { continuation in
            DispatchQueue.global().async {
                continuation.resume(with: Result { try SQLiteDatabase(path: path, readers: readers) })
            }
        }
    }

    private init(path: String, readers: Int) throws {
        var configuration = Configuration()
        configuration.label = "farfield"
        configuration.foreignKeysEnabled = true
        configuration.busyMode = .timeout(10)
        configuration.maximumReaderCount = max(1, readers)
        configuration.prepareDatabase { database in
            // PostgreSQL's LIKE tells upper from lower case; so must ours.
            try database.execute(sql: "PRAGMA case_sensitive_like = ON")
        }
        do {
            pool = try DatabasePool(path: path, configuration: configuration)
            try pool.writeWithoutTransaction { database in
                // GRDB sets NORMAL after `prepareDatabase`, so FULL must come last, and is read back.
                try database.execute(sql: "PRAGMA synchronous = FULL")
                try Self.require("synchronous", "2", database)
                try Self.require("foreign_keys", "1", database)
                try Self.require("journal_mode", "wal", database)
            }
        } catch let error as StorageError {
            throw error
        } catch {
            throw StorageError(error, sql: "open")
        }
    }

    private static func require(_ pragma: String, _ wanted: String, _ database: GRDB.Database) throws {
        let found = try String.fetchOne(database, sql: "PRAGMA \(pragma)") ?? "nothing"
        guard found == wanted else {
            throw StorageError.configuration(detail: "SQLite's \(pragma) is \(found), \(wanted) was asked for")
        }
    }

    /// Runs `body` on a snapshot.
    package func read<T: Sendable>(
        _ body: @escaping @Sendable (any StorageConnection) throws -> T
    ) async throws -> T {
        try await withCheckedThrowingContinuation { continuation in
            pool.asyncRead { opened in
                continuation.resume(
                    with: Result {
                        do {
                            return try body(SQLiteConnection(opened.get()))
                        } catch let error as DatabaseError {
                            throw StorageError(error, sql: "BEGIN")
                        }
                    }
                )
            }
        }
    }

    /// Runs `body` in an immediate transaction, then sends its signals.
    package func transaction<T: Sendable>(
        _ body: @escaping @Sendable (any StorageConnection) throws -> T
    ) async throws -> T {
        let (value, signals) = try await withCheckedThrowingContinuation { continuation in
            pool.asyncWriteWithoutTransaction { database in
                continuation.resume(with: Result { try Self.transaction(database, body) })
            }
        }
        counted.add(1, ordering: .sequentiallyConsistent)
        for signal in signals { hub.publish(signal.channel, signal.payload) }
        return value
    }

    private static func transaction<T>(
        _ database: GRDB.Database,
        _ body: (any StorageConnection) throws -> T
    ) throws -> (T, [TransactionNotes.Signal]) {
        let connection = SQLiteConnection(database)
        var value: T?
        do {
            try database.inTransaction(.immediate) {
                value = try body(connection)
                try connection.notes.requireSound()
                return .commit
            }
        } catch let error as DatabaseError {
            throw StorageError(error, sql: "COMMIT")
        }
        guard let value else { throw StorageError.unavailable(detail: "the transaction did not run") }
        return (value, connection.notes.signals)
    }

    /// The signals of this process; the first payload is empty.
    package func signals(_ channel: String) -> AsyncStream<String> {
        hub.subscribe(channel, greeting: "")
    }

    /// Closes the file after the running bodies.
    package func close() async {
        hub.finish()
        await withCheckedContinuation { continuation in
            // A second close, or one that finds a reader still open, has nothing left that could be done.
            DispatchQueue.global().async { [pool] in
                try? pool.close()
                continuation.resume()
            }
        }
    }
}
