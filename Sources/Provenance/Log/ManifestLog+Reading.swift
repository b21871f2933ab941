package import Attestation
package import Storage

extension ManifestLog {
    /// The newest signed checkpoint; nil for an empty log.
    package func checkpoint(on connection: any StorageConnection) throws -> String? {
        try ManifestLogStore.tree(origin, on: connection)?.checkpoint
    }

    /// How many entries there are.
    package func size(on connection: any StorageConnection) throws -> Int {
        try ManifestLogStore.tree(origin, on: connection)?.frontier.size ?? 0
    }

    /// The proof that an entry is in the log, in the tree that ends with it: the same bytes at all times.
    ///
    /// Its extra data are the entry itself, so that the proof file alone suffices.
    ///
    /// - Returns: nil when there is no such entry.
    /// - Throws: storage errors, ``LogFault``.
    package func proof(of position: Int, on connection: any StorageConnection) throws -> LogProof? {
        guard let stored = try ManifestLogStore.entries(origin: origin, position..<position + 1, on: connection).first,
            let inclusion = try InclusionProof.make(
                index: position,
                size: position + 1,
                subtree: { try subtree(level: $0, index: $1, on: connection) }
            )
        else { return nil }
        do {
            return LogProof(
                extra: stored.entry,
                inclusion: inclusion,
                checkpoint: try SignedNote(note: stored.checkpoint.utf8)
            )
        } catch {
            throw LogFault.damaged("\(error)")
        }
    }

    /// The proof that the tree of one size is the beginning of the tree of another.
    ///
    /// - Returns: nil when the sizes are not `old <= new <=` what is there.
    /// - Throws: storage errors, ``LogFault``.
    package func consistency(
        from old: Int,
        to new: Int,
        on connection: any StorageConnection
    ) throws -> ConsistencyProof? {
        guard try new <= size(on: connection) else { return nil }
        return try ConsistencyProof.make(
            from: old,
            to: new,
            subtree: { try subtree(level: $0, index: $1, on: connection) }
        )
    }

    /// The root of the tree of the first so many entries.
    func root(at size: Int, on connection: any StorageConnection) throws -> TreeHash {
        try TreeFrontier(size: size, subtree: { try subtree(level: $0, index: $1, on: connection) }).root
    }

    /// A tile or a bundle of entries, as C2SP tlog-tiles serves it.
    ///
    /// - Returns: nil when the log does not reach so far.
    /// - Throws: storage errors, ``LogFault``.
    package func tile(_ path: TilePath, on connection: any StorageConnection) throws -> [UInt8]? {
        let start = path.index * TilePath.fullWidth
        let range = start..<start + path.width
        switch path.content {
        case .hashes(let level):
            let hashes = try ManifestLogStore.hashes(origin: origin, level: level, range, on: connection)
            return hashes.count == path.width ? HashTile(hashes: hashes)?.bytes : nil
        case .entries:
            let entries = try ManifestLogStore.entries(origin: origin, range, on: connection).map(\.entry)
            guard entries.count == path.width else { return nil }
            do { return try EntryBundle(entries: entries).bytes } catch { throw LogFault.damaged("\(error)") }
        }
    }

    /// The hash of a complete subtree of `2^level` leaves.
    private func subtree(level: Int, index: Int, on connection: any StorageConnection) throws -> TreeHash {
        let (tileLevel, inner) = (level / 8, level % 8)
        let range = index << inner..<(index + 1) << inner
        let hashes = try ManifestLogStore.hashes(origin: origin, level: tileLevel, range, on: connection)
        guard hashes.count == range.count else { throw LogFault.damaged("hashes of level \(tileLevel) are missing") }
        return MerkleTree.root(of: hashes)
    }
}
