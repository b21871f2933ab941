import Attestation
import Documents
import Testing

@testable import Provenance

@Suite("Reading records back")
struct ReadingTests {
    private static func payload(_ manifest: ReproducibilityManifest) -> [UInt8] {
        StatementRendering(manifest).bytes(crate: SHA256Digest(of: CrateRendering(manifest).bytes))
    }

    @Test("A statement and its crate are read as they were written, and agree", arguments: Samples.all)
    func roundTrip(_ sample: Samples.Sample) throws {
        let manifest = sample.manifest
        let record = try SignedRecord(payload: Self.payload(manifest))
        let crate = try CrateDocument(bytes: CrateRendering(manifest).bytes)
        #expect(record.crate == SHA256Digest(of: CrateRendering(manifest).bytes))
        #expect(record.subjects.dropFirst().map(\.digest) == manifest.outputs.map(\.digest))
        #expect(crate.outputs.map(\.path) == manifest.outputs.map { "outputs/" + $0.path })
        #expect(crate.disagreements(with: record).isEmpty)
        #expect(record.parameters == manifest.program.parameters)
        #expect(record.unknown == manifest.unknownFacts)
        #expect(record.recipe == manifest.recipe)
        #expect(record.cachedFrom == manifest.cacheOrigin?.record)
        #expect(record.replayOf == manifest.replayOf)
        #expect(record.finishedOn == manifest.ending.finishedAt)
        #expect(record.facts["gpu.driver"] == manifest.hardware.gpuDriver)
        #expect(record.choices.keys.contains("command") == (manifest.program.command != nil))
        #expect(record.state == manifest.ending.state.rawValue)
    }

    @Test("Two files whose names differ only in how an accent is written stay two files")
    func accents() throws {
        var manifest = Samples.published
        manifest.outputs = [Samples.output("\u{e9}.txt", nil), Samples.output("e\u{301}.txt", nil)]
        let record = try SignedRecord(payload: Self.payload(manifest))
        let crate = try CrateDocument(bytes: CrateRendering(manifest).bytes)
        #expect(record.subjects.count == 3)
        #expect(crate.outputs.count == 2)
        #expect(crate.disagreements(with: record).isEmpty)
    }

    @Test("More than 1,000 outputs are compared by their list")
    func many() throws {
        var manifest = Samples.published
        manifest.outputs = (0..<1001).map { Samples.output("part-\($0)", nil) }
        let record = try SignedRecord(payload: Self.payload(manifest))
        #expect(try CrateDocument(bytes: CrateRendering(manifest).bytes).disagreements(with: record).isEmpty)
        manifest.outputs[700].digest = Samples.digest("other")
        #expect(try CrateDocument(bytes: CrateRendering(manifest).bytes).disagreements(with: record).count == 1)
    }

    @Test("A crate that tells another digest, more or less than was signed is named")
    func disagreement() throws {
        let record = try SignedRecord(payload: Self.payload(Samples.published))
        var other = Samples.published
        other.outputs[0].digest = Samples.digest("other")
        #expect(
            try Self.faults(other, record) == [
                "the digest of 'outputs/results/table.csv' is not the one that was signed"
            ]
        )
        other.outputs = [Samples.published.outputs[0]]
        #expect(try Self.faults(other, record) == ["it does not tell of 'outputs/results/sky.fits', which was signed"])
        other.outputs = Samples.published.outputs + [Samples.output("more", nil)]
        #expect(try Self.faults(other, record) == ["the digest of 'outputs/more' is not the one that was signed"])
    }

    private static func faults(_ manifest: ReproducibilityManifest, _ record: SignedRecord) throws -> [String] {
        try CrateDocument(bytes: CrateRendering(manifest).bytes).disagreements(with: record).map(\.message)
    }

    /// One change of a statement, and what is said of it.
    struct Change: CustomTestStringConvertible {
        let old: String
        let new: String
        let path: String
        var testDescription: String { "\(old) → \(new)" }

        init(_ old: String, _ new: String, _ path: String) { (self.old, self.new, self.path) = (old, new, path) }
    }

    @Test(
        "What does not belong in a statement is refused, by its path",
        arguments: [
            Change(
                #""externalParameters":{"#,
                #""externalParameters":{"account":"x","#,
                "/predicate/buildDefinition/externalParameters/account"
            ),
            Change(
                #""_type":"https://in-toto.io/Statement/v1""#,
                #""_type":"https://in-toto.io/Statement/v0.1""#,
                "/_type"
            ),
            Change(
                #""command":{"words""#,
                #""command":{"line":"x","words""#,
                "/predicate/buildDefinition/externalParameters/command"
            ),
            Change("slsa.dev/provenance/v1", "slsa.dev/provenance/v2", "/predicateType"),
            Change(#""name":"ro-crate-metadata.json""#, #""name":"other.json""#, "/subject"),
            Change(#""name":"outputs/results/sky.fits""#, #""name":"outputs/../../etc/passwd""#, "/subject/2"),
            Change(#""name":"outputs/results/sky.fits""#, #""name":"outputs/results/table.csv""#, "/subject/2"),
            Change(#""sha256":""#, #""sha256":"A"#, ""),
            Change(#""finishedOn":"2026"#, #""finishedOn":"x026"#, "/predicate/runDetails/metadata/finishedOn"),
            Change(#""_type":"#, #""_type":"","_type":"#, ""),
            Change(#"{"_type""#, #"{ "_type""#, ""),
        ]
    )
    func refused(_ change: Change) throws {
        let text = String(decoding: Self.payload(Samples.published), as: UTF8.self)
        let changed = text.replacing(change.old, with: change.new)
        #expect(changed != text)
        let fault = #expect(throws: RecordFault.self) { try SignedRecord(payload: Array(changed.utf8)) }
        if !change.path.isEmpty { #expect(fault?.path == change.path) }
    }

    @Test("A path stays below its folder by bytes")
    func paths() {
        for path in ["a", "a/b", "..a", "a/.b", "é/ü", "a\nb"] { #expect(RecordPaths.isBelow(path), "\(path)") }
        for path in ["", "/a", "a/", "a//b", "..", "a/../b", "./a", "a/./b", "../\u{301}a", "a\u{0}b"] {
            #expect(!RecordPaths.isBelow(path), "\(path)")
        }
    }
}
