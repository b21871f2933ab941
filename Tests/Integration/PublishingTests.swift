import Attestation
import CurlClient
import Documents
import Foundation
import Logging
import Storage
import Testing

/// Analyses on the real cluster: published, read by strangers, revised, doubted, withdrawn.
@Suite("Publishing")
struct PublishingTests {
    private static let words = """
        title: "Noise of <one> antenna & more"
        authors:
          - {name: "Carberry, Josiah", orcid: 0000-0002-1825-0097, affiliation: Brown University, ror: "https://ror.org/05gq02987"}
        licence: CC-BY-4.0
        abstract: A short series of numbers.
        keywords: [radio]
        """

    private static func site() -> String { TestCluster.site("a") }

    private func manifest(_ rest: String) -> String {
        "name: noise\nresources: {memory: 50M, walltime: 2m}\n\(rest)"
    }

    /// A published job.
    private func published(_ api: API, _ text: String) async throws -> (job: String, analysis: String) {
        let job = try await api.submit(manifest(text))
        #expect(try await api.wait(job)["state"] == "completed")
        _ = try await api.envelope(of: job)
        let answer = try await api.post("/api/v1/jobs/\(job)/publish", Self.words)
        #expect(answer.status == 201, "\(answer.text)")
        return (job, answer.json["id"]?.stringValue ?? "")
    }

    @Test("makes a page and files for everybody, the same bytes for ever, and nothing of it is private")
    func publicForEver() async throws {
        let gateway = try await GatewayProcess(sites: Self.site()).start()
        let api = API(gateway)
        let source = "script: echo 1,2,3 > n.csv\noutputs: [n.csv]\ninputs: [{path: in.txt, content: given}]"
        let (job, analysis) = try await published(api, source)
        let page = try await api.get("/analysis/\(analysis)", token: nil)
        #expect(page.status == 200 && page.text.contains("Noise of &lt;one&gt; antenna &amp; more"))
        #expect(page.headers["Link"]?.contains("rel=\"cite-as\"") == true)
        #expect(try await api.get("/analysis/\(analysis)/outputs/n.csv", token: nil).text == "1,2,3\n")
        #expect(try await api.get("/analysis/\(analysis)/inputs/in.txt", token: nil).text == "given")
        #expect(try await api.get("/analysis/\(analysis)/program/user-script", token: nil).text == "echo 1,2,3 > n.csv")
        var first: [String: API.Answer] = [:]
        let names = [
            "ro-crate-metadata.json", "manifest.dsse.json", "manifest.tlog-proof", "manifest.sigstore.json",
            "manifest-sha256.txt",
        ]
        for name in names {
            let answer = try await api.get("/analysis/\(analysis)/\(name)", token: nil)
            #expect(answer.status == 200)
            #expect(answer.headers["ETag"] == "\"\(SHA256Digest(of: answer.bytes))\"")
            #expect(!answer.text.contains("researcher1"), "the account at the site stays private: \(name)")
            first[name] = answer
        }
        let second = try await api.submit(manifest("script: echo later > n.csv\noutputs: [n.csv]"))
        _ = try await api.envelope(of: second)
        gateway.stop()
        try await gateway.start()
        for (name, before) in first {
            let after = try await api.get("/analysis/\(analysis)/\(name)", token: nil)
            #expect(after.bytes == before.bytes && after.headers["ETag"] == before.headers["ETag"], "\(name)")
        }
        let archive = try await api.get("/api/v1/jobs/\(job)/reproducibility-manifest/archive.zip")
        #expect(archive.status == 200 && archive.bytes.starts(with: Array("PK".utf8)))
        #expect(archive.headers["Content-Length"] == "\(archive.bytes.count)")
        // The crate is the statement's first subject, byte for byte.
        let payload = first["manifest.dsse.json"]?.json["payload"]?.stringValue ?? ""
        let statement = try JSONValue(json: Array(Data(base64Encoded: payload) ?? Data()))
        let crate = SHA256Digest(of: first["ro-crate-metadata.json"]?.bytes ?? [])
        #expect(statement["subject"]?.arrayValue?.first?["digest"]?["sha256"]?.stringValue == crate.hexadecimal)
        #expect(try await api.get("/api/v1/jobs/\(job)", token: nil).status == 401)
    }

