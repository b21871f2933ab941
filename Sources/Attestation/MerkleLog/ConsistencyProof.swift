/// Shows that a tree begins with all leaves of an older one, unchanged (RFC 6962 §2.1.2, RFC 9162 §2.1.4).
package struct ConsistencyProof: Sendable, Hashable {
    /// The leaves of the older tree.
    package let oldSize: Int
    /// The leaves of the newer tree.
    package let newSize: Int
    /// In the order of RFC 6962; empty when the older tree is empty or the same.
    package let hashes: [TreeHash]

    /// A proof that came from somewhere; nothing is believed of it until ``verify(oldRoot:newRoot:)``.
    ///
    /// - Parameters:
    ///   - oldSize: the leaves of the older tree.
    ///   - newSize: the leaves of the newer tree.
    ///   - hashes: in the order of RFC 6962.
    package init(oldSize: Int, newSize: Int, hashes: [TreeHash]) {
        self.oldSize = oldSize
        self.newSize = newSize
        self.hashes = hashes
    }

    /// Makes a proof.
    ///
    /// - Parameters:
    ///   - oldSize: the leaves of the older tree; 0 is legal, as for a witness that has seen nothing yet.
    ///   - newSize: the leaves of the newer tree.
    ///   - subtree: the hash of the complete subtree at a level and an index; asked for about log₂ of the size.
    /// - Returns: the proof; nil when the older tree is the larger one.
    /// - Throws: what `subtree` throws.
    package static func make<Failure: Error>(
        from oldSize: Int,
        to newSize: Int,
        subtree: (_ level: Int, _ index: Int) throws(Failure) -> TreeHash
    ) throws(Failure) -> ConsistencyProof? {
        guard oldSize >= 0, oldSize <= newSize else { return nil }
        guard oldSize > 0, oldSize < newSize else { return Self(oldSize: oldSize, newSize: newSize, hashes: []) }
        var range = 0..<newSize
        var hashes: [TreeHash] = []
        while range.upperBound != oldSize {
            let middle = range.lowerBound + MerkleTree.split(range.count)
            let (left, right) = (range.lowerBound..<middle, middle..<range.upperBound)
            hashes.append(try rangeHash(oldSize <= middle ? right : left, subtree))
            range = oldSize <= middle ? left : right
        }
        // A subtree that begins the tree is the older root itself, which the verifier has.
        if range.lowerBound > 0 { hashes.append(try rangeHash(range, subtree)) }
        return Self(oldSize: oldSize, newSize: newSize, hashes: hashes.reversed())
    }

    /// Checks the proof (RFC 9162 §2.1.4.2).
    ///
    /// An older size of 0 needs the empty proof and the root of the empty tree.
    ///
    /// - Parameters:
    ///   - oldRoot: the root the caller kept or was shown earlier.
    ///   - newRoot: the root of the newer tree.
    /// - Throws: ``TreeProofError``.
    package func verify(oldRoot: TreeHash, newRoot: TreeHash) throws(TreeProofError) {
        guard oldSize >= 0, oldSize <= newSize else { throw .sizes(old: oldSize, new: newSize) }
        guard oldSize > 0, oldSize < newSize else { return try verifyWithoutHashes(oldRoot, newRoot) }
        var path = hashes[...]
        // The older tree is itself a node of the newer one: its root is where the path begins.
        if oldSize & (oldSize - 1) == 0 { path = [oldRoot] + path }
        guard let first = path.popFirst() else { throw .tooShort(count: 0) }
        var (node, last) = (oldSize - 1, newSize - 1)
        while node & 1 == 1 { (node, last) = (node >> 1, last >> 1) }
        var (old, new) = (first, first)
        for hash in path {
            guard last > 0 else { throw .tooLong(count: hashes.count) }
            if node & 1 == 1 || node == last {
                old = MerkleTree.nodeHash(hash, old)
                new = MerkleTree.nodeHash(hash, new)
                while node & 1 == 0, node != 0 { (node, last) = (node >> 1, last >> 1) }
            } else {
                new = MerkleTree.nodeHash(new, hash)
            }
            (node, last) = (node >> 1, last >> 1)
        }
        guard last == 0 else { throw .tooShort(count: hashes.count) }
        guard old == oldRoot else { throw .oldRootDiffers(found: old, root: oldRoot) }
        guard new == newRoot else { throw .newRootDiffers(found: new, root: newRoot) }
    }

    /// The older tree is empty or as large as the newer.
    private func verifyWithoutHashes(_ oldRoot: TreeHash, _ newRoot: TreeHash) throws(TreeProofError) {
        guard hashes.isEmpty else { throw .tooLong(count: hashes.count) }
        if oldSize == 0, oldRoot != MerkleTree.emptyRoot {
            throw .oldRootDiffers(found: MerkleTree.emptyRoot, root: oldRoot)
        }
        if oldSize == newSize, oldRoot != newRoot { throw .newRootDiffers(found: oldRoot, root: newRoot) }
    }
}
