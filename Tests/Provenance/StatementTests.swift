import Attestation
import Documents
import Foundation
import Testing

@testable import Provenance

@Suite("Statement of a record")
struct StatementTests {
    private static func statement(_ manifest: ReproducibilityManifest) throws -> JSONValue {
        let crate = SHA256Digest(of: CrateRendering(manifest).bytes)
        return try JSONValue(json: StatementRendering(manifest).bytes(crate: crate))
    }

    @Test("in-toto's and SLSA's schemas read every statement", .enabled(if: PublicTool.python != nil))
    func schemas() async throws {
        let scratch = try ScratchFolder()
        let paths = try Samples.all.map { sample in
            let crate = SHA256Digest(of: CrateRendering(sample.manifest).bytes)
            let path = "\(scratch.path)/\(sample.name).json"
            try Data(StatementRendering(sample.manifest).bytes(crate: crate)).write(to: URL(fileURLWithPath: path))
            return path
        }
        let count: Int = try await PublicTool.json("check_statements.py", paths, in: scratch)
        #expect(count == Samples.all.count)
    }

    @Test("Subjects are the crate and every output; beyond 1,000 outputs their list")
    func subjects() throws {
        var record = Samples.published
        record.outputs = (0..<1000).map { Samples.output("part-\($0)", nil) }
        let few = try #require(try Self.statement(record)["subject"]?.arrayValue)
        #expect(few.count == 1001)
        #expect(few[0]["name"] == "ro-crate-metadata.json")
        #expect(few[1]["name"] == "outputs/part-0")
        record.outputs.append(Samples.output("one more", nil))
        let many = try #require(try Self.statement(record)["subject"]?.arrayValue)
        #expect(many.map { $0["name"] } == ["ro-crate-metadata.json", "manifest-sha256.txt"])
        let list = SHA256Digest(of: ChecksumList(record).bytes).hexadecimal
        #expect(many[1]["digest"]?["sha256"] == .string(list))
    }

    @Test("Nothing in a statement is a number", arguments: Samples.all)
    func numbers(_ sample: Samples.Sample) throws {
        func hasNumber(_ value: JSONValue) -> Bool {
            switch value {
            case .number: true
            case .array(let elements): elements.contains(where: hasNumber)
            case .object(let members): members.values.contains(where: hasNumber)
            case .null, .boolean, .string: false
            }
        }
        #expect(try !hasNumber(Self.statement(sample.manifest)))
    }

    @Test("Once published, no document tells accounts, nodes or places of files")
    func hidden() throws {
        var record = Samples.published
        record.container = Container(image: "/home/ada/image.sqfs", kind: .squashFS)
        let crate = CrateRendering(record).bytes
        let documents = [
            crate, StatementRendering(record).bytes(crate: SHA256Digest(of: crate)), ReadmeRendering(record).bytes,
            LandingPage(record).bytes, DataCiteRendering(record).bytes, SchemaOrgRendering(record).bytes,
        ]
        for document in documents {
            let text = String(decoding: document, as: UTF8.self)
            for secret in ["TG-BIO1", "node[01", "/home/ada"] { #expect(!text.contains(secret)) }
        }
        record.publication = nil
        let own = try Self.statement(record)["predicate"]?["buildDefinition"]?["internalParameters"]
        #expect(own?["account"] == "TG-BIO1")
        #expect(own?["nodeList"] == "node[01-02]")
    }

    @Test("What nobody could tell is listed, and what a job cannot have is not")
    func unknown() throws {
        let failed = Samples.failed.unknownFacts
        for name in ["cpu.model", "gpu.driver", "slurmJobId", "exitCode", "startedOn", "script"] {
            #expect(failed.contains(name))
        }
        #expect(!failed.contains("finishedOn"))
        #expect(Samples.published.unknownFacts.isEmpty)
        #expect(!Samples.array.unknownFacts.contains { $0.hasPrefix("gpu") })
        let text = String(decoding: CrateRendering(Samples.failed).bytes, as: UTF8.self)
        #expect(text.contains("Not known: accounting, cluster, command"))
        #expect(!text.contains("\"\""))
    }
}
