package import Attestation

/// Reads a whole log again and computes every hash: a pure function of its files, fed one by one.
///
/// Give the file of each of `paths` to `add(_:_:)` in their order until it returns false, then ask for ``report``.
package struct LogAudit: Sendable {
    /// A checkpoint that somebody kept.
    package struct Kept: Sendable, Hashable {
        /// Its name, for messages.
        package let name: String
        /// What it commits to.
        package let checkpoint: Checkpoint

        /// A kept checkpoint whose signature was checked.
        package init(name: String, checkpoint: Checkpoint) {
            self.name = name
            self.checkpoint = checkpoint
        }
    }

    /// The newest checkpoint.
    package let head: Checkpoint
    let kept: [Kept]
    /// The tree as the entries make it.
    private(set) var entries = TreeFrontier()
    /// The tree as the tiles of hashes make it.
    private(set) var hashes = TreeFrontier()
    /// The hash each entry of the present bundle has.
    private var leaves: [TreeHash] = []
    /// Hashes of complete subtrees by tile level, as the lowest tiles make them.
    private var rows: [Int: [TreeHash]] = [:]
    private var records: [RecordID: Int] = [:]
    /// The roots at the sizes of kept checkpoints, as the entries make them.
    private(set) var rootsAtKept: [Int: TreeHash] = [:]
    private(set) var findings = LogFindings()

    /// An audit.
    ///
    /// - Parameters:
    ///   - head: the newest checkpoint.
    ///   - kept: older ones that somebody kept.
    package init(head: Checkpoint, kept: [Kept] = []) {
        self.head = head
        self.kept = kept.sorted { $0.checkpoint.size < $1.checkpoint.size }
        rootsAtKept[0] = MerkleTree.emptyRoot
    }

    /// The files to read, in order: each bundle of entries with its tile, then the tiles above.
    package var paths: some Sequence<TilePath> & Sendable {
        let entries = TilePath.addedEntries(from: 0, to: head.size)
        let tiles = TilePath.added(from: 0, to: head.size)
        let (lowest, upper) = (tiles.prefix(entries.count), tiles.dropFirst(entries.count))
        return zip(entries, lowest).flatMap { [$0, $1] } + upper
    }

    /// Takes one file.
    ///
    /// - Parameters:
    ///   - path: which.
    ///   - bytes: the file; nil when it is not there.
    /// - Returns: false when what follows cannot be computed.
    package mutating func add(_ path: TilePath, _ bytes: [UInt8]?) -> Bool {
        switch path.content {
        case .entries: addEntries(path, bytes)
        case .hashes(level: 0): addLeaves(path, bytes)
        case .hashes(let level): addRow(level, path, bytes)
        }
    }

    private mutating func addEntries(_ path: TilePath, _ bytes: [UInt8]?) -> Bool {
        let start = path.index * TilePath.fullWidth
        guard let bytes else {
            findings.missing(leaf: start, "\(path) is not there")
            return false
        }
        do {
            let bundle = try EntryBundle(bytes: bytes)
            leaves = []
            for (offset, entry) in bundle.entries.prefix(path.width).enumerated() {
                let leaf = MerkleTree.leafHash(entry)
                leaves.append(leaf)
                entries.append(leaf)
                read(entry, at: start + offset)
                rootsAtKept[entries.size] = isKept(entries.size) ? entries.root : nil
            }
            guard leaves.count == path.width else {
                findings.missing(leaf: start + leaves.count, "\(path) has \(leaves.count) of \(path.width) entries")
                return false
            }
            return true
        } catch {
            findings.missing(leaf: start, "\(path): \(error)")
            return false
        }
    }

    private func isKept(_ size: Int) -> Bool { kept.contains { $0.checkpoint.size == size } }

    /// What an entry says must fit to the entries before it.
    private mutating func read(_ bytes: [UInt8], at index: Int) {
        guard let entry = try? LogEntry(bytes: bytes) else { return findings.unread(index) }
        guard let id = entry.analysis else { return }
        if let previous = entry.previous, records[id] != Int(exactly: previous) {
            findings.misplaced(index, "it names entry \(previous) as the one before it, which is not so")
        }
        records[id] = index
    }

    private mutating func addLeaves(_ path: TilePath, _ bytes: [UInt8]?) -> Bool {
        let start = path.index * TilePath.fullWidth
        guard let tile = bytes.flatMap({ HashTile(bytes: $0) }), tile.hashes.count >= path.width else {
            findings.tile("\(path) is not there, or is no tile of \(path.width) hashes")
            return true
        }
        for (offset, hash) in tile.hashes.prefix(path.width).enumerated() {
            if hash != leaves[offset] { findings.differs(leaf: start + offset) }
            for node in hashes.append(hash) where node.level > 0 && node.level.isMultiple(of: 8) {
                rows[node.level / 8, default: []].append(node.hash)
            }
        }
        return true
    }

    private mutating func addRow(_ level: Int, _ path: TilePath, _ bytes: [UInt8]?) -> Bool {
        let start = path.index * TilePath.fullWidth
        guard let tile = bytes.flatMap({ HashTile(bytes: $0) }), tile.hashes.count >= path.width else {
            findings.tile("\(path) is not there, or is no tile of \(path.width) hashes")
            return true
        }
        let row = rows[level] ?? []
        for (offset, hash) in tile.hashes.prefix(path.width).enumerated()
        where start + offset < row.count && hash != row[start + offset] {
            findings.subtree(leaves: (start + offset) << (8 * level)..<(start + offset + 1) << (8 * level))
        }
        return true
    }
}

/// What was found wrong; the first of each kind.
struct LogFindings: Sendable {
    private(set) var missing: (leaf: Int, reason: String)?
    /// The first entry that is not what its tile says.
    private(set) var differing: Int?
    private(set) var tiles: [String] = []
    /// The leaves of the first upper hash that is not what the hashes below it make.
    private(set) var subtree: Range<Int>?
    private(set) var misplaced: (leaf: Int, reason: String)?
    private(set) var unread: [Int] = []

    mutating func missing(leaf: Int, _ reason: String) { if missing == nil { missing = (leaf, reason) } }
    mutating func differs(leaf: Int) { if differing == nil { differing = leaf } }
    mutating func tile(_ reason: String) { tiles.append(reason) }
    mutating func subtree(leaves: Range<Int>) { if subtree == nil { subtree = leaves } }
    mutating func misplaced(_ leaf: Int, _ reason: String) { if misplaced == nil { misplaced = (leaf, reason) } }
    mutating func unread(_ leaf: Int) { unread.append(leaf) }
}
