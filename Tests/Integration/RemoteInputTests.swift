import CurlClient
import Documents
import Foundation
import Testing

/// Inputs from the web and from buckets: a guarded fetch, a hostile server, a real S3 server.
@Suite("Inputs from elsewhere", .timeLimit(.minutes(4)))
struct RemoteInputTests {
    /// `http://KEY:SECRET@127.0.0.1:PORT/BUCKET`.
    private struct Bucket {
        let endpoint: String
        let name: String
        let key: String
        let secret: String

        init() throws {
            let url = try #require(URL(string: TestCluster.variable("FARFIELD_TEST_S3")))
            endpoint = "http://127.0.0.1:\(try #require(url.port))"
            name = String(url.path.dropFirst())
            key = try #require(url.user())
            secret = try #require(url.password())
        }

        func client() throws -> S3Client {
            S3Client(
                try #require(S3Bucket(endpoint: endpoint, name: name)),
                credentials: S3Credentials(accessKeyID: key, secretAccessKey: secret),
                client: HTTPClient(.init(userAgent: "test")),
                mayConnect: nil,
                now: { Date() }
            )
        }
    }

    private func text(_ source: String, _ more: String = "") -> String {
        StagingTests.manifest(
            "command: sha256sum in/data\noutputs: [nothing/**]\ncache: off\ninputs: [{path: in/data, source: \"\(source)\"\(more)}]"
        )
    }

    @Test("come from the web when the policy allows it, and are what their digest says")
    func web() async throws {
        let server = try DataServer()
        let allowing = "sources: {allow: [127.0.0.1], maximumSize: 64M}"
        let gateway = try await GatewayProcess(sites: StagingTests.site().yaml, general: allowing).start()
        let api = API(gateway)
        let digest = server.digest
        let good = try await api.wait(
            try await api.submit(text("\(server.url)/file?key=secret", ", digest: \"\(digest)\""))
        )
        #expect(good["state"] == "completed", "\(good)")
        let log = try await api.get("/api/v1/jobs/\(good["id"]?.stringValue ?? "")/logs/stdout").text
        #expect(log.hasPrefix(String(digest.dropFirst(7))))
        let wrong = "sha256:" + String(repeating: "1", count: 64)
        let cases = [
            ("\(server.url)/file?key=secret", ", digest: \"\(wrong)\"", [wrong, digest]),
            ("\(server.url)/metadata", "", ["private network"]),
            ("\(server.url)/local", "", ["file"]),
            ("\(server.url)/tera", "", ["larger"]),
            ("\(server.url)/endless", "", ["larger"]),
            ("\(server.url)/missing", "", ["no such file", "not there", "has no"]),
            ("http://localhost.invalid:1/x", "", []),
            ("s3://elsewhere/key", "", ["not one of this gateway's"]),
        ]
        for (source, more, words) in cases {
            let id = try await api.submit(text(source, more))
            if source.contains("localhost.invalid") {
                // May come back: it waits, and can be cancelled.
                try await eventually("it says why") { try await api.job(id)["reason"] != .null }
                #expect(try await api.job(id)["state"] == "staging")
                _ = try await api.post("/api/v1/jobs/\(id)/cancel", "")
                #expect(try await api.wait(id)["state"] == "cancelled")
                continue
            }
            let job = try await api.wait(id)
            let reason = job["reason"]?.stringValue ?? ""
            #expect(job["state"] == "failed" && job["slurm"] == .null, "\(source): \(job)")
            let holds = words.count == 2 ? words.allSatisfy(reason.contains) : words.contains(where: reason.contains)
            #expect(holds, "\(source): \(reason)")
            #expect(!reason.contains("key=secret"))
        }
        #expect(!gateway.log.contains("key=secret"))
    }

    @Test("are fetched once, however long the site is away")
    func once() async throws {
        let server = try DataServer()
        let proxy = try Proxy(before: TestCluster.portA)
        let hosts = TestCluster.site(port: proxy.port)
        let gateway = try await GatewayProcess(sites: hosts, general: "sources: {allow: [127.0.0.1]}").start()
        let api = API(gateway)
        try await eventually("the site is up") { try await api.get("/api/v1/sites/a").json["state"] == "up" }
        proxy.set(.cut)
        let id = try await api.submit(text("\(server.url)/file"))
        try await eventually("it has waited for the site several times") {
            let page = try await api.get("/metrics").text
            let runs = page.firstMatch(of: /tasks_claimed_total\{kind="job.stage"\} (\d+)/).flatMap { Int($0.1) }
            return runs ?? 0 >= 3
        }
        proxy.set(.pass)
        #expect(try await api.wait(id)["state"] == "completed")
        #expect(server.requests == 1)
    }

