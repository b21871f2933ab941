import Foundation
import Glibc
import Storage

/// The file of a person's logins: `$XDG_CONFIG_HOME/farfield/credentials.json`, else below `~/.config` (XDG Base
/// Directory Specification 0.8).
///
/// Only its owner may read it: mode 0600 in a folder of mode 0700. It is replaced whole, and changed by one process at
/// a time.
struct LoginFile: Sendable {
    /// Where it is.
    let path: String

    private static let patience: Duration = .seconds(60)
    private var folder: String { URL(fileURLWithPath: path).deletingLastPathComponent().path }

    /// The file of whoever has these variables; nil without a home folder.
    init?(environment: [String: String]) {
        // A relative path in the variable is to be ignored, says the specification.
        let given = environment["XDG_CONFIG_HOME"].flatMap { $0.hasPrefix("/") ? $0 : nil }
        guard let base = given ?? environment["HOME"].flatMap({ $0.isEmpty ? nil : $0 + "/.config" }) else {
            return nil
        }
        path = base + "/farfield/credentials.json"
    }

    /// Whether there is one.
    var exists: Bool { FileManager.default.fileExists(atPath: path) }

    /// Reads the logins; there are none when there is no file.
    ///
    /// - Throws: ``CommandFailure`` when others may read the file, or it cannot be read.
    func read() throws -> StoredLogins {
        guard exists else { return StoredLogins() }
        try check(path, isFolder: false)
        guard let data = FileManager.default.contents(atPath: path) else {
            throw CommandFailure(.invalid, "'\(printable(path))' cannot be read")
        }
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .iso8601
        guard let logins = try? decoder.decode(StoredLogins.self, from: data), logins.version == 1 else {
            throw CommandFailure(
                .invalid,
                "'\(printable(path))' is not a file of logins that this version understands",
                "  Remove it, then: farfield login"
            )
        }
        return logins
    }

    /// Changes the logins while no other process does.
    ///
    /// - Parameter change: given the logins as they are; what it leaves is written when it says so.
    /// - Returns: what `change` gives.
    /// - Throws: ``CommandFailure``, what `change` throws.
    func update<Value>(_ change: (inout StoredLogins) async throws -> (Value, isChanged: Bool)) async throws -> Value {
        try prepare()
        let lock = try await lock()
        // The lock goes with the file's closing, also when this process ends otherwise.
        defer { try? lock.close() }
        var logins = try read()
        let (value, isChanged) = try await change(&logins)
        if isChanged { try write(logins) }
        return value
    }

    private func prepare() throws {
        let files = FileManager.default
        do {
            if !files.fileExists(atPath: folder) {
                try files.createDirectory(
                    atPath: folder,
                    withIntermediateDirectories: true,
                    attributes: [.posixPermissions: 0o700]
                )
                try files.setAttributes([.posixPermissions: 0o700], ofItemAtPath: folder)
            }
        } catch {
            throw CommandFailure(.invalid, "'\(printable(folder))' cannot be made: \(error.localizedDescription)")
        }
        try check(folder, isFolder: true)
    }

    /// As ssh does with keys: what others could read counts as lost, and is not used.
    private func check(_ path: String, isFolder: Bool) throws {
        let attributes = try? FileManager.default.attributesOfItem(atPath: path)
        let mode = (attributes?[.posixPermissions] as? NSNumber)?.intValue ?? 0o777
        let owner = (attributes?[.ownerAccountID] as? NSNumber)?.uint32Value
        let wanted = isFolder ? "700" : "600"
        // Of the folder it matters who may put another file there.
        guard mode & (isFolder ? 0o022 : 0o077) == 0 else {
            throw CommandFailure(
                .notAuthorised,
                "'\(printable(path))' can be \(isFolder ? "changed" : "read") by others; no login in it is used",
                "  If nobody else has seen it: chmod \(wanted) '\(printable(path))'",
                isFolder ? "" : "  If somebody may have: farfield logout after that, then farfield login"
            )
        }
        guard owner == geteuid() else {
            throw CommandFailure(.notAuthorised, "'\(printable(path))' belongs to somebody else; it is not used")
        }
    }

    private func lock() async throws -> FileHandle {
        let path = folder + "/credentials.lock"
        if !FileManager.default.fileExists(atPath: path) {
            _ = FileManager.default.createFile(atPath: path, contents: nil, attributes: [.posixPermissions: 0o600])
        }
        guard let file = FileHandle(forUpdatingAtPath: path) else {
            throw CommandFailure(.invalid, "'\(printable(path))' cannot be written")
        }
        _ = fcntl(file.fileDescriptor, F_SETFD, FD_CLOEXEC)
        let end = ContinuousClock.now + Self.patience
        while flock(file.fileDescriptor, LOCK_EX | LOCK_NB) != 0 {
            guard ContinuousClock.now < end else {
                try? file.close()
                throw CommandFailure(.conflict, "another farfield holds '\(printable(path))' for more than a minute")
            }
            try await Task.sleep(for: .milliseconds(20))
        }
        return file
    }

    private func write(_ logins: StoredLogins) throws {
        let encoder = JSONEncoder()
        encoder.dateEncodingStrategy = .iso8601
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        let draft = "\(path).\(getpid()).new"
        let files = FileManager.default
        do {
            let data = try encoder.encode(logins)
            try? files.removeItem(atPath: draft)
            // Private before anything stands in it.
            guard files.createFile(atPath: draft, contents: nil, attributes: [.posixPermissions: 0o600]) else {
                throw CocoaError(.fileWriteNoPermission)
            }
            let file = try FileHandle(forWritingTo: URL(fileURLWithPath: draft))
            try file.write(contentsOf: data)
            try file.synchronize()
            try file.close()
            try DurableFile.rename(draft, to: path)
        } catch {
            try? files.removeItem(atPath: draft)
            throw CommandFailure(.invalid, "'\(printable(path))' cannot be written: \(error)")
        }
    }
}
