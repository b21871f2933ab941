import CurlClient
import Documents
import Foundation
import Testing

/// Analyses and jobs run again on the real cluster, at another site, with other data, and compared.
@Suite("Replays")
struct ReplayTests {
    private static func sites() -> String {
        TestCluster.site("a") + TestCluster.site("b", port: TestCluster.portB)
    }

    private static let words = """
        title: Noise of an antenna
        authors: [{name: "Carberry, Josiah"}]
        licence: CC-BY-4.0
        abstract: A short series of numbers.
        """

    private func manifest(_ rest: String) -> String {
        "name: noise\nresources: {memory: 50M, walltime: 2m}\n\(rest)"
    }

    /// A job that completed, and its record.
    private func completed(_ api: API, _ rest: String) async throws -> String {
        let job = try await api.submit(manifest(rest))
        let ended = try await api.wait(job)
        #expect(ended["state"] == "completed", "\(ended)")
        _ = try await api.envelope(of: job)
        return job
    }

    private func published(_ api: API, _ rest: String) async throws -> (job: String, analysis: String) {
        let job = try await completed(api, rest)
        let answer = try await api.post("/api/v1/jobs/\(job)/publish", Self.words)
        try #require(answer.status == 201, "\(answer.text)")
        return (job, answer.json["id"]?.stringValue ?? "")
    }

    /// Runs something again and waits until its results were compared.
    private func replayed(_ api: API, _ origin: String, _ changes: String) async throws -> (job: String, JSONValue) {
        let answer = try await api.post("/api/v1/\(origin)/replay", changes)
        try #require(answer.status == 202, "\(answer.text)")
        let job = answer.json["job"]?["id"]?.stringValue ?? ""
        let ended = try await api.wait(job)
        #expect(ended["state"] == "completed", "\(ended)")
        var descent = JSONValue.null
        try await eventually("\(job) is compared", within: .seconds(60)) {
            descent = try await api.get("/api/v1/jobs/\(job)/replays").json["replayOf"] ?? .null
            return descent["verdict"]?.stringValue != nil
        }
        return (job, descent)
    }

    @Test("at another site give identical results, with the template and the inputs of then")
    func elsewhere() async throws {
        let templates = try TemplateFolder(comparison: nil)
        let gateway = try await GatewayProcess(sites: Self.sites(), general: "templates: \(templates.path)").start()
        let api = API(gateway)
        let upload = try await api.post("/api/v1/artifacts", "3\n1\n2\n", type: "application/octet-stream")
        let digest = upload.json["digest"]?.stringValue ?? ""
        let source = """
            site: a
            script: sort in/n.txt > sorted.txt
            outputs: [sorted.txt]
            inputs: [{path: in/n.txt, source: 'artifact:\(digest)'}, {path: given.txt, content: given}]
            """
        let (parent, analysis) = try await published(api, source)
        // What came later changes nothing: a newer template, and the owner's own copy let go.
        try templates.write(comment: "newer")
        #expect(try await api.send("DELETE", "/api/v1/artifacts/\(digest)").status == 204)
        let check = try await api.post("/api/v1/analyses/\(analysis)/replay", "site: b\ndryRun: true")
        #expect(check.status == 200 && check.json["job"] == .null, "\(check.text)")
        let codes = check.json["report"]?["lines"]?.arrayValue?.compactMap { $0["code"]?.stringValue } ?? []
        #expect(Set(codes).isSuperset(of: ["template-newer", "site-other", "input-kept", "input-inline"]), "\(codes)")
        #expect(check.json["report"]?["possible"] == true)
        let (job, descent) = try await replayed(api, "analyses/\(analysis)", "site: b")
        #expect(descent["verdict"] == "identical", "\(descent)")
        #expect(descent["analysis"]?.stringValue == analysis && descent["parent"]?.stringValue == parent)
        let child = try await api.job(job)
        #expect(child["site"] == "b" && child["labels"]?["replay-of"]?.stringValue == analysis)
        #expect(child["cache"]?["status"] == "off")
        let listed =
            try await api.get("/api/v1/analyses/\(analysis)/replays", token: nil).json["items"]?.arrayValue ?? []
        #expect(listed.map { $0["job"]?.stringValue } == [job])
        #expect(listed.first?["changes"] == nil, "what is the owner's alone is not public")
        let found = try await api.get("/api/v1/comparisons?left=\(analysis)&right=\(job)").json
        #expect(found["verdict"] == "identical", "\(found)")
        #expect(found["layers"]?["recipe"] == [] && found["layers"]?["inputs"] == [], "\(found["layers"] ?? .null)")
        let places = found["layers"]?["environment"]?.arrayValue?.compactMap { $0["what"]?.stringValue } ?? []
        #expect(places.contains("site"))
        // The new job's own record names the statement of what was run again.
        let payload = try await api.envelope(of: job).json["payload"]?.stringValue ?? ""
        let statement = try JSONValue(json: Array(Data(base64Encoded: payload) ?? Data()))
        let named = statement["predicate"]?["buildDefinition"]?["externalParameters"]?["replayOf"]
        #expect(named != nil && named == descent["statement"], "\(named ?? .null)")
        let page = try await api.get(
            "/api/v1/comparisons?left=\(analysis)&right=\(job)",
            headers: ["Accept": "text/html"]
        )
        #expect(page.status == 200 && page.text.contains("The results are identical"))
        let cli = try await gateway.cli("compare", analysis, job)
        #expect(cli.status == 0 && cli.output.hasPrefix("identical:"), "\(cli)")
    }

