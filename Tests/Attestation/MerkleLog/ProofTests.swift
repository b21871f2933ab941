import Attestation
import Testing

@Suite("Inclusion and consistency proofs (RFC 6962, RFC 9162)")
struct ProofTests {
    private static let tree = SampleTree(size: 130)
    /// The hash of each complete subtree, by level and index.
    private static let subtrees: [[TreeHash]] = (0...7).map { level in
        (0..<130 >> level).map { tree.subtree(level, $0) }
    }
    private static let roots = (0...130).map { tree.root(0..<$0) }
    private static let stranger = MerkleTree.leafHash("a stranger".utf8)

    /// Tells every node that is asked for; a test fails if one is not complete.
    private static func subtree(_ level: Int, _ index: Int) throws(Missing) -> TreeHash {
        guard level < subtrees.count, index < subtrees[level].count else { throw Missing(level: level, index: index) }
        return subtrees[level][index]
    }

    struct Missing: Error, Equatable {
        let (level, index): (Int, Int)
        static func == (left: Missing, right: Missing) -> Bool {
            (left.level, left.index) == (right.level, right.index)
        }
    }

    private static let sizes = Array(1...17) + [31, 32, 33, 64, 65, 130]

    @Test("each leaf is proven in each tree", arguments: Array(1...70) + [127, 128, 129, 130])
    func inclusion(size: Int) throws {
        for index in 0..<size {
            let proof = try #require(try InclusionProof.make(index: index, size: size, subtree: Self.subtree))
            #expect(throws: Never.self) { try proof.verify(leaf: Self.tree.leaves[index], root: Self.roots[size]) }
        }
        #expect(try InclusionProof.make(index: size, size: size, subtree: Self.subtree) == nil)
        #expect(try InclusionProof.make(index: -1, size: size, subtree: Self.subtree) == nil)
    }

