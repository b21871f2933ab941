import CurlClient
import Documents
import Foundation
import Testing

/// A gateway whose artifacts lie in a bucket, with real jobs, and a proxy that takes the bucket away.
@Suite("Artifacts in a bucket, on the real cluster", .timeLimit(.minutes(4)))
struct ArtifactBucketTests {
    private let gateway: GatewayProcess
    private let bucket: S3Client
    private let proxy: Proxy
    private let prefix = "gateway/\(UUID().uuidString.lowercased())"

    init() throws {
        let text = TestCluster.variable("FARFIELD_TEST_S3")
        let parts = try #require(text.wholeMatch(of: /http:\/\/(\w+):(\w+)@127\.0\.0\.1:([0-9]+)\/(\w+)/))
        proxy = try Proxy(before: try #require(Int(parts.3)))
        let key = NSTemporaryDirectory() + UUID().uuidString
        try "\(parts.2)\n".write(toFile: key, atomically: true, encoding: .utf8)
        let place = "name: \(parts.4), endpoint: 'http://127.0.0.1:\(proxy.port)', prefix: \(prefix)"
        gateway = try GatewayProcess(
            sites: StagingTests.site("a", "    cache: {fetchFromBuckets: true}").yaml,
            general: "storage: {bucket: {\(place), accessKeyID: \(parts.1), secretKeyFile: \(key)}}"
        )
        bucket = S3Client(
            try #require(S3Bucket(endpoint: "http://127.0.0.1:\(parts.3)", name: String(parts.4))),
            credentials: S3Credentials(accessKeyID: String(parts.1), secretAccessKey: String(parts.2)),
            client: HTTPClient(.init(userAgent: "farfield-tests")),
            mayConnect: nil,
            now: { Date() }
        )
    }

    private func key(_ digest: String) -> String {
        "\(prefix)/sha256/\(digest.dropFirst(7).prefix(2))/\(digest.dropFirst(9))"
    }

    private func keys() async throws -> Set<String> { Set(try await bucket.list(prefix: prefix).objects.map(\.key)) }

    private func upload(_ text: String, to api: API) async throws -> String {
        let answer = try await api.post("/api/v1/artifacts", text, type: "application/octet-stream")
        try #require(answer.status == 201, "\(answer.text)")
        return try #require(answer.json["digest"]?.stringValue)
    }

    @Test("an upload is fetched by the site itself, the job's outputs lie in the bucket, and collections free both")
    func life() async throws {
        let api = API(try await gateway.start())
        let digest = try await upload(String(repeating: "star\n", count: 1000), to: api)
        let id = try await api.submit(
            StagingTests.manifest(
                "script: wc -l < sky.txt > out.txt\noutputs: [out.txt]\ninputs: [{path: sky.txt, source: \"\(digest)\"}]"
            )
        )
        let job = try await api.wait(id)
        #expect(job["state"] == "completed", "\(job)")
        #expect(try await api.get("/api/v1/jobs/\(id)/outputs/out.txt").text == "1000\n")
        // No byte of the input passed through the gateway, and none lies in its folder.
        #expect(try await !api.get("/metrics").text.contains("farfield_staged_bytes_total{"))
        #expect(!FileManager.default.fileExists(atPath: gateway.state + "/artifacts/sha256"))
        #expect(try await keys().isSuperset(of: [key(digest), key(digest) + ".blocks"]))
        // Nobody needs the upload any more, and the time of grace passes.
        #expect(try await api.send("DELETE", "/api/v1/artifacts/\(digest)").status == 204)
        try await age()
        let kept = try await keys()
        let answer = try await api.post("/api/v1/artifacts/gc", "{\"dryRun\": false}", type: "application/json")
        #expect(answer.status == 200, "\(answer.text)")
        // The job still names it as its input.
        #expect(try await keys() == kept)
        try await release(id)
        _ = try await api.post("/api/v1/artifacts/gc", "{\"dryRun\": false}", type: "application/json")
        #expect(try await keys().isEmpty)
    }

    @Test("while the bucket is away clients are told when to come again, and jobs wait for it")
    func outage() async throws {
        let api = API(try await gateway.start())
        let digest = try await upload("bytes", to: api)
        proxy.set(.cut)
        let refused = try await api.get("/api/v1/artifacts/\(digest)/metadata")
        #expect(refused.status == 200)
        let upload = try await api.post("/api/v1/artifacts", "more", type: "application/octet-stream")
        #expect(upload.status == 503 && upload.headers["Retry-After"] != nil, "\(upload.text)")
        #expect(upload.json["type"]?.stringValue?.hasSuffix("/store-unavailable") == true)
        let id = try await api.submit(StagingTests.manifest("script: echo here > out.txt\noutputs: [out.txt]"))
        try await eventually("the job says what it waits for") {
            let job = try await api.job(id)
            return job["state"] == "retrieving" && job["reason"]?.stringValue?.contains("artifact store") == true
        }
        proxy.set(.pass)
        #expect(try await api.wait(id)["state"] == "completed")
        #expect(try await api.get("/api/v1/jobs/\(id)/outputs/out.txt").text == "here\n")
        #expect(try await api.get("/api/v1/artifacts/\(digest)").text == "bytes")
    }

    @Test("a backup is made only while the bucket holds everything")
    func backup() async throws {
        let api = API(try await gateway.start())
        let digest = try await upload("bytes to keep", to: api)
        let place = gateway.home + "/backup"
        let made = try await gateway.cli("backup", place + "-1")
        #expect(made.status == 0, "\(made.errors)")
        #expect(!FileManager.default.fileExists(atPath: place + "-1/artifacts"))
        try await bucket.delete(key(digest))
        let refused = try await gateway.cli("backup", place + "-2")
        #expect(refused.status != 0 && refused.errors.contains(digest), "\(refused)")
    }

    /// Lets two hours pass for all artifacts.
    private func age() async throws {
        try await sql("UPDATE artifacts SET last_used_at = last_used_at - 7200000000")
    }

    /// Lets go of what a job holds, an hour ago and more.
    private func release(_ id: String) async throws {
        try await sql("DELETE FROM artifact_references WHERE holder = '\(id)'")
        try await age()
    }

    private func sql(_ statement: String) async throws {
        let program = "import sqlite3,sys;c=sqlite3.connect(sys.argv[1],timeout=30);c.execute(sys.argv[2]);c.commit()"
        let path = gateway.state + "/farfield.sqlite"
        let result = try await Command.run("/usr/bin/python3", ["-c", program, path, statement])
        try #require(result.status == 0, "\(result.errors)")
    }
}
