import CurlClient
import Documents
import Foundation
import Testing

@Suite("Uploads that may be cut off", .timeLimit(.minutes(5)))
struct UploadTests {
    private static let version = ["Tus-Resumable": "1.0.0"]

    /// Announces an upload and gives its path.
    private static func announce(_ length: Int, _ api: API, metadata: String? = nil) async throws -> String {
        var headers = version
        headers["Upload-Length"] = String(length)
        headers["Upload-Metadata"] = metadata
        let answer = try await api.send("POST", "/api/v1/uploads", body: [], headers: headers)
        try #require(answer.status == 201, "\(answer.text)")
        return try #require(answer.headers["Location"])
    }

    private static func part(_ offset: Int, _ more: [String: String] = [:]) -> [String: String] {
        version.merging(["Upload-Offset": "\(offset)", "Content-Type": "application/offset+octet-stream"]) { $1 }
            .merging(more) { $1 }
    }

    /// The beginning of a PATCH whose body is sent by and by.
    private static func head(_ path: String, _ gateway: GatewayProcess, offset: Int, length: Int) -> String {
        """
        PATCH \(path) HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \(gateway.token)\r\nTus-Resumable: 1.0.0\r
        Upload-Offset: \(offset)\r\nContent-Type: application/offset+octet-stream\r\nContent-Length: \(length)\r\n\r\n
        """
    }

    @Test("follow tus 1.0.0: offsets, checksums, versions, expiry and termination")
    func protocolRules() async throws {
        let gateway = try await GatewayProcess(sites: "").start()
        let api = API(gateway)
        let options = try await api.send("OPTIONS", "/api/v1/uploads", headers: [:], token: nil)
        #expect(options.status == 204)
        #expect(options.headers["Tus-Version"] == "1.0.0")
        #expect(options.headers["Tus-Extension"] == "creation,expiration,termination,checksum")
        let path = try await Self.announce(10, api, metadata: "filename bi5maXRz,is_new")
        var state = try await api.send("HEAD", path, headers: Self.version)
        #expect(state.status == 200)
        #expect(state.headers["Upload-Offset"] == "0")
        #expect(state.headers["Upload-Length"] == "10")
        #expect(state.headers["Upload-Metadata"] == "filename bi5maXRz,is_new")
        #expect(state.headers["Upload-Expires"]?.hasSuffix(" GMT") == true)
        #expect(state.headers["Cache-Control"] == "no-store")
        func patch(_ text: String, _ headers: [String: String]) async throws -> API.Answer {
            try await api.send("PATCH", path, body: Array(text.utf8), headers: headers)
        }
        var answer = try await patch("01234", Self.part(0))
        #expect(answer.status == 204, "\(answer.text)")
        #expect(answer.headers["Upload-Offset"] == "5")
        #expect(answer.headers["Tus-Resumable"] == "1.0.0")
        #expect(try await patch("01234", Self.part(0)).status == 409)
        #expect(try await patch("x", Self.part(6)).status == 409)
        #expect(try await patch("56789x", Self.part(5)).status == 400)
        #expect(try await patch("5", ["Upload-Offset": "5"]).status == 412)
        #expect(try await patch("5", Self.part(5, ["Tus-Resumable": "0.2.0"])).status == 412)
        #expect(try await patch("5", Self.part(5, ["Content-Type": "text/plain"])).status == 415)
        let wrong = try await patch("56", Self.part(5, ["Upload-Checksum": "sha1 Kq5sNclPz7QV2+lfQIuc6R7oRu0="]))
        #expect(wrong.status == 460)
        #expect(wrong.json["type"] == "https://farfield.dev/problems/checksum-mismatch")
        #expect(wrong.headers["Tus-Resumable"] == "1.0.0")
        state = try await api.send("HEAD", path, headers: Self.version)
        #expect(state.headers["Upload-Offset"] == "5")
        let sum = try await Command.shell("printf 56789 | openssl dgst -sha1 -binary | base64")
        answer = try await patch("56789", Self.part(5, ["Upload-Checksum": "sha1 \(sum.output.prefix(28))"]))
        let digest = try await Command.shell("printf 0123456789 | sha256sum").output.prefix(64)
        #expect(answer.status == 204, "\(answer.text)")
        #expect(answer.headers["Farfield-Artifact"] == "sha256:\(digest)")
        let document = try await api.get(path)
        #expect(document.json["state"] == "finished")
        #expect(document.json["digest"]?.stringValue == "sha256:\(digest)")
        #expect(try await api.get("/api/v1/artifacts/sha256:\(digest)").text == "0123456789")
        let other = try await Self.announce(3, api)
        #expect(try await api.send("DELETE", other, headers: Self.version).status == 204)
        #expect(try await api.send("HEAD", other, headers: Self.version).status == 404)
        let empty = try await Self.announce(0, api)
        #expect(try await api.get(empty).json["state"] == "finished")
    }

    @Test("that do not become what was announced are refused with both digests")
    func wrongDigest() async throws {
        let gateway = try await GatewayProcess(sites: "").start()
        let api = API(gateway)
        let announced = String(repeating: "0", count: 64)
        let metadata = "sha256 " + Data(announced.utf8).base64EncodedString()
        let path = try await Self.announce(3, api, metadata: metadata)
        let answer = try await api.send("PATCH", path, body: Array("abc".utf8), headers: Self.part(0))
        #expect(answer.status == 422)
        #expect(answer.json["detail"]?.stringValue?.contains(announced) == true)
        #expect(answer.json["detail"]?.stringValue?.contains("ba7816bf8f01cfea") == true)
        #expect(try await api.get(path).json["state"] == "failed")
        #expect(try await api.get("/api/v1/artifacts").json["items"]?.arrayValue?.isEmpty == true)
    }

