import Attestation
import Testing

@Suite("Tiles and bundles (C2SP tlog-tiles)")
struct TileTests {
    @Test(
        "paths are written and read as C2SP writes them",
        arguments: [
            ("tile/0/000", TilePath(.hashes(level: 0), index: 0)),
            ("tile/1/x001/x234/067", TilePath(.hashes(level: 1), index: 1_234_067)),
            ("tile/0/x001/000.p/255", TilePath(.hashes(level: 0), index: 1000, width: 255)),
            ("tile/63/999.p/1", TilePath(.hashes(level: 63), index: 999, width: 1)),
            ("tile/entries/x001/x234/067", TilePath(.entries, index: 1_234_067)),
            ("tile/entries/000.p/7", TilePath(.entries, index: 0, width: 7)),
            ("tile/0/x009/x223/x372/x036/x854/x775/807", TilePath(.hashes(level: 0), index: .max)),
        ]
    )
    func paths(text: String, path: TilePath?) throws {
        #expect(try #require(path).text == text)
        #expect(TilePath(text: text) == path)
    }

    @Test(
        "any other path is refused",
        arguments: [
            "", "tile", "tile/0", "tile/0/", "tile//000", "tile/0/0", "tile/0/0000", "tile/0/x000/001",
            "tile/0/001/002",
            "tile/0/x001", "tile/00/000", "tile/64/000", "tile/-1/000", "tile/0/000.p/0", "tile/0/000.p/256",
            "tile/0/000.p/01", "tile/0/000.p", "tile/0/000.p/", "tile/0/000.p/1/", "/tile/0/000", "tile/0/000/",
            "tile/0/../000", "tile/0/X001/000", "tile/0/+01", "tile/entry/000", "tile/0/y001/000",
            "tile/0/x009/x223/x372/x036/x854/x775/808", "tile/0/٠٠٠", "tiles/0/000", "tile/0/000.q/1",
        ]
    )
    func refusesPaths(text: String) { #expect(TilePath(text: text) == nil) }

    @Test("a tree of 70,000 leaves has the tiles of the specification, one of 256 too")
    func widths() {
        func count(_ size: Int, level: Int) -> [Int] {
            let tiles = TilePath.added(from: 0, to: size).filter { $0.content == .hashes(level: level) }
            return [tiles.filter { $0.width == 256 }.count] + tiles.map(\.width).filter { $0 < 256 }
        }
        #expect(count(70_000, level: 0) == [273, 112])
        #expect(count(70_000, level: 1) == [1, 17])
        #expect(count(70_000, level: 2) == [0, 1])
        #expect(count(70_000, level: 3) == [0])
        #expect(count(256, level: 0) == [1])
        #expect(count(256, level: 1) == [0, 1])
        #expect(TilePath.addedEntries(from: 0, to: 70_000).map(\.width).reduce(0, +) == 70_000)
        #expect(TilePath.added(from: 0, to: 0).isEmpty)
    }

    @Test("growing a tree asks only for the tiles at its right edge")
    func growth() {
        #expect(TilePath.added(from: 70_000, to: 70_000).isEmpty)
        #expect(TilePath.added(from: 70_000, to: 70_001).map(\.text) == ["tile/0/273.p/113"])
        #expect(
            TilePath.added(from: 70_000, to: 70_144).map(\.text) == ["tile/0/273", "tile/1/001.p/18"]
        )
        #expect(TilePath.addedEntries(from: 255, to: 257).map(\.text) == ["tile/entries/000", "tile/entries/001.p/1"])
    }

