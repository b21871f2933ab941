internal import COpenSSL

/// The arithmetic of append-only Merkle trees (RFC 6962 §2.1, RFC 9162 §2.1), on SHA-256.
///
/// A subtree is complete when it has 2^level leaves; it is named by its level (0 for a leaf) and its index among those of
/// its level. Sizes and indices are counts of leaves.
package enum MerkleTree {
    /// The hash of a leaf: `SHA-256(0x00 ‖ entry)`.
    ///
    /// - Parameter entry: the bytes of the log entry.
    /// - Returns: its hash.
    package static func leafHash(_ entry: some Sequence<UInt8>) -> TreeHash { hash([0] + Array(entry)) }

    /// The hash of an inner node: `SHA-256(0x01 ‖ left ‖ right)`.
    ///
    /// - Parameters:
    ///   - left: the hash of the older leaves.
    ///   - right: the hash of the newer leaves.
    /// - Returns: the hash over both.
    package static func nodeHash(_ left: TreeHash, _ right: TreeHash) -> TreeHash {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(1 + 2 * TreeHash.size)
        bytes.append(1)
        left.append(to: &bytes)
        right.append(to: &bytes)
        return hash(bytes)
    }

    /// The root of the tree without leaves: the SHA-256 of nothing.
    package static let emptyRoot = hash([])

    /// The root over some leaves.
    ///
    /// - Parameter leaves: their hashes, oldest first.
    /// - Returns: the root.
    package static func root(of leaves: some Sequence<TreeHash>) -> TreeHash {
        var frontier = TreeFrontier()
        for leaf in leaves { frontier.append(leaf) }
        return frontier.root
    }

    /// The largest power of two below a number that is at least 2: where RFC 6962 splits a tree.
    static func split(_ size: Int) -> Int { 1 << (Int.bitWidth - 1 - (size - 1).leadingZeroBitCount) }

    private static func hash(_ bytes: [UInt8]) -> TreeHash {
        var digest = [UInt8](repeating: 0, count: TreeHash.size)
        // Both buffers are arrays that outlive the call, and the digest is as long as SHA-256 writes.
        _ = unsafe EVP_Digest(bytes, bytes.count, &digest, nil, EVP_sha256(), nil)
        return TreeHash(digest)
    }
}

/// One complete subtree and its hash.
package struct TreeNode: Sendable, Hashable {
    /// It has 2^level leaves.
    package let level: Int
    /// Its place among those of its level, counted from 0.
    package let index: Int
    /// The hash over its leaves.
    package let hash: TreeHash
}
