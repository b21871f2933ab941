internal import Foundation
internal import Storage

/// Files that only their owner may read.
enum PrivateFile {
    /// Writes a file of mode 0600 under a temporary name, then renames it over what was there.
    static func replace(_ bytes: [UInt8], at path: String) throws {
        let temporary = try temporary(bytes, beside: path)
        try DurableFile.rename(temporary, to: path)
    }

    /// Writes a file of mode 0600 under a temporary name, then renames it.
    static func write(_ bytes: [UInt8], to path: String) throws {
        let temporary = try temporary(bytes, beside: path)
        try FileManager.default.moveItem(atPath: temporary, toPath: path)
    }

    /// Like ``write(_:to:)``, but of several processes that do so at once only the first succeeds.
    ///
    /// - Returns: whether the file was made; false when there is one of that name.
    static func create(_ bytes: [UInt8], at path: String) throws -> Bool {
        let temporary = try temporary(bytes, beside: path)
        defer { try? FileManager.default.removeItem(atPath: temporary) }
        do {
            // A hard link is made whole or not at all, on network file systems too.
            try FileManager.default.linkItem(atPath: temporary, toPath: path)
            return true
        } catch {
            guard FileManager.default.fileExists(atPath: path) else { throw error }
            return false
        }
    }

    private static func temporary(_ bytes: [UInt8], beside path: String) throws -> String {
        let temporary = "\(path).\(UUID().uuidString).new"
        guard
            FileManager.default.createFile(atPath: temporary, contents: Data(), attributes: [.posixPermissions: 0o600])
        else { throw CocoaError(.fileWriteNoPermission) }
        let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: temporary))
        try handle.write(contentsOf: Data(bytes))
        try handle.synchronize()
        try handle.close()
        return temporary
    }
}
