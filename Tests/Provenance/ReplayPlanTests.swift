import Attestation
import Documents
import Testing

@testable import Gateway
@testable import Provenance

/// How a job is run again, decided on values alone.
@Suite("Plans of replays")
struct ReplayPlanTests {
    private static let digest = SHA256Digest(of: "bytes".utf8)
    private static let template = SHA256Digest(of: "text".utf8).description

    private static func finished(
        _ manifest: String,
        inputs: [StagedInput] = [],
        text: String? = "text"
    ) throws -> FinishedJob {
        let manifest = try JobManifestReader.read(try Document(yaml: "name: x\ncommand: 'true'\n" + manifest))
        var random = SystemRandomNumberGenerator()
        let now = Timestamp(microseconds: 1_795_203_365_123_000)
        let admitted = Admission.Admitted(
            manifest: manifest,
            site: "a",
            isPersonal: false,
            script: "",
            scriptDigest: digest,
            templateDigest: template,
            templateText: text ?? ""
        )
        var job = admitted.job(
            id: JobID(at: now, random: &random),
            owner: "ada",
            stagedFirst: false,
            cache: nil,
            at: now
        )
        job.state = .completed
        return FinishedJob(
            job: job,
            manifest: manifest,
            templateText: text,
            node: nil,
            inputs: inputs,
            outputs: [],
            logs: [],
            keptUntil: nil,
            account: "TG-BIO1",
            recipe: nil
        )
    }

    private static func staged(_ source: String, _ kind: StagedInput.Kind = .bytes) -> StagedInput {
        StagedInput(
            position: 0,
            path: "in/x",
            source: source,
            kind: kind,
            digest: digest,
            size: 5,
            place: nil,
            seen: nil,
            isWritable: false,
            isExecutable: false
        )
    }

    private static func facts(
        _ finished: FinishedJob,
        isOwner: Bool = true,
        usable: Set<SHA256Digest> = [],
        today: String? = template,
        sites: [String] = ["a", "b"],
        status: RecordStatus? = nil,
        flags: [AnalysisFlag] = []
    ) -> ReplayFacts {
        ReplayFacts(
            finished: finished,
            isOwner: isOwner,
            usable: usable,
            templateToday: today,
            sites: sites,
            origin: "original",
            status: status,
            flags: flags
        )
    }

    private static func changes(site: String? = nil, inputs: [String: String] = [:]) -> ReplayChanges {
        var changes = ReplayChanges()
        (changes.site, changes.inputs) = (site, inputs)
        return changes
    }

    private func codes(_ plan: ReplayPlan, _ level: ReplayLine.Level) -> Set<String> {
        Set(plan.lines.filter { $0.level == level }.map(\.code))
    }

    /// One source of an input and what becomes of it.
    struct InputCase: CustomTestStringConvertible {
        let source: String
        let kind: StagedInput.Kind
        let isKept: Bool
        let isOwner: Bool
        let site: String?
        let code: String
        let becomes: String

        var testDescription: String { "\(source.prefix(20)) \(isKept ? "kept" : "not kept") \(site ?? "") → \(code)" }

        init(
            _ source: String,
            as kind: StagedInput.Kind = .bytes,
            kept: Bool = false,
            owner: Bool = true,
            site: String? = nil,
            _ code: String,
            _ becomes: String
        ) {
            (self.source, self.kind, isKept, isOwner) = (source, kind, kept, owner)
            (self.site, self.code, self.becomes) = (site, code, becomes)
        }
    }

    static let inputCases: [InputCase] = [
        InputCase("https://x.org/d?key=secret", kept: true, "input-kept", "artifact:\(digest)"),
        InputCase("https://x.org/d?key=secret", "input-fetched-again", "https://x.org/d?key=secret"),
        InputCase("https://x.org/d?key=secret", owner: false, "input-fetched-again", "https://x.org/d"),
        InputCase("s3://bucket/key", "input-fetched-again", "s3://bucket/key"),
        InputCase("artifact:\(digest)", kept: true, "input-kept", "artifact:\(digest)"),
        InputCase("artifact:\(digest)", "input-gone", "artifact:\(digest)"),
        InputCase("file:///data/x", as: .siteFile, "input-at-site", "file:///data/x"),
        InputCase("file:///data/x", as: .siteFile, site: "b", "input-at-other-site", "file:///data/x"),
        InputCase("file:///data/x", as: .siteFile, kept: true, site: "b", "input-kept", "artifact:\(digest)"),
        InputCase("file:///data/x/", as: .siteFolder, kept: true, "input-folder-not-pinned", "file:///data/x/"),
    ]

    @Test("refuse a new input that the gateway does not have, before anything runs")
    func missingInput() throws {
        let finished = try Self.finished("inputs: [{path: in/x, content: given}]", inputs: [])
        let changes = Self.changes(inputs: ["in/x": "artifact:\(Self.digest)"])
        #expect(codes(ReplayPlan(Self.facts(finished), changes), .block) == ["input-missing"])
        let plan = ReplayPlan(Self.facts(finished, usable: [Self.digest]), changes)
        #expect(codes(plan, .block).isEmpty && codes(plan, .ok).contains("input-changed"))
    }

