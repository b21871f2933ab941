internal import Attestation
internal import Synchronization

/// Why bytes of an artifact cannot be handed out.
enum ArtifactFault: Error, Sendable, Hashable {
    /// The store does not have it.
    case missing
    /// The bytes are not those of its digest; `offset` is where the wrong block begins.
    case damaged(offset: Int64)
    /// There is no list of block digests that can be trusted.
    case unlisted
}

/// Reads from any store, and hands out no byte that was not compared with its digest.
struct ArtifactReader: Sendable {
    let store: any ArtifactStore
    private let lists = BlockListCache()

    init(store: any ArtifactStore) { self.store = store }

    /// Reads a part.
    ///
    /// - Returns: the bytes, fewer at the end of the artifact.
    /// - Throws: ``ArtifactFault``, errors of the store.
    func read(_ record: ArtifactRecord, offset: Int64, length: Int) async throws -> [UInt8] {
        let size = record.artifact.size
        guard offset >= 0, length > 0, offset < size else { return [] }
        let blocks = try await trustedList(record)
        let part = offset..<min(size, offset + Int64(length))
        let cover = BlockDigests.cover(part, size: size)
        guard
            let bytes = try await store.read(
                record.artifact.digest,
                offset: cover.lowerBound,
                length: Int(cover.upperBound - cover.lowerBound)
            )
        else { throw ArtifactFault.missing }
        guard bytes.count == Int(cover.upperBound - cover.lowerBound) else {
            throw ArtifactFault.damaged(offset: cover.lowerBound + Int64(bytes.count))
        }
        for start in stride(from: 0, to: bytes.count, by: BlockDigests.blockSize) {
            let block = bytes[start..<min(bytes.count, start + BlockDigests.blockSize)]
            let place = cover.lowerBound + Int64(start)
            guard blocks.holds(block, number: Int(place / Int64(BlockDigests.blockSize))) else {
                throw ArtifactFault.damaged(offset: place)
            }
        }
        let first = Int(part.lowerBound - cover.lowerBound)
        return Array(bytes[first..<first + Int(part.upperBound - part.lowerBound)])
    }

    /// Reads everything.
    ///
    /// - Returns: digest and size of what lies there, and its block digests; nil when nothing does.
    func whole(_ digest: SHA256Digest) async throws -> (artifact: StoredArtifact, blocks: BlockDigests)? {
        var hash = ArtifactHash()
        while let bytes = try await store.read(digest, offset: hash.size, length: 4 * BlockDigests.blockSize) {
            if bytes.isEmpty { return hash.finish() }
            hash.update(bytes)
        }
        return nil
    }

    private func trustedList(_ record: ArtifactRecord) async throws -> BlockDigests {
        guard let expected = record.blockDigest else { throw ArtifactFault.unlisted }
        if let known = lists.list(expected) { return known }
        guard let bytes = try await store.blockList(of: record.artifact.digest) else { throw ArtifactFault.unlisted }
        let list = BlockDigests(bytes: bytes)
        guard list.digest == expected else { throw ArtifactFault.unlisted }
        lists.keep(list, as: expected)
        return list
    }
}

/// Lists of block digests that were compared with the database, up to 32 MiB of them.
private final class BlockListCache: Sendable {
    private struct Kept {
        var lists: [SHA256Digest: BlockDigests] = [:]
        var order: [SHA256Digest] = []
        var bytes = 0
    }

    private static let limit = 32 << 20
    private let kept = Mutex(Kept())

    func list(_ digest: SHA256Digest) -> BlockDigests? { kept.withLock { $0.lists[digest] } }

    func keep(_ list: BlockDigests, as digest: SHA256Digest) {
        guard list.bytes.count <= Self.limit else { return }
        kept.withLock { kept in
            guard kept.lists.updateValue(list, forKey: digest) == nil else { return }
            kept.order.append(digest)
            kept.bytes += list.bytes.count
            while kept.bytes > Self.limit, !kept.order.isEmpty {
                kept.bytes -= kept.lists.removeValue(forKey: kept.order.removeFirst())?.bytes.count ?? 0
            }
        }
    }
}
