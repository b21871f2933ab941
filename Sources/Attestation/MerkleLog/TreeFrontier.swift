/// The right edge of a tree: all that is needed to append to it and to know its root.
///
/// It holds one hash per complete subtree that the size is made of, so 20 for a million leaves.
package struct TreeFrontier: Sendable, Hashable {
    /// How many leaves the tree has.
    package private(set) var size: Int
    /// The complete subtrees from left to right: one for each 1 in the binary form of the size, the largest first.
    package private(set) var hashes: [TreeHash]

    /// The tree without leaves.
    package init() {
        size = 0
        hashes = []
    }

    /// The edge of a known tree; nil when the number of hashes is not that of the size.
    ///
    /// - Parameters:
    ///   - size: its leaves.
    ///   - hashes: its complete subtrees, the largest first.
    package init?(size: Int, hashes: [TreeHash]) {
        guard size >= 0, hashes.count == size.nonzeroBitCount else { return nil }
        self.size = size
        self.hashes = hashes
    }

    /// Reads a tree's edge from its complete subtrees.
    ///
    /// - Parameters:
    ///   - size: its leaves, not negative.
    ///   - subtree: the hash of the complete subtree at a level and an index.
    /// - Throws: what `subtree` throws.
    package init<Failure: Error>(
        size: Int,
        subtree: (_ level: Int, _ index: Int) throws(Failure) -> TreeHash
    ) throws(Failure) {
        self.size = max(size, 0)
        hashes = []
        for place in CompleteSubtrees(of: 0..<self.size) { hashes.append(try subtree(place.level, place.index)) }
    }

    /// The root (RFC 6962 §2.1).
    package var root: TreeHash {
        guard var root = hashes.last else { return MerkleTree.emptyRoot }
        for hash in hashes.dropLast().reversed() { root = MerkleTree.nodeHash(hash, root) }
        return root
    }

    /// Adds a leaf.
    ///
    /// - Parameter leaf: its hash.
    /// - Returns: the subtrees that this leaf completes, itself first.
    @discardableResult
    package mutating func append(_ leaf: TreeHash) -> [TreeNode] {
        var nodes = [TreeNode(level: 0, index: size, hash: leaf)]
        var (hash, rest) = (leaf, size)
        while rest & 1 == 1, let left = hashes.popLast() {
            hash = MerkleTree.nodeHash(left, hash)
            rest >>= 1
            nodes.append(TreeNode(level: nodes.count, index: rest, hash: hash))
        }
        hashes.append(hash)
        size += 1
        return nodes
    }

    /// The size in decimal and each hash in Base 64, with spaces between: one line.
    package var text: String { (["\(size)"] + hashes.map(\.base64)).joined(separator: " ") }

    /// Reads ``text``; nil for anything else.
    ///
    /// - Parameter text: the written form.
    package init?(text: String) {
        let words = text.utf8.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
        guard words.count <= Int.bitWidth, let size = words.first.flatMap({ Decimal.value($0) }) else { return nil }
        let hashes = words.dropFirst().compactMap { TreeHash(base64: $0) }
        guard hashes.count == words.count - 1 else { return nil }
        self.init(size: size, hashes: hashes)
    }
}

/// The complete subtrees a range of leaves is made of, the largest first.
///
/// The range must begin where a subtree at least as large as the range may begin, as every range in RFC 6962 does.
struct CompleteSubtrees: Sequence, IteratorProtocol {
    private var start: Int
    private let end: Int

    init(of range: Range<Int>) {
        start = range.lowerBound
        end = range.upperBound
    }

    mutating func next() -> (level: Int, index: Int)? {
        guard start < end else { return nil }
        let level = Int.bitWidth - 1 - (end - start).leadingZeroBitCount
        defer { start += 1 << level }
        return (level, start >> level)
    }
}

/// Counts as C2SP writes them: decimal ASCII digits without leading zeros.
enum Decimal {
    /// The number; nil for anything else, and for one that does not fit.
    static func value(_ text: some Collection<UInt8>) -> Int? {
        guard (1...19).contains(text.count), text.allSatisfy({ (48...57).contains($0) }) else { return nil }
        guard text.count == 1 || text.first != 48 else { return nil }
        return Int(String(decoding: text, as: UTF8.self))
    }
}
