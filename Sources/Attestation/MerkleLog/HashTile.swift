/// The hashes of up to 256 neighbouring subtrees: C2SP tlog-tiles.
package struct HashTile: Sendable, Hashable {
    /// From left to right, 1 to 256.
    package let hashes: [TreeHash]

    /// A tile; nil when it is empty or has more than 256 hashes.
    ///
    /// - Parameter hashes: from left to right.
    package init?(hashes: [TreeHash]) {
        guard (1...TilePath.fullWidth).contains(hashes.count) else { return nil }
        self.hashes = hashes
    }

    /// Reads a tile; nil when it is not 1 to 256 whole hashes.
    ///
    /// - Parameter bytes: as served, 32 bytes per hash.
    package init?(bytes: [UInt8]) {
        guard bytes.count.isMultiple(of: TreeHash.size), bytes.count <= TilePath.fullWidth * TreeHash.size else {
            return nil
        }
        self.init(
            hashes: stride(from: 0, to: bytes.count, by: TreeHash.size).compactMap {
                TreeHash(bytes: bytes[$0..<$0 + TreeHash.size])
            }
        )
    }

    /// As served: 32 bytes per hash.
    package var bytes: [UInt8] { hashes.flatMap(\.bytes) }

    /// The hash of a complete subtree within the tile.
    ///
    /// - Parameters:
    ///   - level: 0 for one hash of the tile, 8 for the whole tile.
    ///   - index: its place among those of its level in this tile.
    /// - Returns: nil when the tile does not hold all of it.
    package func subtree(level: Int, index: Int) -> TreeHash? {
        guard (0...8).contains(level), (0..<TilePath.fullWidth >> level).contains(index) else { return nil }
        let start = index << level
        guard start + 1 << level <= hashes.count else { return nil }
        return MerkleTree.root(of: hashes[start..<start + 1 << level])
    }
}