    @Test("is refused with every fault, to strangers' jobs, to jobs that failed, and twice")
    func refusals() async throws {
        let gateway = try await GatewayProcess(sites: Self.site()).start()
        let api = API(gateway)
        let failed = try await api.submit(manifest("script: exit 3"))
        _ = try await api.envelope(of: failed)
        #expect(try await api.post("/api/v1/jobs/\(failed)/publish", Self.words).status == 409)
        let (job, _) = try await published(api, "script: echo 1 > n.csv\noutputs: [n.csv]\ncache: off")
        #expect(try await api.post("/api/v1/jobs/\(job)/publish", Self.words).status == 409)
        let wrong = "title: ''\nauthors: [{name: X, orcid: 0000-0002-1825-0098}]\nlicence: free for all\nkeyword: []"
        let answer = try await api.post("/api/v1/jobs/\(job)/publish", wrong)
        #expect(answer.status == 422)
        let paths = answer.json["errors"]?.arrayValue?.compactMap { $0["path"]?.stringValue } ?? []
        for path in ["/title", "/authors/0/orcid", "/licence", "/abstract", "/keyword"] {
            #expect(paths.contains { $0.hasSuffix(path) }, "\(path) is not told: \(answer.text)")
        }
    }

    @Test("goes on in versions: the old one says so, on its page, in its status, and keeps its bytes")
    func versions() async throws {
        let gateway = try await GatewayProcess(sites: Self.site()).start()
        let api = API(gateway)
        let (_, analysis) = try await published(api, "script: echo 1 > n.csv\noutputs: [n.csv]\ncache: off")
        let bytes = try await api.get("/analysis/\(analysis)/manifest.dsse.json").bytes
        let better = try await api.submit(manifest("script: echo 2 > n.csv\noutputs: [n.csv]\ncache: off"))
        _ = try await api.envelope(of: better)
        let revision = "reason: The antenna was pointed better.\njob: \(better)"
        let answer = try await api.post("/api/v1/analyses/\(analysis)/versions", revision)
        #expect(answer.status == 201, "\(answer.text)")
        let next = answer.json["id"]?.stringValue ?? ""
        #expect(answer.json["publication"]?["version"] == "2" && answer.json["work"]?.stringValue == analysis)
        let old = try await api.get("/api/v1/analyses/\(analysis)", token: nil).json
        #expect(old["status"]?["status"] == "updated" && old["status"]?["successor"]?.stringValue == next)
        #expect(try await api.get("/analysis/\(analysis)", token: nil).text.contains("The antenna was pointed better."))
        #expect(try await api.get("/analysis/\(analysis)/manifest.dsse.json").bytes == bytes)
        #expect(try await api.post("/api/v1/analyses/\(analysis)/versions", revision).status == 409)
        let events =
            try await api.get("/api/v1/analyses/\(analysis)/history", token: nil).json["items"]?.arrayValue ?? []
        #expect(events.compactMap { $0["event"]?.stringValue } == ["published", "updated"])
    }

    @Test(
        "can be withdrawn: page, API and signed status say so, known results end, and analyses that used it are flagged"
    )
    func withdrawal() async throws {
        let gateway = try await GatewayProcess(sites: Self.site()).start()
        let api = API(gateway)
        let (job, analysis) = try await published(api, "script: echo 1 > n.csv\noutputs: [n.csv]")
        let source =
            "script: cat data/n.csv > m.csv\noutputs: [m.csv]\ninputs: [{path: data/n.csv, source: 'job:\(job)/n.csv'}]"
        let (_, later) = try await published(api, source)
        // The same result once more, by no run of its own.
        let twin = try await published(api, "script: echo 1 > n.csv\noutputs: [n.csv]").analysis
        let decision = "code: error-in-data\nreason: The antenna was broken."
        let answer = try await api.post("/api/v1/analyses/\(analysis)/retract", decision)
        #expect(answer.status == 200 && answer.json["status"]?["status"] == "retracted", "\(answer.text)")
        let page = try await api.get("/analysis/\(analysis)", token: nil)
        #expect(page.status == 200 && page.text.contains("The antenna was broken."))
        let envelope = try await api.get("/analysis/\(analysis)/status.dsse.json", token: nil).json
        let payload = Array(Data(base64Encoded: envelope["payload"]?.stringValue ?? "") ?? Data())
        #expect(try JSONValue(json: payload)["predicate"]?["status"] == "retracted")
        let flags = try await api.get("/api/v1/analyses/\(later)", token: nil).json["flags"]?.arrayValue ?? []
        #expect(flags.count == 1 && flags.first?["kind"] == "inputRetracted")
        #expect(flags.first?["cause"]?.stringValue == analysis)
        #expect(try await api.get("/api/v1/analyses/\(twin)", token: nil).json["flags"]?.arrayValue?.count == 1)
        // Neither its result nor what was computed from it answers another job.
        for text in ["script: echo 1 > n.csv\noutputs: [n.csv]", source] {
            let again = try await api.wait(try await api.submit(manifest(text)))
            #expect(again["cache"]?["status"] == "miss", "\(again)")
        }
        #expect(try await api.post("/api/v1/analyses/\(analysis)/retract", decision).status == 409)
        let back = try await api.post("/api/v1/analyses/\(analysis)/reinstate", "code: resolved\nreason: It was not.")
        #expect(back.json["status"]?["status"] == "current")
        #expect(try await api.get("/api/v1/analyses/\(later)", token: nil).json["flags"]?.arrayValue?.isEmpty == true)
    }

