internal import Attestation
internal import Storage

extension StoredLog {
    /// So many of the newest entries are hashed again at a start; older ones are checked by whoever replays the log.
    static let examinedEntries = 100_000
    /// Entries read at once.
    private static let page = 4096

    /// Hashes the entries again, and compares them with the stored hashes, the stored tree and what was signed last.
    ///
    /// - Parameters:
    ///   - signed: the newest checkpoint of the second place; nil when nothing is known there.
    ///   - limit: the most entries to hash.
    ///   - connection: where it is read.
    /// - Throws: ``LogFault``, storage errors.
    func examine(
        signed: Checkpoint?,
        limit: Int = examinedEntries,
        on connection: any StorageConnection
    ) throws {
        let stored = try ManifestLogStore.tree(origin, on: connection)?.frontier ?? TreeFrontier()
        if let signed, stored.size < signed.size { throw LogFault.behind(stored: stored.size, signed: signed.size) }
        // Where a tile begins, so that the hashes before it are those of complete tiles.
        let start = max(0, stored.size - limit) / TilePath.fullWidth * TilePath.fullWidth
        var frontier = try frontier(at: start, on: connection)
        while frontier.size < stored.size {
            let end = min(frontier.size + Self.page, stored.size)
            try hash(frontier.size..<end, into: &frontier, signed: signed, on: connection)
        }
        guard frontier == stored else { throw LogFault.damaged("the entries do not lead to its own root") }
        guard let signed else { return }
        // A tree before the entries that were hashed is known by the stored hashes alone.
        let root = signed.size <= start ? try self.frontier(at: signed.size, on: connection).root : nil
        if let root, root != signed.root { throw LogFault.forked(size: signed.size) }
    }

    /// Adds the leaves of some entries, each compared with its stored hash.
    private func hash(
        _ range: Range<Int>,
        into frontier: inout TreeFrontier,
        signed: Checkpoint?,
        on connection: any StorageConnection
    ) throws {
        let entries = try ManifestLogStore.entryBytes(origin: origin, range, on: connection)
        let hashes = try ManifestLogStore.hashes(origin: origin, level: 0, range, on: connection)
        guard entries.count == range.count, hashes.count == range.count else {
            throw LogFault.damaged("entries or hashes between \(range.lowerBound) and \(range.upperBound) are missing")
        }
        for (entry, hash) in zip(entries, hashes) {
            let leaf = MerkleTree.leafHash(entry)
            guard leaf == hash else { throw LogFault.damaged("entry \(frontier.size) is not the one that was signed") }
            try append(leaf, to: &frontier, on: connection)
            if let signed, frontier.size == signed.size, frontier.root != signed.root {
                throw LogFault.forked(size: signed.size)
            }
        }
    }

    private func append(
        _ leaf: TreeHash,
        to frontier: inout TreeFrontier,
        on connection: any StorageConnection
    ) throws {
        for node in frontier.append(leaf) where node.level > 0 && node.level % 8 == 0 {
            let (level, range) = (node.level / 8, node.index..<node.index + 1)
            let stored = try ManifestLogStore.hashes(origin: origin, level: level, range, on: connection)
            guard stored == [node.hash] else {
                throw LogFault.damaged("hash \(node.index) of tile level \(level) is not that of its entries")
            }
        }
    }
}
