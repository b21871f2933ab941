internal import Attestation
internal import Foundation

/// Files of a backup: copied with their digest in one pass, synced, readable by their owner alone.
enum SealedFile {
    private static let piece = 1 << 20

    /// Copies a file under a temporary name, then gives it its own.
    ///
    /// - Returns: size and digest of what was written.
    /// - Throws: file errors.
    static func copy(_ source: String, to path: String) throws -> (size: Int64, digest: SHA256Digest) {
        let files = FileManager.default
        let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
        try files.createDirectory(
            atPath: folder,
            withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700]
        )
        let temporary = path + ".copying"
        try? files.removeItem(atPath: temporary)
        guard files.createFile(atPath: temporary, contents: nil, attributes: [.posixPermissions: 0o600]) else {
            throw CocoaError(.fileWriteUnknown)
        }
        let output = try FileHandle(forWritingTo: URL(fileURLWithPath: temporary))
        let read = try each(source) { try output.write(contentsOf: $0) }
        try output.synchronize()
        try output.close()
        try files.moveItem(atPath: temporary, toPath: path)
        return read
    }

    /// Size and digest of a file.
    static func read(_ path: String) throws -> (size: Int64, digest: SHA256Digest) { try each(path) { _ in } }

    private static func each(_ path: String, _ body: (Data) throws -> Void) throws -> (Int64, SHA256Digest) {
        let input = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
        defer { try? input.close() }
        var hash = SHA256Stream()
        var size: Int64 = 0
        while let data = try input.read(upToCount: piece), !data.isEmpty {
            hash.update(Array(data))
            size += Int64(data.count)
            try body(data)
        }
        return (size, hash.finish())
    }
}
