internal import Foundation
internal import Glibc

/// Makes sure that one gateway alone uses a home folder whose database is SQLite.
///
/// SQLite's file tells other processes nothing of its commits: a second gateway would wake nobody, and show what was.
/// The lock goes with the process, however it ends.
final class SoleGateway: Sendable {
    /// Another gateway runs in the folder.
    struct Taken: Error, CustomStringConvertible {
        let home: String
        let owner: String

        /// What was found, and the ways out.
        var description: String {
            """
            Another gateway (process \(owner)) runs in the home folder '\(home)'. Stop it first. Several gateways can \
            work together when 'database' is a PostgreSQL address; with SQLite there is one.
            """
        }
    }

    private static let patience = 10
    private let file: FileHandle

    private init(_ file: FileHandle) { self.file = file }

    /// Takes the folder, waiting a few seconds for a gateway that is just ending.
    ///
    /// - Parameter home: the home folder, which exists.
    /// - Returns: keeps the folder for as long as it lives.
    /// - Throws: ``Taken``, file errors.
    static func take(home: String) async throws -> SoleGateway {
        let path = "\(home)/gateway.lock"
        if !FileManager.default.fileExists(atPath: path) {
            _ = FileManager.default.createFile(atPath: path, contents: nil, attributes: [.posixPermissions: 0o600])
        }
        let file = try FileHandle(forUpdating: URL(fileURLWithPath: path))
        _ = fcntl(file.fileDescriptor, F_SETFD, FD_CLOEXEC)
        for attempt in 0...patience {
            if flock(file.fileDescriptor, LOCK_EX | LOCK_NB) == 0 {
                try file.truncate(atOffset: 0)
                try file.write(contentsOf: Data("\(getpid())\n".utf8))
                return SoleGateway(file)
            }
            if attempt < patience { try await Task.sleep(for: .milliseconds(500)) }
        }
        let owner = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
        throw Taken(home: home, owner: owner.trimmingCharacters(in: .whitespacesAndNewlines))
    }
}
