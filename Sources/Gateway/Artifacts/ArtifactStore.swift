package import Attestation
internal import Foundation

/// Bytes kept under their SHA-256 in one folder: `sha256/ab/cdef…`.
package struct ArtifactStore: Sendable {
    private let folder: String

    /// A store.
    ///
    /// - Parameter folder: made when first needed.
    package init(folder: String) { self.folder = folder }

    /// Begins a new artifact; nothing stands under its final name before `finish()`.
    ///
    /// - Returns: a writer.
    /// - Throws: file errors, such as a full disk.
    package func writer() throws -> ArtifactWriter {
        let incoming = folder + "/incoming"
        try FileManager.default.createDirectory(atPath: incoming, withIntermediateDirectories: true)
        return try ArtifactWriter(temporary: "\(incoming)/\(UUID().uuidString)", store: self)
    }

    /// Reads a part of an artifact.
    ///
    /// - Parameters:
    ///   - digest: its name.
    ///   - offset: first byte.
    ///   - length: the most bytes.
    /// - Returns: the bytes, fewer at the end.
    /// - Throws: file errors when there is no such artifact.
    package func read(_ digest: SHA256Digest, offset: Int64, length: Int) throws -> [UInt8] {
        let handle = try FileHandle(forReadingFrom: URL(fileURLWithPath: path(of: digest)))
        defer { try? handle.close() }
        try handle.seek(toOffset: UInt64(offset))
        return Array(try handle.read(upToCount: length) ?? Data())
    }

    func path(of digest: SHA256Digest) -> String {
        let digits = digest.hexadecimal
        return "\(folder)/sha256/\(digits.prefix(2))/\(digits.dropFirst(2))"
    }
}

/// An artifact under writing.
package final class ArtifactWriter {
    private let temporary: String
    private let store: ArtifactStore
    private let handle: FileHandle
    private var hash: SHA256Stream? = SHA256Stream()
    /// Bytes written so far.
    package private(set) var size: Int64 = 0

    init(temporary: String, store: ArtifactStore) throws {
        self.temporary = temporary
        self.store = store
        guard FileManager.default.createFile(atPath: temporary, contents: nil) else {
            throw CocoaError(.fileWriteUnknown)
        }
        handle = try FileHandle(forWritingTo: URL(fileURLWithPath: temporary))
    }

    /// Adds bytes.
    ///
    /// - Parameter bytes: the next bytes.
    /// - Throws: file errors.
    package func write(_ bytes: [UInt8]) throws {
        try handle.write(contentsOf: Data(bytes))
        hash?.update(bytes)
        size += Int64(bytes.count)
    }

    /// Puts the artifact under its final name.
    ///
    /// - Returns: its digest.
    /// - Throws: file errors; nothing then stands under the final name.
    package func finish() throws -> SHA256Digest {
        guard let hash = hash.take() else { throw CocoaError(.fileWriteUnknown) }
        let digest = hash.finish()
        try handle.synchronize()
        try handle.close()
        let path = store.path(of: digest)
        let parent = URL(fileURLWithPath: path).deletingLastPathComponent().path
        try FileManager.default.createDirectory(atPath: parent, withIntermediateDirectories: true)
        do {
            try FileManager.default.moveItem(atPath: temporary, toPath: path)
        } catch {
            // The same bytes may be there already, or another gateway was faster with them.
            guard FileManager.default.fileExists(atPath: path) else { throw error }
            try FileManager.default.removeItem(atPath: temporary)
        }
        return digest
    }

    /// Forgets what was written.
    package func discard() {
        try? handle.close()
        try? FileManager.default.removeItem(atPath: temporary)
    }
}