    @Test("names no account and no secret; an input that is not published stays with those who may read it")
    func withheld() async throws {
        let gateway = try await GatewayProcess(sites: Self.site()).start()
        let api = API(gateway)
        let upload = try await api.post("/api/v1/artifacts", "not for all", type: "application/octet-stream")
        let digest = upload.json["digest"]?.stringValue ?? ""
        let source = """
            command: ls /home/somebody /scratch/researcher1/x > n.txt 2>&1 || true
            outputs: [n.txt]
            environment: {API_TOKEN: hush-hush, PLACE: /home/somebody/place}
            inputs: [{path: in/x, source: "artifact:\(digest)"}]
            """
        let (job, analysis) = try await published(api, source)
        let inside = try await api.statement(of: job).value.jsonText
        #expect(!inside.contains("hush-hush") && inside.contains("(withheld)") && inside.contains("somebody"))
        for name in ["/ro-crate-metadata.json", "/manifest.dsse.json", "/README.md", ""] {
            let answer = try await api.get("/analysis/\(analysis)\(name)", token: nil)
            let payload = Data(base64Encoded: answer.json["payload"]?.stringValue ?? "") ?? Data()
            let text = answer.text + String(decoding: payload, as: UTF8.self)
            #expect(answer.status == 200 && !text.contains("somebody") && !text.contains("researcher1"), "\(name)")
            #expect(!text.contains("hush-hush"), "\(name)")
        }
        #expect(try await api.get("/analysis/\(analysis)/inputs/in/x", token: nil).status == 404)
    }

    @Test("flags the analyses that rest on what was replaced elsewhere")
    func changes() async throws {
        let gateway = try await GatewayProcess(sites: Self.site()).start()
        let api = API(gateway)
        let upload = try await api.post("/api/v1/artifacts", "a model", type: "application/octet-stream")
        let digest = upload.json["digest"]?.stringValue ?? ""
        let source =
            "script: cat model > n.csv\noutputs: [n.csv]\ninputs: [{path: model, source: 'artifact:\(digest)'}]"
        let (_, analysis) = try await published(api, source)
        let note =
            "digest: '\(digest)'\nkind: superseded\nreason: Version 2 is out.\naddress: https://models.example.org/2"
        let answer = try await api.post("/api/v1/changes", note)
        #expect(answer.json["flagged"]?.arrayValue?.compactMap(\.stringValue) == [analysis], "\(answer.text)")
        let flags = try await api.get("/api/v1/analyses/\(analysis)", token: nil).json["flags"]?.arrayValue ?? []
        #expect(flags.first?["reason"] == "Version 2 is out.")
    }

    @Test("what is known is believed only as it was signed: a forged entry answers nobody")
    func forgedResult() async throws {
        let gateway = try await GatewayProcess(sites: Self.site()).start()
        let api = API(gateway)
        let text = manifest("script: date +%N > n.txt\noutputs: [n.txt]")
        let first = try await api.submit(text)
        #expect(try await api.wait(first)["cache"]?["status"] == "miss")
        _ = try await api.envelope(of: first)
        #expect(try await api.wait(try await api.submit(text))["cache"]?["status"] == "hit")
        // Somebody with a hand in the database puts other bytes, which the store holds, in the place of the result.
        let other = try await api.post("/api/v1/artifacts", "forged", type: "application/octet-stream")
        let digest = try #require(other.json["digest"]?.stringValue)
        gateway.stop()
        let database = try await DatabaseLocation.sqlite(path: gateway.state + "/farfield.sqlite").open(
            connections: 1,
            logger: Logger(label: "forger")
        )
        try await database.transaction { connection in
            _ = try connection.execute(
                "UPDATE job_outputs SET digest = $1 WHERE job_id = $2 AND role = 'output'",
                [.text(digest), .text(first)]
            )
        }
        await database.close()
        try await gateway.start()
        let job = try await api.wait(try await api.submit(text))
        #expect(job["state"] == "completed" && job["cache"]?["status"] == "miss", "\(job)")
        #expect(gateway.log.contains("its files are not the ones that were signed"))
    }
}
