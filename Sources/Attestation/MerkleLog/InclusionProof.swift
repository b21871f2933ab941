/// Shows that a tree has a certain leaf at a certain place (RFC 6962 §2.1.1, RFC 9162 §2.1.3).
package struct InclusionProof: Sendable, Hashable {
    /// The place of the leaf, counted from 0.
    package let index: Int
    /// The leaves of the tree.
    package let size: Int
    /// From the leaf's sibling up to the child of the root.
    package let hashes: [TreeHash]

    /// A proof that came from somewhere; nothing is believed of it until ``verify(leaf:root:)``.
    ///
    /// - Parameters:
    ///   - index: the place of the leaf.
    ///   - size: the leaves of the tree.
    ///   - hashes: from the leaf's sibling upwards.
    package init(index: Int, size: Int, hashes: [TreeHash]) {
        self.index = index
        self.size = size
        self.hashes = hashes
    }

    /// Makes a proof.
    ///
    /// - Parameters:
    ///   - index: the place of the leaf.
    ///   - size: the leaves of the tree.
    ///   - subtree: the hash of the complete subtree at a level and an index; asked for about log₂ of the size.
    /// - Returns: the proof; nil when the tree has no such leaf.
    /// - Throws: what `subtree` throws.
    package static func make<Failure: Error>(
        index: Int,
        size: Int,
        subtree: (_ level: Int, _ index: Int) throws(Failure) -> TreeHash
    ) throws(Failure) -> InclusionProof? {
        guard index >= 0, index < size else { return nil }
        var range = 0..<size
        var hashes: [TreeHash] = []
        while range.count > 1 {
            let middle = range.lowerBound + MerkleTree.split(range.count)
            let (left, right) = (range.lowerBound..<middle, middle..<range.upperBound)
            let sibling = index < middle ? right : left
            range = index < middle ? left : right
            hashes.append(try rangeHash(sibling, subtree))
        }
        return InclusionProof(index: index, size: size, hashes: hashes.reversed())
    }

    /// Checks the proof (RFC 9162 §2.1.3.2).
    ///
    /// - Parameters:
    ///   - leaf: the hash of the leaf, made by the caller from the entry itself.
    ///   - root: the root of the tree, from a checkpoint whose signature was checked.
    /// - Throws: ``TreeProofError``.
    package func verify(leaf: TreeHash, root: TreeHash) throws(TreeProofError) {
        guard index >= 0, index < size else { throw .noSuchLeaf(index: index, size: size) }
        var (node, last, hash) = (index, size - 1, leaf)
        for sibling in hashes {
            guard last > 0 else { throw .tooLong(count: hashes.count) }
            if node & 1 == 1 || node == last {
                hash = MerkleTree.nodeHash(sibling, hash)
                while node & 1 == 0, node != 0 { (node, last) = (node >> 1, last >> 1) }
            } else {
                hash = MerkleTree.nodeHash(hash, sibling)
            }
            (node, last) = (node >> 1, last >> 1)
        }
        guard last == 0 else { throw .tooShort(count: hashes.count) }
        guard hash == root else { throw .leadsElsewhere(found: hash, root: root) }
    }
}

/// The hash over a range of leaves as RFC 6962 cuts them: one complete subtree, or the right edge of the tree.
func rangeHash<Failure: Error>(
    _ range: Range<Int>,
    _ subtree: (_ level: Int, _ index: Int) throws(Failure) -> TreeHash
) throws(Failure) -> TreeHash {
    var hashes: [TreeHash] = []
    for place in CompleteSubtrees(of: range) { hashes.append(try subtree(place.level, place.index)) }
    guard var hash = hashes.popLast() else { return MerkleTree.emptyRoot }
    while let left = hashes.popLast() { hash = MerkleTree.nodeHash(left, hash) }
    return hash
}

/// Why a proof shows nothing.
package enum TreeProofError: Error, Hashable {
    /// The tree has no leaf of that index.
    case noSuchLeaf(index: Int, size: Int)
    /// The older tree is larger than the newer, or a size is negative.
    case sizes(old: Int, new: Int)
    /// The proof has fewer hashes than the sizes need.
    case tooShort(count: Int)
    /// The proof has more hashes than the sizes need.
    case tooLong(count: Int)
    /// The leaf, followed up the proof, leads to another root.
    case leadsElsewhere(found: TreeHash, root: TreeHash)
    /// The proof does not lead to the older root: what the older tree held is not what this proof is about.
    case oldRootDiffers(found: TreeHash, root: TreeHash)
    /// The proof does not lead to the newer root: the newer tree does not hold the older one unchanged.
    case newRootDiffers(found: TreeHash, root: TreeHash)
}

extension TreeProofError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .noSuchLeaf(let index, let size): "a tree of \(size) leaves has no leaf \(index)"
        case .sizes(let old, let new): "a tree of \(new) leaves cannot have grown out of one of \(old)"
        case .tooShort(let count): "the proof is too short: \(count) hashes"
        case .tooLong(let count): "the proof is too long: \(count) hashes"
        case .leadsElsewhere(let found, let root): "the proof leads to the root \(found), not to \(root)"
        case .oldRootDiffers(let found, let root):
            "the proof leads to the older root \(found), not to \(root): the older tree was another one"
        case .newRootDiffers(let found, let root):
            "the proof leads to the newer root \(found), not to \(root): the log was rewritten"
        }
    }
}
