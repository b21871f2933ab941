import Documents
import Foundation
import Testing

/// Backups of running gateways, and what a restored gateway does with jobs that went on since.
@Suite("Backup and restore", .timeLimit(.minutes(5)))
struct BackupTests {
    /// The engines, each with a form of backup.
    enum Engine: String, CaseIterable {
        case sqlite, postgreSQL

        var ending: String { self == .sqlite ? "" : ".tar" }
    }

    private static let manifest =
        "name: kept\ncommand: echo kept > kept.txt\noutputs: ['*.txt']\ncache: off\n"
        + "resources: {memory: 20M, walltime: 2m}"

    /// Its first attempt fails, its second does not.
    private static let failingOnce =
        "name: kept\ncommand: case $PWD in *-1) exit 3 ;; esac\nretries: {limit: 1, on: [failed]}\n"
        + "resources: {memory: 20M, walltime: 2m}"

    /// Gives `body` a gateway behind a proxy, on an engine; a database of PostgreSQL is dropped afterwards.
    private func withGateway(
        _ engine: Engine,
        _ body: (GatewayProcess, Proxy) async throws -> Void
    ) async throws {
        let proxy = try Proxy(before: TestCluster.portA)
        let sites = TestCluster.site(port: proxy.port, extra: "    resubmitAfter: 3s\n    commandDeadline: 20s")
        guard engine == .postgreSQL else {
            return try await body(try GatewayProcess(sites: sites), proxy)
        }
        let server = TestCluster.variable("FARFIELD_TEST_POSTGRES")
        let name = "backup_" + UUID().uuidString.lowercased().filter { $0 != "-" }
        let made = try await Command.run("/usr/bin/env", ["psql", "-q", server, "-c", "CREATE DATABASE \(name)"])
        try #require(made.status == 0, "\(made.errors)")
        let address = server.replacing(/\/[a-z]+$/, with: "/\(name)")
        let gateway = try GatewayProcess(sites: sites, general: "database: \(address)")
        do { try await body(gateway, proxy) } catch {
            gateway.stop(with: SIGKILL)
            _ = try await Command.run(
                "/usr/bin/env",
                ["psql", "-q", server, "-c", "DROP DATABASE \(name) WITH (FORCE)"]
            )
            throw error
        }
        gateway.stop(with: SIGKILL)
        _ = try await Command.run("/usr/bin/env", ["psql", "-q", server, "-c", "DROP DATABASE \(name) WITH (FORCE)"])
    }

    @Test("under load; jobs that were sent since the backup are found, not sent again", arguments: Engine.allCases)
    func exactlyOnceAfterRestoring(_ engine: Engine) async throws {
        try await withGateway(engine) { gateway, proxy in
            let api = API(try await gateway.start())
            try await eventually("the site is up") { try await api.get("/api/v1/sites/a").json["state"] == "up" }
            let done = try await api.submit(Self.manifest)
            try await api.wait(done)
            // One job is on its way when the backup is made, others wait behind it.
            proxy.set(.holdUp)
            let trying = try await api.submit(Self.failingOnce)
            try await api.wait(trying, for: ["staging"])
            let queued = [try await api.submit(Self.manifest), try await api.submit(Self.manifest)]
            let place = gateway.home + "/backup" + engine.ending
            let later = try await withThrowingTaskGroup(of: String.self) { group in
                for _ in 0..<6 { group.addTask { try await api.submit(Self.manifest) } }
                let made = try await gateway.cli("backup", place)
                #expect(made.status == 0, "\(made.errors)")
                return try await group.reduce(into: []) { $0.append($1) }
            }
            try await expectSound(place, engine, gateway)
            #expect(try await gateway.cli("restore", place, "--force").status == 5)
            proxy.set(.cut)
            proxy.set(.pass)
            for id in [trying] + queued + later { try await api.wait(id) }
            gateway.stop()
            // Somebody cleans up at the site: folders with `jobid` are gone, accounting still knows the names.
            try await atSite("rm -rf farfield-tests/ff-admin-\(queued[0])-1 farfield-tests/ff-admin-\(trying)-2")
            #expect(try await gateway.cli("restore", place).status == 5)
            let restored = try await gateway.cli("restore", place, "--force")
            try #require(restored.status == 0, "\(restored.errors)")
            try await gateway.start()
            for id in [done, trying] + queued {
                let job = try await api.wait(id)
                #expect(job["state"] == "completed", "\(job.jsonText)")
            }
            for id in [done, trying] + queued + later {
                #expect(try await TestCluster.count(named: "ff-admin-\(id)-1") == 1, "\(id)")
            }
            // The second attempt, too, began after the backup.
            #expect(try await api.job(trying)["attempt"] == 2)
            #expect(try await TestCluster.count(named: "ff-admin-\(trying)-2") == 1)
            let output = try await api.get("/api/v1/jobs/\(done)/outputs/kept.txt")
            #expect(output.text == "kept\n")
        }
    }

