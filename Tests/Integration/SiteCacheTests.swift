import Documents
import Foundation
import Testing

/// The cache of a site on the worst days: purged, damaged, cut off, full; and what is cleaned up.
@Suite("The cache of a site", .timeLimit(.minutes(5)))
struct SiteCacheTests {
    /// A gateway with one site of its own, and an uploaded artifact.
    private struct Lab {
        let gateway: GatewayProcess
        let api: API
        let folder: String

        init(extra: String = "", port: Int? = nil) async throws {
            let (yaml, folder) = StagingTests.site("a", extra)
            let site = port.map { yaml.replacing("port: \(TestCluster.portA)", with: "port: \($0)") } ?? yaml
            let hosts = port.map { site.replacing("knownHosts: \(TestCluster.knownHosts)", with: Self.hosts($0)) }
            gateway = try await GatewayProcess(sites: hosts ?? site).start()
            api = API(gateway)
            self.folder = folder
        }

        private static func hosts(_ port: Int) -> String {
            let line = TestCluster.site(port: port).split(separator: "\n").first { $0.contains("knownHosts") }
            return line.map { $0.trimmingCharacters(in: .whitespaces) } ?? ""
        }

        func upload(_ bytes: [UInt8]) async throws -> String {
            let answer = try await api.send("POST", "/api/v1/artifacts", body: bytes)
            return try #require(answer.json["digest"]?.stringValue)
        }

        /// Runs a job that tells the digest of its input.
        func run(_ digest: String, _ more: String = "cache: off") async throws -> JSONValue {
            try await api.wait(
                try await api.submit(
                    StagingTests.manifest(
                        "command: sha256sum in\ninputs: [{path: in, source: \"artifact:\(digest)\"}]\n" + more
                    )
                )
            )
        }

        func log(_ job: JSONValue) async throws -> String {
            try await api.get("/api/v1/jobs/\(job["id"]?.stringValue ?? "")/logs/stdout").text
        }

        /// Bytes that were sent to the site as inputs.
        func staged() async throws -> Int {
            let page = try await api.get("/metrics").text
            return page.firstMatch(of: /farfield_staged_bytes_total\{site="a"\} (\d+)/).flatMap { Int($0.1) } ?? 0
        }

        func place(_ digest: String) -> String {
            let digits = digest.dropFirst(7)
            return "\(folder)/.farfield-cache/sha256/\(digits.prefix(2))/\(digits.dropFirst(2))"
        }
    }

    private static func bytes(_ count: Int) -> [UInt8] {
        let salt = UInt64.random(in: 0...UInt64.max)
        return (0..<count).map { UInt8(truncatingIfNeeded: (UInt64($0) &* 0x9E37_79B9 &+ salt) >> 13) }
    }

    @Test("takes an input once; brings it again when the scratch was purged or a byte of it is wrong")
    func repair() async throws {
        let lab = try await Lab()
        let bytes = Self.bytes(700_000)
        let digest = try await lab.upload(bytes)
        let expected = "\(digest.dropFirst(7))  in\n"
        for _ in 0..<2 {
            let job = try await lab.run(digest)
            #expect(job["state"] == "completed", "\(job)")
            #expect(try await lab.log(job) == expected)
        }
        #expect(try await lab.staged() == bytes.count)
        _ = try await Command.shell("rm -rf \(lab.folder)/.farfield-cache")
        #expect(try await lab.log(try await lab.run(digest)) == expected)
        #expect(try await lab.staged() == 2 * bytes.count)
        // A job that may write would have changed it like this.
        let damaged = try await Command.shell(
            "chmod u+w \(lab.place(digest)) && printf x | dd of=\(lab.place(digest)) bs=1 seek=1000 conv=notrunc && touch -d '+1 day' \(lab.place(digest))"
        )
        #expect(damaged.status == 0)
        #expect(try await lab.log(try await lab.run(digest)) == expected)
        #expect(try await lab.staged() == 3 * bytes.count)
        #expect(lab.gateway.log.contains("copies at a site are damaged"))
    }

    @Test("finds a wrong byte that changed neither size nor time, when its digest is looked at again")
    func silentDamage() async throws {
        let lab = try await Lab(extra: "    cache: {verifyAfter: 1ms}")
        let digest = try await lab.upload(Self.bytes(50_000))
        let expected = "\(digest.dropFirst(7))  in\n"
        #expect(try await lab.log(try await lab.run(digest)) == expected)
        let place = lab.place(digest)
        let damaged = try await Command.shell(
            "touch -r \(place) /tmp/time.$$ && chmod u+w \(place) && printf x | dd of=\(place) bs=1 seek=99 conv=notrunc && touch -r /tmp/time.$$ \(place); rm /tmp/time.$$"
        )
        #expect(damaged.status == 0, "\(damaged)")
        #expect(try await lab.log(try await lab.run(digest)) == expected)
        #expect(try await lab.staged() == 100_000)
    }