    @Test("each tree is proven to have grown out of each smaller one", arguments: Array(0...70) + [127, 128, 129, 130])
    func consistency(size: Int) throws {
        for old in 0...size {
            let proof = try #require(try ConsistencyProof.make(from: old, to: size, subtree: Self.subtree))
            #expect(throws: Never.self) { try proof.verify(oldRoot: Self.roots[old], newRoot: Self.roots[size]) }
            if old == 0 || old == size { #expect(proof.hashes.isEmpty) }
        }
        #expect(try ConsistencyProof.make(from: size + 1, to: size, subtree: Self.subtree) == nil)
    }

    @Test("a proof about anything else is refused", arguments: sizes)
    func wrongInclusion(size: Int) throws {
        for index in stride(from: 0, to: size, by: size > 20 ? 9 : 1) {
            let proof = try #require(try InclusionProof.make(index: index, size: size, subtree: Self.subtree))
            let (leaf, root) = (Self.tree.leaves[index], Self.roots[size])
            for other in Self.variations(proof.hashes) {
                let wrong = InclusionProof(index: index, size: size, hashes: other)
                #expect(throws: TreeProofError.self) { try wrong.verify(leaf: leaf, root: root) }
            }
            for other in [index - 1, index + 1, index ^ 2, size, -1, Int.max] where other != index {
                let wrong = InclusionProof(index: other, size: size, hashes: proof.hashes)
                #expect(throws: TreeProofError.self) { try wrong.verify(leaf: leaf, root: root) }
            }
            #expect(throws: TreeProofError.self) { try proof.verify(leaf: Self.stranger, root: root) }
            #expect(throws: TreeProofError.self) { try proof.verify(leaf: leaf, root: Self.stranger) }
            #expect(throws: TreeProofError.self) { try proof.verify(leaf: leaf, root: Self.roots[size - 1]) }
        }
    }

    @Test("a rewritten log has no proof", arguments: sizes)
    func wrongConsistency(size: Int) throws {
        for old in stride(from: 1, to: size, by: size > 20 ? 9 : 1) {
            let proof = try #require(try ConsistencyProof.make(from: old, to: size, subtree: Self.subtree))
            let (oldRoot, newRoot) = (Self.roots[old], Self.roots[size])
            for other in Self.variations(proof.hashes) {
                let wrong = ConsistencyProof(oldSize: old, newSize: size, hashes: other)
                #expect(throws: TreeProofError.self) { try wrong.verify(oldRoot: oldRoot, newRoot: newRoot) }
            }
            #expect(throws: TreeProofError.self) { try proof.verify(oldRoot: Self.stranger, newRoot: newRoot) }
            #expect(throws: TreeProofError.self) { try proof.verify(oldRoot: oldRoot, newRoot: Self.stranger) }
            #expect(throws: TreeProofError.self) { try proof.verify(oldRoot: newRoot, newRoot: oldRoot) }
            let backwards = ConsistencyProof(oldSize: size, newSize: old, hashes: proof.hashes)
            #expect(throws: TreeProofError.self) { try backwards.verify(oldRoot: newRoot, newRoot: oldRoot) }
        }
    }

    /// A list of hashes, each time wrong in one way.
    private static func variations(_ hashes: [TreeHash]) -> [[TreeHash]] {
        var lists = [hashes + [stranger], [stranger] + hashes]
        if !hashes.isEmpty { lists += [Array(hashes.dropLast()), Array(hashes.dropFirst()), []] }
        for place in hashes.indices {
            var list = hashes
            list[place] = stranger
            lists.append(list)
        }
        for place in hashes.indices.dropLast() {
            var list = hashes
            list.swapAt(place, place + 1)
            lists.append(list)
        }
        return lists
    }

    @Test("a witness that has seen nothing needs the empty proof and the empty root")
    func emptyTree() throws {
        let proof = ConsistencyProof(oldSize: 0, newSize: 5, hashes: [])
        #expect(throws: Never.self) { try proof.verify(oldRoot: MerkleTree.emptyRoot, newRoot: Self.roots[5]) }
        #expect(throws: TreeProofError.oldRootDiffers(found: MerkleTree.emptyRoot, root: Self.stranger)) {
            try proof.verify(oldRoot: Self.stranger, newRoot: Self.roots[5])
        }
        #expect(throws: TreeProofError.tooLong(count: 1)) {
            try ConsistencyProof(oldSize: 0, newSize: 5, hashes: [Self.stranger])
                .verify(oldRoot: MerkleTree.emptyRoot, newRoot: Self.roots[5])
        }
        #expect(throws: TreeProofError.newRootDiffers(found: Self.roots[5], root: Self.stranger)) {
            try ConsistencyProof(oldSize: 5, newSize: 5, hashes: [])
                .verify(oldRoot: Self.roots[5], newRoot: Self.stranger)
        }
    }

    @Test("says which step failed")
    func reasons() throws {
        let proof = try #require(try InclusionProof.make(index: 3, size: 7, subtree: Self.subtree))
        #expect(throws: TreeProofError.leadsElsewhere(found: Self.roots[7], root: Self.stranger)) {
            try proof.verify(leaf: Self.tree.leaves[3], root: Self.stranger)
        }
        #expect(throws: TreeProofError.tooShort(count: 2)) {
            try InclusionProof(index: 3, size: 7, hashes: Array(proof.hashes.dropLast()))
                .verify(leaf: Self.tree.leaves[3], root: Self.roots[7])
        }
        #expect(throws: TreeProofError.tooLong(count: 4)) {
            try InclusionProof(index: 3, size: 7, hashes: proof.hashes + [Self.stranger])
                .verify(leaf: Self.tree.leaves[3], root: Self.roots[7])
        }
        #expect(throws: TreeProofError.noSuchLeaf(index: 7, size: 7)) {
            try InclusionProof(index: 7, size: 7, hashes: []).verify(leaf: Self.stranger, root: Self.roots[7])
        }
        #expect(throws: TreeProofError.sizes(old: 8, new: 7)) {
            try ConsistencyProof(oldSize: 8, newSize: 7, hashes: [])
                .verify(oldRoot: Self.roots[8], newRoot: Self.roots[7])
        }
    }

    @Test("what the store throws is thrown on")
    func passesErrorsOn() {
        #expect(throws: Missing(level: 7, index: 1)) {
            try InclusionProof.make(index: 0, size: 256, subtree: Self.subtree)
        }
    }

    @Test("no sizes and no hashes trap the verifiers", arguments: [1, 2] as [UInt64])
    func survivesNoise(seed: UInt64) {
        var noise = Noise(seed: seed)
        let numbers = [Int.min, -1, 0, 1, 2, 3, 7, 8, 1 << 62, Int.max - 1, Int.max]
        for _ in 0..<Noise.rounds {
            let count = Int.random(in: 0...70, using: &noise)
            let hashes = Array(repeating: Self.stranger, count: count)
            let (first, second) = (numbers.randomElement(using: &noise) ?? 0, numbers.randomElement(using: &noise) ?? 0)
            #expect(throws: TreeProofError.self) {
                try InclusionProof(index: first, size: second, hashes: hashes)
                    .verify(leaf: Self.roots[5], root: Self.roots[6])
            }
            #expect(throws: TreeProofError.self) {
                try ConsistencyProof(oldSize: first, newSize: second, hashes: hashes)
                    .verify(oldRoot: Self.roots[5], newRoot: Self.roots[6])
            }
        }
    }
}
