import Foundation
import GRDB

/// Copies of SQLite files; blocks.
enum SQLiteCopy {
    /// Copies a file that may be in use, then reads from the copy after its pages were checked.
    static func write<T>(
        _ source: String,
        to path: String,
        reading body: (any StorageConnection) throws -> T
    ) throws -> T {
        guard FileManager.default.fileExists(atPath: source) else {
            throw StorageError.configuration(detail: "there is no database '\(source)'")
        }
        do {
            var configuration = Configuration()
            configuration.readonly = true
            configuration.busyMode = .timeout(30)
            let original = try DatabaseQueue(path: source, configuration: configuration)
            try original.vacuum(into: path)
            try original.close()
            let copy = try DatabaseQueue(path: path, configuration: configuration)
            let value = try copy.read { database in
                let answer = try String.fetchOne(database, sql: "PRAGMA quick_check")
                guard answer == "ok" else { throw StorageError.corrupted(detail: answer ?? "no answer of quick_check") }
                return try body(SQLiteConnection(database))
            }
            try copy.close()
            return value
        } catch {
            throw StorageError(error, sql: "VACUUM INTO")
        }
    }

    /// Whether there is no file, or one without tables; an error when somebody has it open.
    static func isEmpty(_ path: String) throws -> Bool {
        guard FileManager.default.fileExists(atPath: path) else { return true }
        return try alone(path) { database in
            try Int.fetchOne(database, sql: "SELECT COUNT(*) FROM sqlite_master") == 0
        }
    }

    /// Puts a copy in a file's place; what was there keeps a name with a suffix.
    static func restore(_ copy: String, to path: String, keepingOldAs suffix: String?) throws {
        let files = FileManager.default
        if files.fileExists(atPath: path) {
            let isEmpty = try isEmpty(path)
            if isEmpty {
                try files.removeItem(atPath: path)
            } else if let suffix {
                try files.moveItem(atPath: path, toPath: path + suffix)
            } else {
                throw StorageError.configuration(detail: "the database '\(path)' is not empty")
            }
        }
        let fresh = path + ".restoring"
        try? files.removeItem(atPath: fresh)
        try files.copyItem(atPath: copy, toPath: fresh)
        try files.setAttributes([.posixPermissions: 0o600], ofItemAtPath: fresh)
        let handle = try FileHandle(forUpdating: URL(fileURLWithPath: fresh))
        try handle.synchronize()
        try handle.close()
        try files.moveItem(atPath: fresh, toPath: path)
    }

    /// Runs a body while nobody else has the file open.
    ///
    /// SQLite leaves the WAL mode only for the last one, and then everything is in the one file.
    private static func alone<T>(_ path: String, _ body: (GRDB.Database) throws -> T) throws -> T {
        do {
            let queue = try DatabaseQueue(path: path)
            let value = try queue.inDatabase { database in
                try database.execute(sql: "PRAGMA journal_mode = DELETE")
                return try body(database)
            }
            try queue.close()
            return value
        } catch let error as DatabaseError where [.SQLITE_BUSY, .SQLITE_LOCKED].contains(error.resultCode) {
            throw StorageError.configuration(
                detail: "somebody uses the database '\(path)'; stop the gateway first"
            )
        } catch {
            throw StorageError(error, sql: "PRAGMA journal_mode")
        }
    }
}