    @Test("pin every input to its bytes, or say why that is not possible", arguments: inputCases)
    func inputs(_ example: InputCase) throws {
        let text = "inputs: [{path: in/x, source: '\(example.source)'}]"
        let finished = try Self.finished(text, inputs: [Self.staged(example.source, example.kind)])
        let usable: Set<SHA256Digest> = example.isKept ? [Self.digest] : []
        let plan = ReplayPlan(
            Self.facts(finished, isOwner: example.isOwner, usable: usable),
            Self.changes(site: example.site)
        )
        #expect(plan.lines.contains { $0.code == example.code }, "\(plan.lines.map(\.code))")
        let input = plan.manifest?["inputs"]?.arrayValue?.first
        #expect(input?["source"]?.stringValue == example.becomes)
        let isPinned = example.kind != .siteFolder
        #expect(input?["digest"]?.stringValue == (isPinned ? Self.digest.description : nil))
        #expect(plan.report.isPossible == (example.code != "input-gone"))
        #expect(plan.granted == (example.code == "input-kept" ? [Self.digest] : []))
        #expect(example.isOwner || !plan.lines.contains { $0.text.contains("secret") })
        if let manifest = plan.manifest { _ = try JobManifestReader.read(Document(manifest)) }
    }

    @Test("use the template of then, whatever stands in its place today")
    func templates() throws {
        let finished = try Self.finished("")
        #expect(codes(ReplayPlan(Self.facts(finished), ReplayChanges()), .ok).contains("template-same"))
        for today in ["sha256:other", nil] {
            let plan = ReplayPlan(Self.facts(finished, today: today), ReplayChanges())
            #expect(codes(plan, .warn) == ["template-newer"] && plan.report.isPossible)
            #expect(plan.templateText == "text")
        }
        let gone = ReplayPlan(Self.facts(try Self.finished("", text: nil)), ReplayChanges())
        #expect(codes(gone, .block) == ["template-gone"])
    }

    @Test("run where the original ran, else elsewhere with that site's defaults, and not on somebody else's account")
    func places() throws {
        let text = "site: a\npriority: 90\nresources: {partition: big, account: TG-1, qos: fast, memory: 2G}"
        let finished = try Self.finished(text)
        let same = ReplayPlan(Self.facts(finished), ReplayChanges())
        #expect(same.manifest?["site"] == "a" && same.manifest?["resources"]?["account"] == "TG-1")
        let moved = ReplayPlan(Self.facts(finished), Self.changes(site: "b"))
        #expect(moved.manifest?["site"] == "b" && moved.manifest?["resources"]?["partition"] == nil)
        #expect(moved.manifest?["resources"]?["memory"] != nil)
        #expect(codes(moved, .warn) == ["site-other", "site-defaults"])
        let stranger = ReplayPlan(Self.facts(finished, isOwner: false), ReplayChanges()).manifest
        #expect(stranger?["resources"]?["partition"] == "big" && stranger?["resources"]?["account"] == nil)
        #expect(stranger?["priority"] == nil)
        let gone = ReplayPlan(Self.facts(finished, sites: ["c"]), ReplayChanges())
        #expect(gone.manifest?["site"] == "c" && codes(gone, .warn).contains("site-gone"))
        #expect(codes(ReplayPlan(Self.facts(finished, sites: []), ReplayChanges()), .block) == ["site-gone"])
        #expect(codes(ReplayPlan(Self.facts(finished), Self.changes(site: "z")), .block) == ["site-unknown"])
    }

    @Test("tell what became of the original and of what it rests on, and go on")
    func warnings() throws {
        let flag = AnalysisFlag(
            kind: .superseded,
            digest: Self.digest.description,
            cause: "https://models.example.org/2",
            reason: "Version 2 is out.",
            at: Timestamp(microseconds: 0)
        )
        let retracted = RecordStatus(.retracted, reason: .init(code: "error-in-data", text: "The antenna was broken."))
        let plan = ReplayPlan(
            Self.facts(try Self.finished(""), status: retracted, flags: [flag]),
            ReplayChanges()
        )
        #expect(codes(plan, .warn) == ["parent-retracted", "rests-on-superseded"] && plan.report.isPossible)
        #expect(plan.lines.contains { $0.text.contains("The antenna was broken.") })
    }

    @Test("change what is asked for and nothing else, and never use a known result")
    func changed() throws {
        let text =
            "labels: {field: m31}\nparameters: {mode: deep}\ninputs: [{path: in/x, content: old}]\noutputs: ['*.csv']"
        var changes = Self.changes(inputs: ["in/x": "https://x.org/new"])
        changes.parameters = ["mode": "wide"]
        let finished = try Self.finished(text)
        let plan = ReplayPlan(Self.facts(finished), changes)
        let manifest = try JobManifestReader.read(Document(try #require(plan.manifest)))
        #expect(manifest.inputs.map(\.source) == [.web("https://x.org/new")] && manifest.parameters == ["mode": "wide"])
        #expect(manifest.cache == .off && manifest.labels == ["field": "m31", "replay-of": "original"])
        #expect(manifest.outputs == finished.manifest?.outputs && manifest.program == finished.manifest?.program)
        let unknown = ReplayPlan(Self.facts(finished), Self.changes(inputs: ["in/y": "https://x.org/new"]))
        #expect(codes(unknown, .block) == ["input-unknown"])
    }
}