    @Test("every complete subtree is found in the tile that holds it")
    func subtrees() throws {
        let size = 700
        let tree = SampleTree(size: size)
        var tiles: [String: HashTile] = [:]
        for path in TilePath.added(from: 0, to: size) {
            guard case .hashes(let level) = path.content else { continue }
            let hashes = (0..<path.width).map { tree.subtree(8 * level, path.index * 256 + $0) }
            let tile = try #require(HashTile(hashes: hashes))
            #expect(HashTile(bytes: tile.bytes) == tile)
            tiles[path.text] = tile
        }
        for level in 0...9 {
            for index in 0..<size >> level {
                let place = try #require(TilePath.holding(level: level, index: index, size: size))
                let tile = try #require(tiles[place.path.text])
                let hash = tile.subtree(level: place.level, index: place.index)
                #expect(hash == tree.subtree(level, index))
            }
            #expect(TilePath.holding(level: level, index: size >> level, size: size) == nil)
        }
        let proof = try #require(
            InclusionProof.make(index: 611, size: size) { level, index in
                TilePath.holding(level: level, index: index, size: size)
                    .flatMap { tiles[$0.path.text]?.subtree(level: $0.level, index: $0.index) }
                    ?? MerkleTree.emptyRoot
            }
        )
        #expect(throws: Never.self) { try proof.verify(leaf: tree.leaves[611], root: tree.root(0..<size)) }
    }

    @Test("a tile is 1 to 256 whole hashes")
    func tiles() {
        #expect(HashTile(bytes: []) == nil)
        #expect(HashTile(bytes: [UInt8](repeating: 0, count: 33)) == nil)
        #expect(HashTile(bytes: [UInt8](repeating: 0, count: 8192 + 32)) == nil)
        #expect(HashTile(bytes: [UInt8](repeating: 0, count: 8192))?.hashes.count == 256)
        let tile = HashTile(bytes: [UInt8](repeating: 0, count: 96))
        #expect(tile?.subtree(level: 1, index: 0) != nil)
        #expect(tile?.subtree(level: 1, index: 1) == nil)
        #expect(tile?.subtree(level: -1, index: 0) == nil)
        #expect(tile?.subtree(level: 9, index: 0) == nil)
        #expect(tile?.subtree(level: 0, index: -1) == nil)
        #expect(tile?.subtree(level: 0, index: .max) == nil)
    }

    @Test("entries are written behind their length and read back")
    func bundles() throws {
        let bundle = try EntryBundle(entries: [[], [7], Array(repeating: 9, count: 300)])
        #expect(bundle.bytes.prefix(7) == [0, 0, 0, 1, 7, 1, 0x2c])
        #expect(try EntryBundle(bytes: bundle.bytes) == bundle)
        let longest = try EntryBundle(entries: [Array(repeating: 1, count: 65_535)])
        #expect(try EntryBundle(bytes: longest.bytes) == longest)
    }

    @Test("a bundle that is not whole is refused")
    func refusesBundles() {
        #expect(throws: EntryBundleError.count(0)) { try EntryBundle(bytes: []) }
        #expect(throws: EntryBundleError.truncated(index: 0)) { try EntryBundle(bytes: [0]) }
        #expect(throws: EntryBundleError.truncated(index: 1)) { try EntryBundle(bytes: [0, 0, 0, 2, 1]) }
        #expect(throws: EntryBundleError.count(257)) { try EntryBundle(bytes: [UInt8](repeating: 0, count: 600)) }
        #expect(throws: EntryBundleError.tooLong(index: 1)) {
            try EntryBundle(entries: [[], Array(repeating: 1, count: 65_536)])
        }
    }

    @Test("no bytes trap the decoders, and each that is read is written the same", arguments: [1, 2] as [UInt64])
    func survivesNoise(seed: UInt64) throws {
        var noise = Noise(seed: seed)
        let paths = ["tile/0/x001/x234/067.p/8", "tile/entries/000"].map { Array($0.utf8) }
        let bundle = try EntryBundle(entries: [[1, 2, 3], [], [4]]).bytes
        let tile = [UInt8](repeating: 3, count: 96)
        for _ in 0..<Noise.rounds {
            let text = String(decoding: noise.input(like: paths), as: UTF8.self)
            if let path = TilePath(text: text) { #expect(path.text == text) }
            let entries = noise.input(like: [bundle])
            if let bundle = try? EntryBundle(bytes: entries) { #expect(bundle.bytes == entries) }
            let hashes = noise.input(like: [tile])
            if let tile = HashTile(bytes: hashes) { #expect(tile.bytes == hashes) }
        }
    }
}