    @Test("with other data say what differs and why")
    func forked() async throws {
        let gateway = try await GatewayProcess(sites: Self.sites()).start()
        let api = API(gateway)
        let (_, analysis) = try await published(
            api,
            "site: a\nscript: wc -l < in/n.txt > count.txt\noutputs: [count.txt]\ninputs: [{path: in/n.txt, content: \"1\\n2\\n\"}]"
        )
        let unknown = try await api.post("/api/v1/analyses/\(analysis)/replay", "inputs: {in/other.txt: 'job:x/y'}")
        #expect(unknown.status == 409 && unknown.text.contains("Its inputs are in/n.txt"), "\(unknown.text)")
        let bad = try await api.post(
            "/api/v1/analyses/\(analysis)/replay",
            "{dryRun: true, inputs: {in/n.txt: 'ftp://x/y'}}"
        )
        #expect(bad.status == 200 && bad.json["report"]?["possible"] == false, "\(bad.text)")
        #expect(bad.text.contains("manifest-refused") && bad.text.contains("ftp://x/y"), "\(bad.text)")
        let upload = try await api.post("/api/v1/artifacts", "1\n2\n3\n", type: "application/octet-stream")
        let digest = upload.json["digest"]?.stringValue ?? ""
        let cli = try await gateway.cli("replay", analysis, "--input", "in/n.txt=artifact:\(digest)", "--json")
        #expect(cli.status == 0, "\(cli)")
        let answer = try JSONValue(json: Array(cli.output.utf8))
        let job = answer["job"]?["id"]?.stringValue ?? ""
        try await api.wait(job)
        try await eventually("it is compared", within: .seconds(60)) {
            try await api.get("/api/v1/jobs/\(job)/replays").json["replayOf"]?["verdict"] == "different"
        }
        let origin = try await api.get("/api/v1/jobs/\(job)/replays").json["replayOf"]
        #expect(origin?["kind"] == "fork")
        let sentence = origin?["sentence"]?.stringValue ?? ""
        #expect(sentence.contains("count.txt") && sentence.contains("What went in is not the same: input in/n.txt."))
        let found = try await gateway.cli("compare", analysis, job)
        #expect(found.status == 1 && found.output.contains(String(digest.dropFirst(7))), "\(found)")
    }

