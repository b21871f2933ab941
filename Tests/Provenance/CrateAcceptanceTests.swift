import Attestation
import Documents
import Foundation
import Testing

@testable import Provenance

/// Other people's tools read our crates.
@Suite("Crates before public tools", .enabled(if: PublicTool.python != nil))
struct CrateAcceptanceTests {
    private let scratch: ScratchFolder

    init() throws { scratch = try ScratchFolder() }

    private func issues(_ level: String, _ folders: [String]) async throws -> [String: [String]] {
        try await PublicTool.json("check_crates.py", [level] + folders, in: scratch)
    }

    @Test("The validator of the community accepts every crate", arguments: ["required", "recommended"])
    func valid(level: String) async throws {
        let folders = try Samples.all.map { try SampleFolder($0, below: scratch.path).path }
        let issues = try await issues(level, folders)
        #expect(issues.count == folders.count)
        for (folder, found) in issues {
            for issue in found { Issue.record("\(folder.split(separator: "/").last ?? ""): \(issue)") }
        }
    }

    /// So that the acceptance above means something.
    @Test("The validator refuses a crate with a file missing, a property misspelt or no instrument")
    func invalid() async throws {
        let sample = Samples.published
        let missing = try SampleFolder(.init("missing", sample), below: scratch.path)
        try FileManager.default.removeItem(atPath: missing.path + "/outputs/results/table.csv")
        let text = String(decoding: CrateRendering(sample).bytes, as: UTF8.self)
        let misspelt = try SampleFolder(.init("misspelt", sample), below: scratch.path)
        try misspelt.write(RecordPaths.crate, Array(text.replacing("contentSize", with: "contentSizes").utf8))
        let idle = try SampleFolder(.init("idle", sample), below: scratch.path)
        try idle.write(RecordPaths.crate, Array(text.replacing("\"instrument\"", with: "\"alternateName\"").utf8))
        let issues = try await issues("required", [missing.path, misspelt.path, idle.path])
        for (folder, found) in issues { #expect(!found.isEmpty, "\(folder.split(separator: "/").last ?? "")") }
    }

    private struct Reading: Decodable {
        let title: String
        let status: String
        let results: [String: String]
        let workflow: String
        let report: String
    }

    @Test("rocrate and runcrate read runs, slots and digests", arguments: Samples.all)
    func read(_ sample: Samples.Sample) async throws {
        let folder = try SampleFolder(sample, below: scratch.path)
        let reading: Reading = try await PublicTool.json("read_crate.py", [folder.path], in: scratch)
        let manifest = sample.manifest
        #expect(reading.title == manifest.publication?.title ?? "Record of job \(manifest.job.name)")
        #expect(
            reading.status.hasSuffix(
                manifest.ending.state == .completed ? "/CompletedActionStatus" : "/FailedActionStatus"
            )
        )
        if !manifest.outputs.isEmpty {
            let outputs = manifest.outputs.map { ($0.path, $0.digest.hexadecimal) }
            #expect(reading.results == Dictionary(uniqueKeysWithValues: outputs))
        }
        #expect(reading.workflow.hasPrefix(manifest.program.template.name))
        #expect(reading.report.contains("urn:uuid:\(manifest.id)"))
        for name in manifest.program.parameters.keys where name.utf8.allSatisfy({ $0 > 32 && $0 < 127 }) {
            #expect(reading.report.contains(name))
        }
    }
}