    /// A backup is private, has every file it lists and lists every artifact its database names.
    private func expectSound(_ place: String, _ engine: Engine, _ gateway: GatewayProcess) async throws {
        let again = try await gateway.cli("backup", place)
        #expect(again.status != 0 && again.errors.contains("exists already"), "\(again)")
        var folder = place
        if engine == .postgreSQL {
            let mode = try FileManager.default.attributesOfItem(atPath: place)[.posixPermissions] as? NSNumber
            #expect(mode?.intValue == 0o600)
            folder = gateway.home + "/unpacked"
            _ = try await Command.shell("mkdir '\(folder)' && tar -xf '\(place)' -C '\(folder)'")
        }
        let list = try JSONValue(
            json: try String(contentsOfFile: folder + "/farfield-backup.json", encoding: .utf8).utf8
        )
        let files = try #require(list["files"]?.arrayValue)
        for file in files {
            let path = try #require(file["path"]?.stringValue)
            let sum = try await Command.run("/usr/bin/sha256sum", ["\(folder)/\(path)"])
            #expect("sha256:" + sum.output.prefix(64) == file["digest"]?.stringValue, "\(path)")
        }
        let open = try await Command.shell("find '\(folder)' -type f -perm /077")
        #expect(open.output.isEmpty, "\(open.output)")
        let kept = try await Command.shell("grep -rlx kept '\(folder)/artifacts'")
        #expect(!kept.output.isEmpty)
    }

    @Test("into an empty place, without force: the same jobs, files and token", arguments: Engine.allCases)
    func emptyPlace(_ engine: Engine) async throws {
        let place = NSTemporaryDirectory() + "farfield-backup-\(UUID().uuidString)" + engine.ending
        defer { try? FileManager.default.removeItem(atPath: place) }
        var id = ""
        var token = ""
        try await withGateway(engine) { gateway, _ in
            let api = API(try await gateway.start())
            id = try await api.submit(Self.manifest)
            try await api.wait(id)
            let made = try await gateway.cli("backup", place)
            try #require(made.status == 0, "\(made.errors)")
            token = gateway.token
        }
        try await withGateway(engine) { gateway, _ in
            let restored = try await gateway.cli("restore", place)
            try #require(restored.status == 0, "\(restored.errors)")
            try await gateway.start()
            #expect(gateway.token == token)
            let api = API(gateway)
            #expect(try await api.job(id)["state"] == "completed")
            #expect(try await api.get("/api/v1/jobs/\(id)/outputs/kept.txt").text == "kept\n")
            let next = try await api.submit(Self.manifest)
            #expect(try await api.wait(next)["state"] == "completed")
        }
    }

    @Test("a damaged backup changes nothing, and names what is damaged")
    func damagedBackup() async throws {
        let gateway = try await GatewayProcess().start()
        let api = API(gateway)
        try await api.wait(try await api.submit(Self.manifest))
        let place = gateway.home + "/backup"
        #expect(try await gateway.cli("backup", place).status == 0)
        gateway.stop()
        let before = try await number("SELECT COUNT(*) FROM jobs", gateway)
        _ = try await Command.shell("f=$(find '\(place)/artifacts' -type f -size +0 | head -1); echo x >> \"$f\"")
        let restored = try await gateway.cli("restore", place, "--force")
        #expect(restored.status == 7)
        #expect(restored.errors.contains("damaged") && restored.errors.contains("artifacts/sha256/"))
        #expect(try await number("SELECT COUNT(*) FROM jobs", gateway) == before)
        // A restoration that was broken off: nothing starts on what it left.
        try "".write(toFile: gateway.home + "/restoring", atomically: true, encoding: .utf8)
        let started = try await gateway.cli("serve")
        #expect(started.status != 0 && started.errors.contains("broken off"), "\(started)")
        #expect(try await gateway.cli("doctor").output.contains("broken off"))
        try FileManager.default.removeItem(atPath: gateway.home + "/restoring")
        let missing = try await gateway.cli("restore", gateway.home + "/nothing")
        #expect(missing.errors.contains("no backup"), "\(missing)")
        // An artifact that the database names and the store has lost is told, and there is no backup.
        _ = try await Command.shell("find '\(gateway.home)/artifacts' -type f -delete")
        let incomplete = try await gateway.cli("backup", gateway.home + "/second")
        #expect(incomplete.status == 7 && incomplete.errors.contains("sha256:"), "\(incomplete)")
        #expect(try FileManager.default.contentsOfDirectory(atPath: gateway.home).allSatisfy { !$0.contains("second") })
    }

    private func atSite(_ line: String) async throws {
        let result = try await Command.run(
            "/usr/bin/ssh",
            [
                "-q", "-i", TestCluster.privateKey, "-o", "UserKnownHostsFile=\(TestCluster.knownHosts)", "-p",
                String(TestCluster.portA), "researcher1@127.0.0.1", line,
            ]
        )
        try #require(result.status == 0, "\(result.errors)")
    }
}
