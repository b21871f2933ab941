import Attestation
import Testing

@Suite("Merkle trees (RFC 6962)")
struct MerkleTreeTests {
    private static let inputs = [
        "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f",
    ]
    private static let roots = [
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ]

    @Test("the roots of the reference trees", arguments: 0...8)
    func roots(size: Int) {
        let leaves = Self.inputs.prefix(size).map { MerkleTree.leafHash(bytes($0)) }
        #expect(MerkleTree.root(of: leaves).hexadecimal == Self.roots[size])
    }

    @Test("a hash is read back from its bytes and its text, and from nothing else")
    func hashText() throws {
        let hash = MerkleTree.leafHash([1, 2, 3])
        #expect(TreeHash(bytes: hash.bytes) == hash)
        #expect(TreeHash(base64: hash.base64.utf8) == hash)
        #expect(hash.base64.utf8.count == 44)
        #expect(SHA256Digest(bytes: hash.bytes)?.hexadecimal == hash.hexadecimal)
        #expect(TreeHash(bytes: hash.bytes.dropLast()) == nil)
        #expect(TreeHash(base64: (hash.base64.dropLast(2) + "==").utf8) == nil)
        #expect(Set([hash, MerkleTree.leafHash([1, 2, 3]), MerkleTree.emptyRoot]).count == 2)
    }

    @Test("the right edge knows the root that the definition gives, at every size")
    func frontier() throws {
        let tree = SampleTree(size: 130)
        var frontier = TreeFrontier()
        for size in 0...130 {
            #expect(frontier.size == size)
            #expect(frontier.root == tree.root(0..<size))
            #expect(frontier.hashes.count == size.nonzeroBitCount)
            #expect(TreeFrontier(text: frontier.text) == frontier)
            #expect(TreeFrontier(size: size, hashes: frontier.hashes) == frontier)
            #expect(TreeFrontier(size: size) { level, index in tree.subtree(level, index) } == frontier)
            guard size < 130 else { continue }
            for node in frontier.append(tree.leaves[size]) {
                #expect(node.hash == tree.subtree(node.level, node.index))
                #expect((node.index + 1) << node.level == size + 1)
            }
        }
    }

    @Test("every complete subtree is told once, by the leaf that completes it")
    func completedSubtrees() {
        let tree = SampleTree(size: 100)
        var frontier = TreeFrontier()
        var found: [Int: Int] = [:]
        for leaf in tree.leaves { for node in frontier.append(leaf) { found[node.level, default: 0] += 1 } }
        #expect(found == [0: 100, 1: 50, 2: 25, 3: 12, 4: 6, 5: 3, 6: 1])
    }

    @Test("appending to a tree of a million leaves touches twenty hashes, not a million")
    func largeTree() throws {
        let hash = MerkleTree.leafHash([])
        var frontier = try #require(TreeFrontier(size: 1_048_575, hashes: Array(repeating: hash, count: 20)))
        #expect(frontier.append(hash).count == 21)
        #expect(frontier.hashes.count == 1)
        #expect(frontier.size == 1_048_576)
    }

    @Test(
        "an edge is read only in its one written form",
        arguments: [
            "", "1", "-1", "00", "0 ", " 0", "x", "2 47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU= y", "0 47DEQ",
        ]
    )
    func refusesEdges(text: String) { #expect(TreeFrontier(text: text) == nil) }

    @Test("no text that is like an edge traps", arguments: [1, 2] as [UInt64])
    func survivesNoise(seed: UInt64) {
        var noise = Noise(seed: seed)
        var frontier = TreeFrontier()
        for leaf in SampleTree(size: 11).leaves { frontier.append(leaf) }
        for _ in 0..<Noise.rounds {
            let text = String(decoding: noise.input(like: [Array(frontier.text.utf8)]), as: UTF8.self)
            guard let found = TreeFrontier(text: text) else { continue }
            #expect(found.text == text)
            _ = found.root
        }
    }
}

/// A tree whose hashes are made straight from the definition in RFC 6962 §2.1.
struct SampleTree {
    let leaves: [TreeHash]

    init(size: Int) { leaves = (0..<size).map { MerkleTree.leafHash("entry \($0)".utf8) } }

    func root(_ range: Range<Int>) -> TreeHash {
        switch range.count {
        case 0: return MerkleTree.emptyRoot
        case 1: return leaves[range.lowerBound]
        default:
            var split = 1
            while split * 2 < range.count { split *= 2 }
            let middle = range.lowerBound + split
            return MerkleTree.nodeHash(root(range.lowerBound..<middle), root(middle..<range.upperBound))
        }
    }

    func subtree(_ level: Int, _ index: Int) -> TreeHash { root(index << level..<(index + 1) << level) }
}
