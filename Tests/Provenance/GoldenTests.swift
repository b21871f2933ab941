import Attestation
import Foundation
import Testing

@testable import Provenance

/// The same record is the same bytes for ever: signatures and `ETag`s rest on it.
@Suite("Documents, byte for byte")
struct GoldenTests {
    static let rewrites = ProcessInfo.processInfo.environment["FARFIELD_WRITE_FIXTURES"] == "1"

    private static func documents(_ manifest: ReproducibilityManifest) -> [(name: String, bytes: [UInt8])] {
        let crate = CrateRendering(manifest).bytes
        return [
            ("ro-crate-metadata.json", crate),
            ("statement.json", StatementRendering(manifest).bytes(crate: SHA256Digest(of: crate))),
            ("README.md", ReadmeRendering(manifest).bytes),
            ("manifest-sha256.txt", ChecksumList(manifest).bytes),
            ("datacite.json", DataCiteRendering(manifest).bytes),
            ("citation.bib", BibTeXRendering(manifest).bytes),
            ("page.html", LandingPage(manifest).bytes),
            ("links.txt", Array(SignpostingLinks(manifest).header.utf8)),
        ]
    }

    /// In the tree, so that they can be written there.
    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("Fixtures/golden")

    @Test("Every document is what it was", arguments: Samples.all)
    func same(_ sample: Samples.Sample) throws {
        let folder = Self.folder.appendingPathComponent(sample.name)
        for (name, bytes) in Self.documents(sample.manifest) {
            let file = folder.appendingPathComponent(name)
            if Self.rewrites {
                try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
                try Data(bytes).write(to: file)
            }
            let kept = try Array(Data(contentsOf: file))
            guard kept != bytes else { continue }
            let place = zip(kept, bytes).enumerated().first { $0.element.0 != $0.element.1 }?.offset
            Issue.record("\(sample.name)/\(name) differs from byte \(place ?? min(kept.count, bytes.count)) on")
        }
    }

    @Test("A status statement is what it was")
    func status() throws {
        let file = Self.folder.appendingPathComponent("status.json")
        if Self.rewrites { try Data(StatusTests.retracted.bytes).write(to: file) }
        #expect(try Array(Data(contentsOf: file)) == StatusTests.retracted.bytes)
    }
}
