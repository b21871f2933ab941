import Dispatch
import Foundation

/// An empty database that lives for one test or one rehearsal, then is removed.
package struct ScratchDatabase: Sendable {
    /// Where it is.
    package let location: DatabaseLocation
    private let origin: DatabaseLocation
    private let name: String

    /// Makes an empty database.
    /// - Parameters:
    ///   - origin: A SQLite file, in whose folder the new file lies, or a PostgreSQL database whose user may create one.
    ///   - name: A new name of lower-case letters, digits and `_`.
    /// - Returns: The empty database; the caller removes it.
    /// - Throws: ``StorageError``.
    package static func create(beside origin: DatabaseLocation, name: String) async throws -> ScratchDatabase {
        guard !name.isEmpty, name.utf8.allSatisfy({ isNameByte($0) }) else {
            throw StorageError.configuration(detail: "a scratch database's name has lower-case letters, digits and _")
        }
        switch origin {
        case .sqlite(let path):
            let folder = URL(fileURLWithPath: path).deletingLastPathComponent()
            let file = folder.appendingPathComponent("\(name).sqlite").path
            return ScratchDatabase(location: .sqlite(path: file), origin: origin, name: name)
        case .postgreSQL(let uri):
            guard var components = URLComponents(string: uri) else {
                throw StorageError.configuration(detail: "the database's URI cannot be read")
            }
            components.path = "/\(name)"
            try await run("CREATE DATABASE \(name)", uri: uri)
            return ScratchDatabase(location: .postgreSQL(uri: components.string ?? uri), origin: origin, name: name)
        }
    }

    /// Deletes the database; its users are thrown out.
    package func remove() async throws {
        switch origin {
        case .sqlite:
            guard case .sqlite(let path) = location else { return }
            for suffix in ["", "-wal", "-shm"] where FileManager.default.fileExists(atPath: path + suffix) {
                try FileManager.default.removeItem(atPath: path + suffix)
            }
        case .postgreSQL(let uri):
            try await Self.run("DROP DATABASE IF EXISTS \(name) WITH (FORCE)", uri: uri)
        }
    }

    /// Runs a statement that may not stand in a transaction.
    private static func run(_ sql: String, uri: String) async throws {
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
            DispatchQueue.global().async {
                continuation.resume(with: Result { try PostgreSQLLink(uri: uri, setup: sql) }.map { _ in })
            }
        }
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"): true
        default: false
        }
    }
}
