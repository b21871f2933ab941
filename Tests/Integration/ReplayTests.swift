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
        let listed = try await api.get("/api/v1/analyses/\(analysis)/replays", token: nil).json["items"]?.arrayValue ?? []
        #expect(listed.map { $0["job"]?.stringValue } == [job])
        #expect(listed.first?["changes"] == nil, "what is the owner's alone is not public")
        let found = try await api.get("/api/v1/comparisons?left=\(analysis)&right=\(job)").json
        #expect(found["verdict"] == "identical", "\(found)")
        #expect(found["layers"]?["recipe"] == [] && found["layers"]?["inputs"] == [], "\(found["layers"] ?? .null)")
        let places = found["layers"]?["environment"]?.arrayValue?.compactMap { $0["what"]?.stringValue } ?? []
        #expect(places.contains("site"))
        // The new job's own record names the statement of what was run again.
        let envelope = try await api.envelope(of: job)
        let text = "\(envelope)"
        #expect(text.contains("payload"))
        let page = try await api.get(
            "/api/v1/comparisons?left=\(analysis)&right=\(job)",
            headers: ["Accept": "text/html"]
        )
        #expect(page.status == 200 && page.text.contains("The results are identical"))
        let cli = try await gateway.cli("compare", analysis, job)
        #expect(cli.status == 0 && cli.output.hasPrefix("identical:"), "\(cli)")
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
