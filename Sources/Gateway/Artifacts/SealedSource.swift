internal import CurlClient
internal import Foundation
internal import Synchronization

/// The bytes of a sealed file, each block compared with its digest once more before any of it leaves.
///
/// A file may wait for long between its sealing and its sending, on a disk that nobody watches.
final class SealedSource: Sendable {
    /// The file is not what was sealed any more.
    struct Changed: Error, CustomStringConvertible {
        let block: Int
        var description: String { "the block \(block) of the file has changed on the disk since it was written" }
    }

    private struct Block {
        var number = -1
        var bytes: [UInt8] = []
    }

    private let sealed: SealedArtifact
    private let handle: FileHandle
    private let latest = Mutex(Block())

    /// - Throws: file errors.
    init(_ sealed: SealedArtifact) throws {
        self.sealed = sealed
        handle = try FileHandle(forReadingFrom: URL(fileURLWithPath: sealed.path))
    }

    /// What an upload is made of.
    var bytes: ByteSource {
        ByteSource(byteCount: Int(sealed.artifact.size)) { [self] range in
            try await Task.blocking { try self.read(range) }
        }
    }

    /// The first bytes of a range: as many as lie in one block.
    private func read(_ range: Range<Int>) throws -> [UInt8] {
        try latest.withLock { latest in
            let number = range.lowerBound / BlockDigests.blockSize
            if latest.number != number { latest = try block(number) }
            let start = range.lowerBound - number * BlockDigests.blockSize
            guard start < latest.bytes.count else { throw Changed(block: number) }
            return Array(latest.bytes[start..<min(latest.bytes.count, start + range.count)])
        }
    }

    private func block(_ number: Int) throws -> Block {
        try handle.seek(toOffset: UInt64(number * BlockDigests.blockSize))
        let bytes = Array(try handle.read(upToCount: BlockDigests.blockSize) ?? Data())
        guard sealed.blocks.holds(bytes[...], number: number) else { throw Changed(block: number) }
        return Block(number: number, bytes: bytes)
    }
}