    @Test("of tuspy arrive whole although their gateway is killed again and again")
    func tuspy() async throws {
        let gateway = try await GatewayProcess(sites: "").start()
        let file = try await RandomFile(15_000_000, in: gateway.home)
        let script = Repository.root + "/Tests/Integration/Fixtures/tus_upload.py"
        let goals = [1_000_000, 5_000_000, 10_000_000]
        let arguments =
            [script, gateway.url + "/api/v1/uploads", gateway.token, file.path, "700000"] + goals.map(String.init)
        async let result = Command.run(TestCluster.variable("FARFIELD_TEST_PYTHON"), arguments)
        let uploads = gateway.state + "/artifacts/uploads"
        for goal in goals {
            try await eventually("\(goal) bytes are there") {
                let names = (try? FileManager.default.contentsOfDirectory(atPath: uploads)) ?? []
                let sizes = names.compactMap {
                    try? FileManager.default.attributesOfItem(atPath: "\(uploads)/\($0)")[.size] as? NSNumber
                }
                return sizes.contains { $0.intValue >= goal }
            }
            gateway.stop(with: SIGKILL)
            try await gateway.start()
        }
        let ended = try await result
        #expect(ended.status == 0, "\(ended.errors)")
        #expect(ended.errors.matches(of: /again:/).count >= 3, "\(ended.errors)")
        #expect(try await gateway.wrongArtifacts() == "")
        #expect(try await API(gateway).get("/api/v1/artifacts/\(file.digest)").bytes == file.bytes)
    }

    @Test("are never mixed: of two that append at once one is refused; what came before a cut counts")
    func concurrent() async throws {
        let gateway = try await GatewayProcess(sites: "").start()
        let api = API(gateway)
        let file = try await RandomFile(300_000, in: gateway.home)
        let path = try await Self.announce(300_000, api)
        var first: IdleClient? = try IdleClient(
            port: gateway.port,
            sending: Self.head(path, gateway, offset: 0, length: 300_000) + String(repeating: "a", count: 100)
        )
        try await gateway.awaitWriter(path)
        let second = try await api.send("PATCH", path, body: Array("b".utf8), headers: Self.part(0))
        #expect(second.status == 423, "\(second.text)")
        #expect(second.headers["Retry-After"] == "2")
        #expect(try await api.send("DELETE", path, headers: Self.version).status == 423)
        withExtendedLifetime(first) {}
        first = nil
        try await eventually("the cut upload can be gone on with") {
            let answer = try await api.send("HEAD", path, headers: Self.version)
            let offset = Int(answer.headers["Upload-Offset"] ?? "") ?? 0
            guard offset > 0 else { return false }
            let rest = Array(file.bytes[offset...])
            return try await api.send("PATCH", path, body: rest, headers: Self.part(offset)).status == 204
        }
        let digest = try #require(try await api.get(path).json["digest"]?.stringValue)
        let stored = try await api.get("/api/v1/artifacts/\(digest)").bytes
        #expect(stored.count == 300_000)
        #expect(Array(stored.suffix(299_000)) == Array(file.bytes.suffix(299_000)))
        #expect(try await gateway.wrongArtifacts() == "")
    }

    @Test("may be slow, longer than a request may take; those that stand still are cut")
    func slow() async throws {
        let limits = "limits: {requestTimeout: 1s, idleTimeout: 3s}"
        let gateway = try await GatewayProcess(sites: "", general: limits).start()
        let api = API(gateway)
        let file = try await RandomFile(400_000, in: gateway.home)
        let slow = try await Command.shell(
            """
            curl -sS --limit-rate 150k -H 'Authorization: Bearer \(gateway.token)' -H 'Expect:' \
              --data-binary '@\(file.path)' -H 'Content-Type: application/octet-stream' '\(gateway.url)/api/v1/artifacts'
            """
        )
        #expect(slow.output.contains(file.digest), "\(slow.output)\(slow.errors)")
        let path = try await Self.announce(1000, api)
        let stalled = try IdleClient(
            port: gateway.port,
            sending: Self.head(path, gateway, offset: 0, length: 1000) + "0123456789"
        )
        try await eventually("the stalled one is cut") { stalled.isClosed }
        try await eventually("its bytes count") {
            try await api.send("HEAD", path, headers: Self.version).headers["Upload-Offset"] == "10"
        }
    }

    @Test("that nobody goes on with are forgotten, and count against the quota until then")
    func expiryAndQuota() async throws {
        try await SharedInstallation.with { installation in
            let storage = "storage: {quotas: {small: 1M}}"
            let gateway = try await installation.gateway(sites: "", general: storage).start()
            let api = API(gateway)
            let small = "account " + Data("small".utf8).base64EncodedString()
            let path = try await Self.announce(1_000_000, api, metadata: small)
            _ = try await api.send("PATCH", path, body: Array("abc".utf8), headers: Self.part(0))
            var headers = Self.version
            headers["Upload-Length"] = "100000"
            headers["Upload-Metadata"] = small
            let refused = try await api.send("POST", "/api/v1/uploads", body: [], headers: headers)
            #expect(refused.status == 413)
            #expect(refused.json["type"] == "https://farfield.dev/problems/quota-exceeded")
            #expect(refused.json["detail"]?.stringValue?.contains("announced uploads of 976.6 KiB") == true)
            try await installation.sql("UPDATE uploads SET expires_at = 1")
            #expect(try await api.send("HEAD", path, headers: Self.version).status == 404)
            _ = try await Self.announce(100_000, api, metadata: small)
            let freed = try await gateway.cli("artifacts", "gc", "--yes")
            #expect(freed.output.contains("upload  small       1      3 B"), "\(freed.output)")
        }
    }
}