    @Test("gets the rest of an input after the line was cut in the middle, and after the gateway was killed")
    func resumes() async throws {
        let proxy = try Proxy(before: TestCluster.portA)
        let lab = try await Lab(port: proxy.port)
        let bytes = Self.bytes(24 << 20)
        let digest = try await lab.upload(bytes)
        try await eventually("the site is up") {
            try await lab.api.get("/api/v1/sites/a").json["state"] == "up"
        }
        proxy.cut(afterSending: 8 << 20)
        let id = try await lab.api.submit(
            StagingTests.manifest(
                "command: sha256sum in\ncache: off\ninputs: [{path: in, source: \"artifact:\(digest)\"}]"
            )
        )
        try await eventually("the line was cut") { proxy.sent > 8 << 20 }
        // While it goes on, the gateway dies.
        lab.gateway.stop(with: SIGKILL)
        try await lab.gateway.start()
        let job = try await API(lab.gateway).wait(id)
        #expect(job["state"] == "completed", "\(job)")
        #expect(try await lab.log(job) == "\(digest.dropFirst(7))  in\n")
        #expect(proxy.sent < 2 * bytes.count, "\(proxy.sent) bytes were sent for \(bytes.count)")
    }

    @Test("of a full disk says so, and goes on when there is room")
    func fullDisk() async throws {
        let site = try await FaultySite()
        let gateway = try await GatewayProcess(sites: site.yaml).start()
        let api = API(gateway)
        let bytes = Self.bytes(2 << 20)
        let answer = try await api.send("POST", "/api/v1/artifacts", body: bytes)
        let digest = try #require(answer.json["digest"]?.stringValue)
        try await eventually("the site is up") { try await api.get("/api/v1/sites/a").json["state"] == "up" }
        try await site.fill(leaving: 1 << 20)
        let id = try await api.submit(
            StagingTests.manifest(
                "command: sha256sum in\ncache: off\ninputs: [{path: in, source: \"artifact:\(digest)\"}]"
            )
        )
        try await eventually("it says why it waits") {
            let job = try await api.job(id)
            return job["state"] == "staging" && job["reason"] != .null
        }
        try await site.free()
        let job = try await api.wait(id)
        #expect(job["state"] == "completed", "\(job)")
        await site.close()
    }

    @Test("keeps within its quota what was used last; folders of ended jobs go when their time is over")
    func cleaning() async throws {
        let lab = try await Lab(extra: "    cache: {quota: 1M}\n    workFolderRetention: forever")
        var digests: [String] = []
        for _ in 0..<3 {
            digests.append(try await lab.upload(Self.bytes(600_000)))
            #expect(try await lab.run(digests.last ?? "")["state"] == "completed")
        }
        let files = try await Command.shell("find \(lab.folder)/.farfield-cache/sha256 -type f | wc -l")
        #expect(files.output.trimmingCharacters(in: .whitespacesAndNewlines) == "1", "\(files)")
        #expect(try await Command.shell("test -f \(lab.place(digests[2]))").status == 0)
        let storage = try await lab.gateway.cli("storage", "--sites")
        #expect(storage.output.contains("a     cache                   1 "), "\(storage)")
        #expect(storage.output.contains("job folders of TG-BIO1"), "\(storage)")
        let kept = try await lab.api.submit(StagingTests.manifest("command: echo kept"))
        #expect(try await lab.api.wait(kept)["state"] == "completed")
        let gone = try await lab.api.submit(
            StagingTests.manifest("script: mkdir d; chmod 500 d; touch f\nworkFolderRetention: 1s")
        )
        #expect(try await lab.api.wait(gone)["state"] == "completed")
        try await eventually("the folder is gone") {
            try await Command.shell("test -e \(lab.folder)/ff-admin-\(gone)-1").status != 0
        }
        #expect(try await Command.shell("test -d \(lab.folder)/ff-admin-\(kept)-1").status == 0)
    }

    @Test("serves another site: what only it still has is fetched from it, compared, and sent on")
    func otherSite() async throws {
        let (first, folder) = StagingTests.site("a")
        let second = TestCluster.site("b", port: TestCluster.portB)
        let gateway = try await GatewayProcess(sites: first + second).start()
        let api = API(gateway)
        let made = try await api.wait(
            try await api.submit(
                StagingTests.manifest("site: a\nscript: head -c 100000 /dev/urandom > sky.bin\noutputs: [sky.bin]")
            )
        )
        let id = try #require(made["id"]?.stringValue)
        let outputs = try await api.get("/api/v1/jobs/\(id)/outputs").json["items"]?.arrayValue ?? []
        let digits = try #require(outputs.first?["digest"]?.stringValue).dropFirst(7)
        let store = "\(gateway.state)/artifacts/sha256/\(digits.prefix(2))/\(digits.dropFirst(2))"
        #expect(try await Command.shell("rm \(store) && test -d \(folder)/.farfield-cache").status == 0)
        let used = try await api.wait(
            try await api.submit(
                StagingTests.manifest(
                    "site: b\ncommand: sha256sum in\ncache: off\ninputs: [{path: in, source: \"job:\(id)/sky.bin\"}]"
                )
            )
        )
        #expect(used["state"] == "completed", "\(used)")
        let log = try await api.get("/api/v1/jobs/\(used["id"]?.stringValue ?? "")/logs/stdout").text
        #expect(log == "\(digits)  in\n")
    }

