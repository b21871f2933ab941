internal import Foundation
internal import Synchronization

/// An artifact under writing: a file in the folder of arrivals, and the digests of what was written.
///
/// Nothing stands under a final name before ``ArtifactLibrary/keep(_:)``.
package final class ArtifactWriter: Sendable {
    private struct State: ~Copyable {
        var hash = ArtifactHash()
        var isClosed = false
    }

    /// The file that is written.
    let path: String
    private let handle: FileHandle
    private let state: Mutex<State>

    /// Begins with an empty file.
    ///
    /// - Parameter path: the file to make.
    /// - Throws: file errors, such as a full disk.
    init(path: String) throws {
        self.path = path
        guard FileManager.default.createFile(atPath: path, contents: nil, attributes: [.posixPermissions: 0o600]) else {
            throw CocoaError(.fileWriteUnknown)
        }
        handle = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
        state = Mutex(State())
    }

    /// Goes on with a file, forgetting what lies behind a size.
    ///
    /// Everything before is read once, to know its digests.
    ///
    /// - Parameters:
    ///   - path: the file.
    ///   - size: how many of its bytes count.
    /// - Throws: file errors; when the file is shorter than that, too.
    init(resuming path: String, at size: Int64) throws {
        self.path = path
        handle = try FileHandle(forUpdating: URL(fileURLWithPath: path))
        var state = State()
        while state.hash.size < size {
            let wanted = Int(min(Int64(BlockDigests.blockSize), size - state.hash.size))
            guard let data = try handle.read(upToCount: wanted), !data.isEmpty else {
                throw CocoaError(.fileReadCorruptFile)
            }
            state.hash.update(Array(data))
        }
        try handle.truncate(atOffset: UInt64(size))
        try handle.seek(toOffset: UInt64(size))
        self.state = Mutex(state)
    }

    /// Bytes written so far.
    package var size: Int64 { state.withLock { $0.hash.size } }

    /// Adds bytes.
    ///
    /// - Parameter bytes: the next bytes.
    /// - Throws: file errors.
    package func write(_ bytes: [UInt8]) throws {
        try state.withLock { state in
            guard !state.isClosed else { throw CocoaError(.fileWriteUnknown) }
            try handle.write(contentsOf: Data(bytes))
            state.hash.update(bytes)
        }
    }

    /// Waits until everything written is on the disk.
    func synchronize() throws { try handle.synchronize() }

    /// Ends the writing: the bytes are on the disk and their digest is known.
    ///
    /// - Returns: the file, which waits for its name.
    /// - Throws: file errors.
    func seal() throws -> SealedArtifact {
        try state.withLock { state in
            guard !state.isClosed else { throw CocoaError(.fileWriteUnknown) }
            state.isClosed = true
            try handle.synchronize()
            try handle.close()
            var hash = ArtifactHash()
            swap(&hash, &state.hash)
            let (artifact, blocks) = hash.finish()
            return SealedArtifact(artifact: artifact, path: path, blocks: blocks)
        }
    }

    /// Closes the file and leaves it, to go on with it later.
    func leave() {
        state.withLock { state in
            state.isClosed = true
            try? handle.close()
        }
    }

    /// Forgets what was written.
    package func discard() {
        leave()
        try? FileManager.default.removeItem(atPath: path)
    }
}
