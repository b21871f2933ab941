import Attestation
import Comparison
import Documents
import Testing

@testable import Provenance

/// Two runs beside each other: what differs, what it came to, and why.
@Suite("Verdicts")
struct RunVerdictTests {
    private func files(_ old: [String: String], _ new: [String: String]) async -> FolderComparison {
        func entries(_ files: [String: String]) -> [FolderEntry] {
            files.map { FolderEntry(path: $0.key, digest: SHA256Digest(of: $0.value.utf8), size: $0.value.utf8.count) }
        }
        return await FolderComparer().compare(entries(old), entries(new)) { entry in
            let all = old.values.map { $0 } + new.values.map { $0 }
            return Array((all.first { SHA256Digest(of: $0.utf8) == entry.digest } ?? "").utf8)
        }
    }

    private func judge(_ layers: [RunLayer], _ files: FolderComparison, _ end: Ending.State = .completed) -> RunVerdict
    {
        RunVerdict(.completed, end, layers: layers, files: files, count: (1, 1))
    }

    @Test("The same record has no differences, and another site is told by the environment alone")
    func layers() {
        let record = Samples.published
        #expect(RunLayer.all(record, record).allSatisfy { $0.differences.isEmpty })
        var moved = record
        moved.place.site = "elsewhere"
        moved.hardware.gpuDriver = nil
        let layers = RunLayer.all(record, moved)
        #expect(layers.filter { !$0.differences.isEmpty }.map(\.kind) == [.environment])
        #expect(layers.last?.differences.map(\.what) == ["GPU driver", "site"])
        #expect(layers.last?.differences.first?.old == "550.54" && layers.last?.differences.first?.new == nil)
    }

    @Test("The same bytes from another address are the same input; other bytes are not")
    func inputs() {
        let record = Samples.published
        var kept = record
        for index in kept.inputs.indices { kept.inputs[index].uri = "https://gw.example.org/api/v1/artifacts/x" }
        #expect(RunLayer.all(record, kept)[0].differences.isEmpty)
        kept.inputs[0].digest = .sha256(Samples.digest("other sky"))
        #expect(RunLayer.all(record, kept)[0].differences.map(\.what) == ["input data/sky.fits"])
    }

    @Test("A newer name or version of the same template bytes is no difference")
    func pinned() {
        let record = Samples.published
        var again = record
        again.program.template.version = "9.9.9"
        #expect(RunLayer.all(record, again)[1].differences.isEmpty)
        again.program.parameters["mode"] = "wide"
        #expect(RunLayer.all(record, again)[1].differences.map(\.what) == ["parameter mode"])
    }

    @Test("Results decide, and the layers explain")
    func verdicts() async {
        let same = RunLayer.all(Samples.published, Samples.published)
        var moved = Samples.published
        moved.place.site = "elsewhere"
        let elsewhere = RunLayer.all(Samples.published, moved)
        let equal = await files(["a": "1"], ["a": "1"])
        let other = await files(["a": "1"], ["a": "2"])
        #expect(judge(elsewhere, equal).verdict == .identical)
        #expect(judge(elsewhere, equal).sentence.contains("the environment is not: site."))
        #expect(judge(elsewhere, equal).reasons.isEmpty)
        #expect(judge(same, other).verdict == .different)
        #expect(judge(same, other).sentence.contains("does not always give the same"))
        var forked = Samples.published
        forked.inputs[0].digest = .sha256(Samples.digest("other sky"))
        let asked = judge(RunLayer.all(Samples.published, forked), other)
        #expect(asked.sentence.contains("What went in is not the same: input data/sky.fits."))
        #expect(asked.reasons.contains { $0.hasPrefix("input data/sky.fits was sha256:") })
        #expect(!judge(same, await files(["a": "1"], [:])).verdict.isReproduced)
    }

    @Test("What did not complete, or has no results, is not compared")
    func obstacles() async {
        let none = await files([:], [:])
        for state in [Ending.State.failed, .cancelled, .timedOut] {
            let found = judge([], none, state)
            #expect(found.verdict.name == "not-compared" && found.sentence.contains(state.rawValue))
        }
        let empty = RunVerdict(.completed, .completed, layers: [], files: none, count: (0, 0))
        #expect(empty.verdict.name == "not-compared" && empty.sentence.contains("neither run has results"))
    }

    @Test("Tolerances stand in the template, and what cannot be read compares exactly and says so")
    func rules() {
        let head = "{{! summary: x }}\n"
        let text =
            head
            + "{{! comparison: [{\"match\": \"*.csv\", \"columns\": {\"flux\": {\"absolute\": 0.001} } }] }}\n#!/bin/bash"
        #expect(TemplateRules(text).rules.rules(for: "a.csv").columnTolerances["flux"]?.absolute == 0.001)
        #expect(TemplateRules(head + "#!/bin/bash") == .none)
        for bad in ["[{match: x, tolerance: wide}]", "[{", "[{match: x, tolerence: {absolute: 1} }]", "hello"] {
            let rules = TemplateRules(head + "{{! comparison: \(bad) }}\n")
            guard case .unreadable = rules else {
                Issue.record("\(bad) was read")
                continue
            }
            #expect(rules.rules == .exact && rules.told.contains("compared exactly"))
        }
    }

    @Test("Shares are of what was tried, the most reproduced comes first")
    func shares() throws {
        func count(_ last: Int, _ replays: Int, _ compared: Int, _ reproduced: Int, _ forks: Int) throws
            -> ReproductionCount
        {
            let id = try #require(RecordID("0b54a2a6-8a0e-4a54-9f6d-3a0a9cd1b7e\(last)"))
            var count = ReproductionCount(record: id, title: "\(last)")
            (count.replays, count.compared, count.reproduced, count.forks) = (replays, compared, reproduced, forks)
            return count
        }
        let found = Reproducibility(
            analyses: 8,
            counts: [
                try count(1, 1, 1, 0, 0), try count(2, 5, 5, 4, 2), try count(3, 1, 0, 0, 0), try count(4, 0, 0, 0, 1),
            ]
        )
        #expect(found.tested == 2 && found.reproduced == 1 && found.reproducedShare == 0.5)
        #expect(found.forked == 2 && found.forkRate == 0.25)
        #expect(found.ranking.first?.title == "2")
        #expect(Reproducibility(analyses: 0, counts: []).forkRate == nil)
    }
}