    @Test("is waited for when it alone has a known result and is away: nothing is computed anew")
    func waitsForTheCopy() async throws {
        let proxy = try Proxy(before: TestCluster.portA)
        let lab = try await Lab(port: proxy.port)
        let text = StagingTests.manifest("script: date +%s%N > when.txt\noutputs: [when.txt]")
        let first = try await lab.api.wait(try await lab.api.submit(text))
        let id = try #require(first["id"]?.stringValue)
        let path = "/api/v1/jobs/\(id)/outputs/when.txt"
        let content = try await lab.api.get(path).text
        proxy.set(.cut)
        #expect(try await Command.shell("rm -r \(lab.gateway.state)/artifacts/sha256").status == 0)
        #expect(try await lab.api.get(path).status == 500)
        let second = try await lab.api.submit(text)
        try await eventually("it says what it waits for") {
            try await lab.api.job(second)["reason"]?.stringValue?.contains("cannot be asked") == true
        }
        proxy.set(.pass)
        let job = try await lab.api.wait(second)
        #expect(job["cache"]?["status"] == "hit" && job["cache"]?["job"]?.stringValue == id, "\(job)")
        #expect(try await lab.api.get("/api/v1/jobs/\(second)/outputs/when.txt").text == content)
    }

    @Test("is told why an input waits whose bytes at the gateway are damaged; an upload heals it")
    func damagedAtHome() async throws {
        let lab = try await Lab()
        let bytes = Self.bytes(40_000)
        let digest = try await lab.upload(bytes)
        let file = "\(lab.gateway.state)/artifacts/sha256/\(digest.dropFirst(7).prefix(2))/\(digest.dropFirst(9))"
        let damage = "chmod u+w \(file) && printf x | dd of=\(file) bs=1 seek=77 conv=notrunc"
        #expect(try await Command.shell(damage).status == 0)
        let id = try await lab.api.submit(
            StagingTests.manifest(
                "command: sha256sum in\ncache: off\ninputs: [{path: in, source: \"artifact:\(digest)\"}]"
            )
        )
        try await eventually("it says why") {
            try await lab.api.job(id)["reason"]?.stringValue?.contains("damaged or missing") == true
        }
        _ = try await lab.upload(bytes)
        #expect(try await lab.log(try await lab.api.wait(id)) == "\(digest.dropFirst(7))  in\n")
    }

    @Test("gives back an output that the gateway has lost, and answers by it without computing anew")
    func bringsBack() async throws {
        let lab = try await Lab()
        let text = StagingTests.manifest("script: date +%s%N > when.txt\noutputs: [when.txt]")
        let first = try await lab.api.wait(try await lab.api.submit(text))
        let id = try #require(first["id"]?.stringValue)
        let outputs = try await lab.api.get("/api/v1/jobs/\(id)/outputs").json["items"]?.arrayValue ?? []
        let digest = try #require(outputs.first?["digest"]?.stringValue)
        let content = try await lab.api.get("/api/v1/jobs/\(id)/outputs/when.txt").text
        let store = "\(lab.gateway.state)/artifacts/sha256"
        #expect(
            try await Command.shell("rm \(store)/\(digest.dropFirst(7).prefix(2))/\(digest.dropFirst(9))").status == 0
        )
        #expect(try await lab.api.get("/api/v1/jobs/\(id)/outputs/when.txt").text == content)
        let again = try await lab.api.wait(try await lab.api.submit(text))
        #expect(again["cache"]?["status"] == "hit", "\(again)")
        // Both copies are lost: nothing wrong is served, and the next job computes it.
        let both = try await Command.shell(
            "rm \(store)/\(digest.dropFirst(7).prefix(2))/\(digest.dropFirst(9)); rm -rf \(lab.folder)/.farfield-cache"
        )
        #expect(both.status == 0)
        let lost = try await lab.api.get("/api/v1/jobs/\(id)/outputs/when.txt")
        #expect(lost.status >= 400, "\(lost.text)")
        let computed = try await lab.api.wait(try await lab.api.submit(text))
        #expect(computed["cache"]?["status"] == "miss" && computed["state"] == "completed", "\(computed)")
    }
}