    @Test("are refused from private addresses that nobody allowed")
    func guarded() async throws {
        let server = try DataServer()
        let gateway = try await GatewayProcess(sites: StagingTests.site().yaml, general: "sources: {allow: [10.9.9.9]}")
            .start()
        let api = API(gateway)
        for host in ["127.0.0.1", "localhost", "0x7f.1", "2130706433"] {
            let url = server.url.replacing("127.0.0.1", with: host)
            let job = try await api.wait(try await api.submit(text("\(url)/file")))
            #expect(job["reason"]?.stringValue?.contains("private network") == true, "\(job)")
        }
        #expect(server.requests == 0)
    }

    @Test("come from a bucket through the gateway, and straight to a site that can reach it", arguments: [false, true])
    func bucket(_ isDirect: Bool) async throws {
        let bucket = try Bucket()
        let key = "night 1/\(UUID().uuidString)/säky+%41.bin"
        let bytes = (0..<300_000).map { UInt8(truncatingIfNeeded: $0 &* 7 ^ $0 >> 9) }
        try await bucket.client().put(ByteSource(bytes), at: key)
        let secretFile = NSTemporaryDirectory() + "farfield-s3-\(UUID().uuidString)"
        try bucket.secret.write(toFile: secretFile, atomically: true, encoding: .utf8)
        let general = """
            sources:
              buckets: [{name: \(bucket.name), endpoint: "\(bucket.endpoint)", accessKeyID: \(bucket.key), secretKeyFile: \(secretFile)}]
            """
        let (site, _) = StagingTests.site("a", isDirect ? "    cache: {fetchFromBuckets: true}" : "")
        let gateway = try await GatewayProcess(sites: site, general: general).start()
        let api = API(gateway)
        let source = "s3://\(bucket.name)/\(key)"
        let found = try await Command.shell("head -c 0 /dev/null; printf x")
        #expect(found.status == 0)
        let first = try await api.wait(try await api.submit(text(source)))
        #expect(first["state"] == "completed", "\(first)")
        let listed = try await api.get("/api/v1/jobs/\(first["id"]?.stringValue ?? "")/inputs").json["items"]
        let digest = try #require(listed?.arrayValue?.first?["digest"]?.stringValue)
        // The same bytes under another name, by digest: with the site's own way there, nothing passes the gateway.
        let other = key + ".copy"
        let changed = bytes + [1]
        try await bucket.client().put(ByteSource(changed), at: other)
        let bad = try await api.wait(
            try await api.submit(text("s3://\(bucket.name)/\(other)", ", digest: \"\(digest.dropLast())0\""))
        )
        #expect(bad["state"] == "failed", "\(bad)")
        #expect(bad["reason"]?.stringValue?.contains("\(digest.dropLast())0") == true, "\(bad)")
        #expect(!gateway.log.contains(bucket.secret) && !gateway.log.contains("X-Amz-Signature"))
        let absent = try await api.wait(try await api.submit(text("s3://\(bucket.name)/no-such-key")))
        #expect(absent["reason"]?.stringValue?.contains("no object") == true, "\(absent)")
    }

    @Test("fetched by the site itself do not pass through the gateway")
    func direct() async throws {
        let bucket = try Bucket()
        let key = "direct-\(UUID().uuidString)"
        let text = String(repeating: "stars and sky ", count: 20_000) + key
        try await bucket.client().put(ByteSource(Array(text.utf8)), at: key)
        let digest = try await Command.shell(
            "printf '%s' '\(key)' | cat > /dev/null; python3 -c \"import hashlib;print(hashlib.sha256(b'stars and sky '*20000+b'\(key)').hexdigest())\""
        )
        .output.trimmingCharacters(in: .whitespacesAndNewlines)
        let secretFile = NSTemporaryDirectory() + "farfield-s3-\(UUID().uuidString)"
        try bucket.secret.write(toFile: secretFile, atomically: true, encoding: .utf8)
        let general = """
            sources:
              buckets: [{name: \(bucket.name), endpoint: "\(bucket.endpoint)", accessKeyID: \(bucket.key), secretKeyFile: \(secretFile)}]
            """
        let (site, _) = StagingTests.site("a", "    cache: {fetchFromBuckets: true}")
        let gateway = try await GatewayProcess(sites: site, general: general).start()
        let api = API(gateway)
        let job = try await api.wait(
            try await api.submit(self.text("s3://\(bucket.name)/\(key)", ", digest: \"sha256:\(digest)\""))
        )
        #expect(job["state"] == "completed", "\(job)")
        let metrics = try await api.get("/metrics").text
        #expect(!metrics.contains("farfield_staged_bytes_total{"))
        #expect(try await api.get("/api/v1/artifacts/sha256:\(digest)").status == 404)
    }
}