    @Test("of a job of one's own that gives something else every time differ, though nothing else does")
    func random() async throws {
        let gateway = try await GatewayProcess(sites: Self.sites()).start()
        let api = API(gateway)
        let job = try await completed(api, "site: a\nscript: echo $RANDOM$RANDOM$RANDOM > n.txt\noutputs: [n.txt]")
        let (_, descent) = try await replayed(api, "jobs/\(job)", "{}")
        #expect(descent["verdict"] == "different" && descent["analysis"] == .null)
        #expect(descent["sentence"]?.stringValue?.contains("does not always give the same") == true, "\(descent)")
    }

    @Test("of a catalogue with noise within the template's tolerance are equivalent, beyond it different")
    func tolerance() async throws {
        let rules =
            "[{match: \"*.csv\", keys: [name], columns: {flux: {absolute: 0.001} }, rowNoun: sources}]"
        let templates = try TemplateFolder(comparison: rules)
        let gateway = try await GatewayProcess(sites: Self.sites(), general: "templates: \(templates.path)").start()
        let api = API(gateway)
        // The place of a decimal decides how much the noise is; its digits come from the clock.
        let source = """
            site: a
            parameters: {zeros: "0000"}
            script: |
              printf 'name,flux\\nA,1.0%s%s\\nB,2.5\\n' "$FARFIELD_PARAM_zeros" "$(date +%N)" > sources.csv
            outputs: [sources.csv]
            """
        let (_, analysis) = try await published(api, source)
        let (job, near) = try await replayed(api, "analyses/\(analysis)", "site: b")
        #expect(near["verdict"] == "equivalent", "\(near)")
        #expect(near["sentence"]?.stringValue?.contains("Original 2 sources, new 2: 2 matched") == true, "\(near)")
        #expect(try await gateway.cli("compare", analysis, job).status == 0)
        let (_, far) = try await replayed(api, "analyses/\(analysis)", "parameters: {zeros: '9'}")
        #expect(far["verdict"] == "different", "\(far)")
        #expect(far["sentence"]?.stringValue?.contains("differs in flux") == true, "\(far)")
        #expect(far["sentence"]?.stringValue?.contains("parameter zeros") == true, "\(far)")
    }

    @Test("never lose where they come from, whenever the gateway is killed")
    func killed() async throws {
        let gateway = try await GatewayProcess(sites: Self.sites()).start()
        let api = API(gateway)
        let parent = try await completed(api, "site: a\nscript: echo 1 > n.txt\noutputs: [n.txt]")
        for round in 0..<4 {
            await withTaskGroup(of: Void.self) { group in
                for _ in 0..<6 { group.addTask { _ = try? await api.post("/api/v1/jobs/\(parent)/replay", "{}") } }
                // Some have been answered, others are under way.
                group.addTask {
                    try? await eventually("a replay is there", within: .seconds(10)) {
                        let page = try await api.get("/api/v1/jobs/\(parent)/replays").json["replays"]
                        return (page?.arrayValue?.count ?? 0) > round
                    }
                    gateway.stop(with: SIGKILL)
                }
            }
            try await gateway.start()
        }
        let listed =
            try await api.get("/api/v1/jobs?limit=100&label=replay-of=\(parent)").json["items"]?.arrayValue ?? []
        let jobs = Set(listed.compactMap { $0["id"]?.stringValue })
        let told = try await api.get("/api/v1/jobs/\(parent)/replays").json["replays"]?.arrayValue ?? []
        #expect(jobs.count >= 4)
        #expect(Set(told.compactMap { $0["job"]?.stringValue }) == jobs)
    }
}

/// A folder of templates of one's own, which an operator may change while the gateway runs.
final class TemplateFolder: Sendable {
    let path = NSTemporaryDirectory() + "farfield-templates-" + UUID().uuidString
    private let comparison: String?

    init(comparison: String?) throws {
        self.comparison = comparison
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        try write(comment: "first")
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func write(comment: String) throws {
        let rules = comparison.map { "{{! comparison: \($0) }}\n" } ?? ""
        let text =
            "{{! summary: One program. }}\n\(rules)#!/bin/bash\n{{{directives}}}\n# \(comment)\n{{{setup}}}\nexec {{{command}}}\n"
        try text.write(toFile: path + "/cpu.mustache", atomically: true, encoding: .utf8)
    }
}
