import Attestation
import Foundation
import Testing

@testable import Provenance

@Suite("Archives")
struct ArchiveTests {
    private static let tags: [(name: String, bytes: [UInt8])] = [
        ("manifest.dsse.json", Array("{}".utf8)), ("manifest.tlog-proof", Array("c2sp.org/tlog-proof@v1\n".utf8)),
    ]

    /// The archive of a record whose outputs and logs hold their own names.
    private static func archive(_ manifest: ReproducibilityManifest) throws -> (bytes: [UInt8], expected: Int64) {
        let bag = BagRendering(manifest, tags: tags)
        var archive = ZipArchive()
        var bytes: [UInt8] = []
        for entry in bag.entries {
            bytes += try archive.begin(bag.folder + "/" + entry.path, size: entry.content.size)
            let content = Self.bytes(entry)
            // In pieces, as they come from a disk.
            for start in stride(from: 0, to: content.count, by: 7) {
                let piece = content[start..<min(start + 7, content.count)]
                try archive.append(piece)
                bytes += piece
            }
            bytes += try archive.end()
        }
        let size = ZipArchive.size(of: bag.entries.map { (bag.folder + "/" + $0.path, $0.content.size) })
        return (bytes + (try archive.finish()), size)
    }

    private static func bytes(_ entry: BagRendering.Entry) -> [UInt8] {
        switch entry.content {
        case .bytes(let bytes): bytes
        case .artifact: Array(entry.path.utf8.dropFirst(entry.path.hasPrefix("data/logs/") ? 10 : 13))
        }
    }

    private struct Reading: Decodable {
        let names: [String]
        let dates: Int
    }

    @Test(
        "bagit, unzip and sha256sum accept the archive of every record",
        .enabled(if: PublicTool.python != nil),
        arguments: Samples.all
    )
    func bag(_ sample: Samples.Sample) async throws {
        let scratch = try ScratchFolder()
        var manifest = sample.manifest
        // RFC 8493 wants a percent sign in names escaped, which neither bagit 1.9 nor sha256sum undoes.
        // bagit takes the space at the end of a name for none.
        manifest.outputs.removeAll { $0.path.contains("%") || $0.path.hasSuffix(" ") }
        let (bytes, expected) = try Self.archive(manifest)
        #expect(Int64(bytes.count) == expected)
        let path = scratch.path + "/archive.zip"
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        let reading: Reading = try await PublicTool.json(
            "check_archive.py",
            [path, scratch.path + "/unpacked"],
            in: scratch
        )
        let bag = BagRendering(manifest, tags: Self.tags)
        #expect(reading.names == bag.entries.map { bag.folder + "/" + $0.path })
        #expect(reading.dates == 1)
    }

    @Test("The bag's list escapes line breaks and the percent sign, and nothing else")
    func names() throws {
        var manifest = Samples.failed
        manifest.outputs = [Samples.output("a%41\r\n\"b\\", nil)]
        let entries = BagRendering(manifest, tags: []).entries
        let list = try #require(entries.first { $0.path == "manifest-sha256.txt" })
        #expect(String(decoding: Self.bytes(list), as: UTF8.self).contains("  data/outputs/a%2541%0D%0A\"b\\\n"))
    }

    @Test("Names that lead out, stand twice or are too long are refused, and so is another size")
    func refused() throws {
        var archive = ZipArchive()
        for name in ["", "/a", "../a", "a/../b", String(repeating: "a", count: 65_536)] {
            #expect(throws: ZipArchive.Failure.self) { try archive.begin(name, size: 0) }
        }
        _ = try archive.begin("a", size: 2)
        #expect(throws: ZipArchive.Failure.order) { try archive.begin("b", size: 0) }
        try archive.append([1])
        #expect(throws: ZipArchive.Failure.size("a", expected: 2, found: 1)) { try archive.end() }
        try archive.append([2])
        #expect(throws: ZipArchive.Failure.self) { try archive.append([3]) }
        var other = ZipArchive()
        _ = try other.file("a", [1])
        #expect(throws: ZipArchive.Failure.name("a")) { try other.begin("a", size: 0) }
        _ = try other.finish()
        #expect(throws: ZipArchive.Failure.order) { try other.finish() }
    }

    @Test("The check sum is that of the specification, in any pieces")
    func checkSum() {
        var sum = CRC32()
        sum.update(Array("123456789".utf8)[...])
        #expect(sum.value == 0xcbf4_3926)
        let bytes = (0..<1000).map { UInt8(truncatingIfNeeded: $0 * 7) }
        var whole = CRC32()
        whole.update(bytes[...])
        for width in [1, 3, 8, 13, 999] {
            var pieces = CRC32()
            for start in stride(from: 0, to: 1000, by: width) { pieces.update(bytes[start..<min(start + width, 1000)]) }
            #expect(pieces.value == whole.value)
        }
    }

    /// The records of ZIP64, without the 4 GiB that make them necessary.
    @Test("Python and unzip read an archive with ZIP64's records", .enabled(if: PublicTool.python != nil))
    func long() async throws {
        let scratch = try ScratchFolder()
        let path = scratch.path + "/long.zip"
        var archive = ZipArchive(longFrom: 10)
        let files = [("short", "123"), ("long", String(repeating: "0", count: 1000)), ("last", "behind")]
        var bytes: [UInt8] = []
        for (name, text) in files { bytes += try archive.file(name, Array(text.utf8)) }
        bytes += try archive.finish()
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        let program = """
            import sys, zipfile
            file = zipfile.ZipFile(sys.argv[1])
            assert file.testzip() is None
            print([entry.file_size for entry in file.infolist()], file.read("last").decode())
            """
        let result = try await PublicTool.run(try #require(PublicTool.python), ["-c", program, path], in: scratch)
        #expect(result.output == "[3, 1000, 6] behind\n")
        let unzip = try await PublicTool.run("unzip", ["-tqq", path], in: scratch)
        #expect(unzip.status == 0, "\(unzip.output)")
    }

    @Test("The size of an archive beyond 4 GiB and beyond 65,535 entries is known before")
    func sizes() {
        let one = ZipArchive.size(of: [("a", 5 << 30)])
        // Local header 31 + 20, descriptor 24, directory 47 + 20, ends 56 + 20 + 22.
        #expect(one == (5 << 30) + 31 + 20 + 24 + 47 + 20 + 56 + 20 + 22)
        let many = ZipArchive.size(of: (0..<70_000).map { _ in ("a", 0) })
        #expect(many == 70_000 * (31 + 16 + 47) + 56 + 20 + 22)
    }
}
