import CurlClient
import Documents
import Foundation
import Testing

/// What is read across jobs and analyses of the real cluster, and what public tools make of it.
@Suite("Lineage")
struct LineageTests {
    private func manifest(_ rest: String) -> String {
        "name: series\nresources: {memory: 50M, walltime: 2m}\n\(rest)"
    }

    private func completed(_ api: API, _ rest: String) async throws -> String {
        let job = try await api.submit(manifest(rest))
        let ended = try await api.wait(job)
        try #require(ended["state"] == "completed", "\(ended)")
        _ = try await api.envelope(of: job)
        return job
    }

    private func digest(_ api: API, _ job: String) async throws -> String {
        let outputs = try await api.get("/api/v1/jobs/\(job)/outputs").json["items"]?.arrayValue
        return try #require(outputs?.first?["digest"]?.stringValue)
    }

    /// One of our Python programs, given a text as a file; its output is JSON.
    private func check(_ program: String, _ text: String) async throws -> JSONValue {
        let path = NSTemporaryDirectory() + "farfield-" + UUID().uuidString
        defer { try? FileManager.default.removeItem(atPath: path) }
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        let script = try #require(Bundle.module.resourceURL).appendingPathComponent("Fixtures/\(program)").path
        let result = try await Command.run(TestCluster.variable("FARFIELD_TEST_PYTHON"), [script, path])
        try #require(result.status == 0, "\(result)")
        return try JSONValue(json: Array(result.output.utf8))
    }

    @Test("goes from a file up to what it was made of and down to what was made of it, as PROV-JSON too")
    func upAndDown() async throws {
        let gateway = try await GatewayProcess().start()
        let api = API(gateway)
        let first = try await completed(
            api,
            "script: sort in.txt > a.txt\noutputs: [a.txt]\ninputs: [{path: in.txt, content: \"2\\n1\\n\"}]"
        )
        let middle = try await digest(api, first)
        let second = try await completed(
            api,
            "script: wc -l < a.txt > b.txt\noutputs: [b.txt]\ninputs: [{path: a.txt, source: 'job:\(first)/a.txt'}]"
        )
        let last = try await digest(api, second)
        let graph = try await api.get("/api/v1/artifacts/\(middle)/lineage").json
        let edges = graph["edges"]?.arrayValue ?? []
        let told = Set(edges.map { "\($0["relation"]?.stringValue ?? "") \($0["path"]?.stringValue ?? "")" })
        #expect(told == ["generated a.txt", "used in.txt", "used a.txt", "generated b.txt"], "\(graph)")
        #expect(graph["truncated"] == false)
        let near = try await api.get("/api/v1/artifacts/\(last)/lineage?depth=1").json["jobs"]?.arrayValue ?? []
        #expect(near.map { $0["id"]?.stringValue } == [second])
        let far = try await api.get("/api/v1/artifacts/\(last)/lineage?depth=2").json["jobs"]?.arrayValue ?? []
        #expect(Set(far.compactMap { $0["id"]?.stringValue }) == [first, second])
        let answer = try await api.get(
            "/api/v1/artifacts/\(middle)/lineage",
            headers: ["Accept": "application/provenance+json"]
        )
        #expect(answer.headers["Content-Type"] == "application/provenance+json")
        let understood = try await check("check_prov.py", answer.text)
        #expect(understood["same"] == true && understood["provn"] == true)
        #expect(understood["used"] == 2 && understood["generated"] == 2, "\(understood)")
        #expect(Set(understood["activities"]?.arrayValue?.compactMap(\.stringValue) ?? []) == [first, second])
        let entities = understood["entities"]?.arrayValue?.compactMap(\.stringValue) ?? []
        #expect(entities.contains(String(middle.dropFirst(7))) && entities.count == 3)
        let unknown = "sha256:" + String(repeating: "0", count: 64)
        #expect(try await api.get("/api/v1/artifacts/\(unknown)/lineage").status == 404)
        #expect(try await api.get("/api/v1/artifacts/\(middle)/lineage?depth=99").status == 400)
    }

    @Test("counts what was reproduced and forked, and reports it to funders in forms that others read")
    func reports() async throws {
        try await SharedInstallation.with { installation in
            let gateway = try await installation.gateway().start()
            try await reports(API(gateway))
            gateway.stop()
        }
    }

    private func reports(_ api: API) async throws {
        let empty = try await api.get("/api/v1/reproducibility", token: nil).json
        #expect(empty["analyses"] == 0 && empty["forkRate"] == .null && empty["reproducedShare"] == .null)
        let job = try await completed(
            api,
            "script: cat in.txt > a.txt\noutputs: [a.txt]\ninputs: [{path: in.txt, content: one}]"
        )
        let words = """
            title: '=HYPERLINK("x"), "quoted", two'
            authors: [{name: "Carberry, Josiah", orcid: 0000-0002-1825-0097}]
            licence: CC-BY-4.0
            abstract: Numbers.
            """
        let published = try await api.post("/api/v1/jobs/\(job)/publish", words).json
        let analysis = try #require(published["id"]?.stringValue)
        for changes in ["{}", "inputs: {in.txt: 'job:\(job)/a.txt'}"] {
            let answer = try await api.post("/api/v1/analyses/\(analysis)/replay", changes)
            try #require(answer.status == 202, "\(answer.text)")
            let again = answer.json["job"]?["id"]?.stringValue ?? ""
            try await api.wait(again)
            try await eventually("it is compared", within: .seconds(60)) {
                try await api.get("/api/v1/jobs/\(again)/replays").json["replayOf"]?["verdict"]?.stringValue != nil
            }
        }
        let figures = try await api.get("/api/v1/reproducibility", token: nil).json
        #expect(figures["analyses"] == 1 && figures["tested"] == 1 && figures["reproduced"] == 1, "\(figures)")
        #expect(figures["forked"] == 1 && figures["forkRate"]?.integerValue == 1)
        #expect(figures["mostReproduced"]?.arrayValue?.first?["analysis"]?.stringValue == analysis)
        let year = String(published["publication"]?["publishedAt"]?.stringValue?.prefix(4) ?? "")
        let csv = try await api.get("/api/v1/export?format=csv&project=TG-BIO1&year=\(year)")
        let rows = try await check("check_csv.py", csv.text).arrayValue ?? []
        #expect(
            rows.count == 1 && rows.first?["title"] == .string("'=HYPERLINK(\"x\"), \"quoted\", two"),
            "\(csv.text)"
        )
        #expect(rows.first?["orcids"] == "0000-0002-1825-0097" && rows.first?["project"] == "TG-BIO1")
        #expect(rows.first?["replays"] == "1" && rows.first?["reproduced"] == "1" && rows.first?["forks"] == "1")
        let elsewhere = try await api.get("/api/v1/export?format=csv&year=1999")
        #expect(try await check("check_csv.py", elsewhere.text).arrayValue?.isEmpty == true)
        let linked = try await api.get("/api/v1/export?format=jsonld")
        #expect(linked.headers["Content-Type"] == "application/ld+json")
        let dataset = linked.json["@graph"]?.arrayValue?.first
        #expect(dataset?["@type"] == "Dataset" && dataset?["license"] == "https://spdx.org/licenses/CC-BY-4.0")
        #expect(try await api.get("/api/v1/export", token: nil).status == 401)
    }
}
