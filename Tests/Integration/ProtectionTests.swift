import CurlClient
import Documents
import Foundation
import Testing

/// Who asks too much or too slowly is stopped, and others are not; browsers are told what an answer may do.
@Suite("Protection", .timeLimit(.minutes(3)))
struct ProtectionTests {
    @Test("answers tell how much is left; beyond it 429 with the time to wait; others and watchers go on")
    func rates() async throws {
        let rates = "limits: {rates: {reads: 5/1h, submissions: 2/1h, anonymous: 3/1h}}"
        let gateway = try await GatewayProcess(sites: "", general: rates).start()
        let api = API(gateway)
        let first = try await api.get("/api/v1/jobs")
        #expect(first.headers["RateLimit-Policy"] == "\"reads\";q=5;w=3600")
        #expect(first.headers["RateLimit"] == "\"reads\";r=4;t=720")
        // A request that is refused for another reason counts all the same.
        #expect(try await api.get("/api/v1/jobs/job_0").headers["RateLimit"]?.hasPrefix("\"reads\";r=3") == true)
        for _ in 0..<3 { _ = try await api.get("/api/v1/jobs") }
        let refused = try await api.get("/api/v1/jobs")
        #expect(refused.status == 429)
        #expect(refused.json["type"] == "https://farfield.dev/problems/rate-limited")
        #expect(Int(refused.headers["Retry-After"] ?? "").map { (1...720).contains($0) } == true)
        #expect(refused.headers["RateLimit"]?.hasPrefix("\"reads\";r=0;t=") == true)
        #expect(try await api.post("/api/v1/jobs", "x: y").status == 422)
        #expect(try await api.post("/api/v1/jobs", "x: y").status == 422)
        #expect(try await api.post("/api/v1/jobs", "x: y").status == 429)
        for _ in 0..<3 { #expect(try await api.get("/api/v1/sites", token: nil).status == 401) }
        #expect(try await api.get("/api/v1/sites", token: nil).status == 429)
        for _ in 0..<20 { #expect(try await api.get("/health/live", token: nil).status == 200) }
        let metrics = try await api.get("/metrics", token: nil)
        #expect(metrics.status == 200 && metrics.headers["RateLimit"] == nil)
        #expect(metrics.text.contains("http_requests_limited_total{class=\"reads\"} 1"))
    }

    @Test("who tries tokens is stopped; a token that was good before goes on from the same address")
    func tries() async throws {
        let gateway = try await GatewayProcess(sites: "", general: "limits: {rates: {badTokens: 4/1h}}").start()
        let api = API(gateway)
        #expect(try await api.get("/api/v1/jobs").status == 200)
        for number in 0..<4 { #expect(try await api.get("/api/v1/jobs", token: "ff_wrong\(number)").status == 401) }
        let stopped = try await api.get("/api/v1/jobs", token: "ff_wrong5")
        #expect(stopped.status == 429 && stopped.headers["RateLimit"]?.contains("badTokens") == true)
        #expect(try await api.get("/api/v1/jobs").status == 200)
    }

    @Test("a trusted proxy's word about the client counts; what the client itself says does not")
    func proxies() async throws {
        let general = "trustedProxies: [127.0.0.0/8]\nlimits: {rates: {anonymous: 2/1h}}"
        let gateway = try await GatewayProcess(sites: "", general: general).start()
        let api = API(gateway)
        func status(_ from: String) async throws -> Int {
            try await api.send("GET", "/api/v1/jobs", headers: ["X-Forwarded-For": from], token: nil).status
        }
        for _ in 0..<2 { #expect(try await status("6.6.6.6, 192.0.2.1") == 401) }
        #expect(try await status("7.7.7.7, 192.0.2.1") == 429)
        #expect(try await status("192.0.2.2") == 401)
    }

    @Test("every answer, pages and errors too, tells browsers what it may do")
    func headers() async throws {
        let gateway = try await GatewayProcess(sites: "").start()
        let api = API(gateway)
        for path in ["/api/v1/jobs", "/nowhere", "/health/live", "/openapi.json", "/metrics"] {
            let headers = try await api.get(path).headers
            #expect(headers["X-Content-Type-Options"] == "nosniff", "\(path)")
            #expect(headers["Referrer-Policy"] == "no-referrer")
            #expect(headers["X-Frame-Options"] == "DENY")
            #expect(headers["Cross-Origin-Resource-Policy"] == "same-origin")
            #expect(headers["Content-Security-Policy"]?.contains("frame-ancestors 'none'") == true)
            #expect(headers["Access-Control-Allow-Origin"] == nil)
            #expect(headers["Server"] == "farfield")
            #expect(headers["Strict-Transport-Security"] == nil)
        }
    }

    @Test("a head of 10 MB, and one of too many fields, end the connection; the gateway goes on")
    func heads() async throws {
        let gateway = try await GatewayProcess(sites: "").start()
        let huge = String(repeating: "a", count: 10 << 20)
        for head in [
            "GET /health/live HTTP/1.1\r\nHost: x\r\nX-Huge: \(huge)\r\n\r\n",
            "GET /\(huge) HTTP/1.1\r\nHost: x\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: x\r\n" + (0..<5000).map { "X-\($0): y\r\n" }.joined() + "\r\n",
        ] {
            // What is refused while it is being sent is refused as well.
            guard let client = try? IdleClient(port: gateway.port, sending: head) else { continue }
            try await eventually("the connection is closed") { client.isClosed }
        }
        #expect(try await API(gateway).get("/health/live", token: nil).status == 200)
    }

    @Test("it refuses to listen in the open without TLS, and says what to do")
    func exposure() async throws {
        let home = NSTemporaryDirectory() + "farfield-open-" + UUID().uuidString
        let file = home + ".yaml"
        defer { try? FileManager.default.removeItem(atPath: file) }
        try "logLevel: info".write(toFile: file, atomically: true, encoding: .utf8)
        let result = try await Command.run(
            "/usr/bin/timeout",
            ["30", Repository.binary, "serve", "--config", file],
            environment: ["FARFIELD_LISTEN": "0.0.0.0:\(try FreePort.find())", "FARFIELD_HOME": home]
        )
        #expect(result.status != 0)
        #expect(result.errors.contains("off-behind-proxy"))
        #expect(!FileManager.default.fileExists(atPath: home))
    }
}

/// TLS by the gateway itself.
@Suite("TLS", .timeLimit(.minutes(3)))
struct TLSTests {
    /// A certificate authority of the test's own, and what it signs.
    private struct Authority {
        let folder = NSTemporaryDirectory() + "farfield-tls-" + UUID().uuidString

        init() async throws {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            let options = "-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj /CN=test"
            try await run("openssl req -x509 \(options) -keyout ca.key -out ca.pem")
        }

        /// Puts a new certificate and key in place under temporary names first.
        func issue(days: Int = 30) async throws {
            try await run(
                """
                openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=gateway -keyout new.key -out new.csr
                printf 'subjectAltName=IP:127.0.0.1' > names
                openssl x509 -req -in new.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days \(days) -extfile names -out new.pem
                chmod 600 new.key; mv new.pem tls.pem; mv new.key tls.key
                """
            )
        }

        func run(_ line: String) async throws {
            let result = try await Command.shell("cd \(folder) && set -e\n" + line)
            try #require(result.status == 0, "\(result.errors)")
        }

        var configuration: String { "tls: {certificate: \(folder)/tls.pem, key: \(folder)/tls.key}" }
        var pem: String { folder + "/ca.pem" }

        /// The serial number a server shows.
        func serial(_ port: Int, _ option: String = "") async throws -> String {
            let show = "openssl s_client -connect 127.0.0.1:\(port) \(option) </dev/null 2>/dev/null"
            return try await Command.shell("\(show) | openssl x509 -noout -serial 2>/dev/null").output
        }
    }

    @Test("a new certificate is taken without ending a stream; a broken one is refused, and the old one goes on")
    func renewal() async throws {
        let authority = try await Authority()
        try await authority.issue()
        let site = TestCluster.site(port: try FreePort.find())
        let general = authority.configuration
        let gateway = try await GatewayProcess(sites: site, general: general, authority: authority.pem).start()
        let api = API(gateway)
        let first = try await authority.serial(gateway.port)
        #expect(first.hasPrefix("serial="))
        #expect(try await api.get("/api/v1/jobs").headers["Strict-Transport-Security"]?.contains("max-age=") == true)
        // The site is away, so the job waits, and its stream stays open.
        let id = try await api.submit("name: t\ncommand: 'true'")
        let script = Repository.root + "/Tests/Integration/Fixtures/websocket.py"
        let url = "wss://127.0.0.1:\(gateway.port)/api/v1/jobs/\(id)/events"
        async let follower = Command.run(
            "/usr/bin/python3",
            [script, "follow", url, gateway.token, "header"],
            environment: ["SSL_CERT_FILE": authority.pem]
        )
        try await eventually("the stream is open") { gateway.log.contains("status=101") }
        try await authority.issue()
        try await eventually("the new certificate is shown") {
            let shown = try await authority.serial(gateway.port)
            return shown.hasPrefix("serial=") && shown != first
        }
        let second = try await authority.serial(gateway.port)
        try await authority.run("openssl ecparam -genkey -name prime256v1 -noout -out tls.key; chmod 600 tls.key")
        try await eventually("the wrong key is refused") {
            gateway.log.contains("the new certificate cannot be used")
        }
        #expect(try await authority.serial(gateway.port) == second)
        let metrics = try await api.get("/metrics", token: nil).text
        #expect(metrics.contains("farfield_certificate_reloads_total{result=\"refused\"} 1"))
        #expect(metrics.contains("farfield_certificate_reloads_total{result=\"renewed\"} 1"))
        #expect(metrics.contains("farfield_certificate_expires_timestamp_seconds "))
        try await authority.issue()
        gateway.signal(SIGHUP)
        try await eventually("the third certificate is shown") {
            let shown = try await authority.serial(gateway.port)
            return shown.hasPrefix("serial=") && shown != second
        }
        _ = try await api.post("/api/v1/jobs/\(id)/cancel", "")
        let followed = try await follower
        #expect(followed.output.contains("closed 1000"), "\(followed.errors)")
    }

    @Test("old protocols and plain HTTP are refused; uploads, downloads and the doctor work")
    func protocols() async throws {
        let authority = try await Authority()
        try await authority.issue(days: 5)
        let general = authority.configuration
        let gateway = try await GatewayProcess(sites: "", general: general, authority: authority.pem).start()
        let api = API(gateway)
        #expect(try await authority.serial(gateway.port, "-tls1_2").hasPrefix("serial="))
        #expect(try await authority.serial(gateway.port, "-tls1_1").isEmpty)
        let plain = try await Command.shell("curl -s -m 5 http://127.0.0.1:\(gateway.port)/health/live")
        #expect(plain.status != 0 || plain.output.isEmpty)
        let bytes = (0..<(3 << 20)).map { UInt8(truncatingIfNeeded: $0 / 3) }
        let kept = try await api.send("POST", "/api/v1/artifacts", body: bytes)
        #expect(kept.status == 201, "\(kept.text)")
        let digest = try #require(kept.json["digest"]?.stringValue)
        #expect(try await api.get("/api/v1/artifacts/\(digest)").bytes == bytes)
        #expect(gateway.log.contains("the certificate ends soon"))
        let doctor = try await gateway.cli("doctor", "--json").output
        let checks = try JSONValue(json: doctor.utf8)["checks"]?.arrayValue ?? []
        #expect(checks.first { $0["name"] == "certificate" }?["state"] == "warning", "\(doctor)")
    }

    @Test("a key that others can read, or that is not the certificate's, keeps the gateway from starting")
    func unfit() async throws {
        let authority = try await Authority()
        try await authority.issue()
        for spoil in ["chmod 644 tls.key", "chmod 600 tls.key; cp ca.key tls.key; chmod 600 tls.key", "echo > tls.pem"]
        {
            try await authority.run(spoil)
            let gateway = try GatewayProcess(sites: "", general: authority.configuration, authority: authority.pem)
            let result = try await Command.run(
                "/usr/bin/timeout",
                ["30", Repository.binary, "serve", "--config", gateway.configurationPath]
            )
            #expect(result.status != 0 && result.status != 124, "\(spoil)")
            #expect(result.errors.contains(authority.folder), "\(spoil): \(result.errors.suffix(300))")
        }
    }
}
