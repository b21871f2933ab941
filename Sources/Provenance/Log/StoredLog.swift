internal import Attestation
internal import Storage

/// A log of this database as it is read: the one that grows, or one that was closed by naming another origin.
struct StoredLog: Sendable {
    /// The log's name.
    let origin: String

    /// How many entries there are.
    func size(on connection: any StorageConnection) throws -> Int {
        try ManifestLogStore.tree(origin, on: connection)?.frontier.size ?? 0
    }

    /// The proof that an entry is in the log, in the tree that ends with it: the same bytes at all times.
    ///
    /// - Returns: nil when there is no such entry.
    /// - Throws: storage errors, ``LogFault``.
    func proof(of position: Int, on connection: any StorageConnection) throws -> LogProof? {
        try proof(of: position, at: position + 1, adding: [], on: connection)
    }

    /// The proof that an entry is in the tree of the first so many entries.
    ///
    /// Its extra data are the entry itself, so that the proof file alone suffices.
    ///
    /// - Parameters:
    ///   - position: the entry.
    ///   - size: the tree.
    ///   - cosignatures: of witnesses, of that tree's checkpoint.
    ///   - connection: where it is read.
    /// - Returns: nil when there is no such entry, or no such tree.
    /// - Throws: storage errors, ``LogFault``.
    func proof(
        of position: Int,
        at size: Int,
        adding cosignatures: [NoteSignature],
        on connection: any StorageConnection
    ) throws -> LogProof? {
        guard var note = try checkpoint(of: size, on: connection),
            let inclusion = try InclusionProof.make(
                index: position,
                size: size,
                subtree: { try subtree(level: $0, index: $1, on: connection) }
            )
        else { return nil }
        let range = position..<position + 1
        let entry = try ManifestLogStore.entryBytes(origin: origin, range, on: connection).first
        for cosignature in cosignatures { note = note.adding(cosignature) }
        return LogProof(extra: entry, inclusion: inclusion, checkpoint: note)
    }

    /// The signed checkpoint of the tree of the first so many entries.
    ///
    /// - Returns: nil when there is no such tree.
    /// - Throws: storage errors, ``LogFault``.
    func checkpoint(of size: Int, on connection: any StorageConnection) throws -> SignedNote? {
        guard size > 0,
            let stored = try ManifestLogStore.entries(origin: origin, size - 1..<size, on: connection).first
        else { return nil }
        do { return try SignedNote(note: stored.checkpoint.utf8) } catch { throw LogFault.damaged("\(error)") }
    }

    /// The proof that the tree of one size is the beginning of the tree of another.
    ///
    /// - Returns: nil when the sizes are not `old <= new <=` what is there.
    /// - Throws: storage errors, ``LogFault``.
    func consistency(from old: Int, to new: Int, on connection: any StorageConnection) throws -> ConsistencyProof? {
        guard try new <= size(on: connection) else { return nil }
        return try ConsistencyProof.make(
            from: old,
            to: new,
            subtree: { try subtree(level: $0, index: $1, on: connection) }
        )
    }

    /// The right edge of the tree of the first so many entries, from the stored hashes.
    func frontier(at size: Int, on connection: any StorageConnection) throws -> TreeFrontier {
        try TreeFrontier(size: size, subtree: { try subtree(level: $0, index: $1, on: connection) })
    }

    /// A tile or a bundle of entries, as C2SP tlog-tiles serves it.
    ///
    /// - Returns: nil when the log does not reach so far.
    /// - Throws: storage errors, ``LogFault``.
    func tile(_ path: TilePath, on connection: any StorageConnection) throws -> [UInt8]? {
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
