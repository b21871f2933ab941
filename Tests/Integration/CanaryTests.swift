import CurlClient
import Documents
import Foundation
import TestSupport
import Testing

/// Secrets are planted wherever one can stand; a whole life later none is anywhere but where it must be.
@Suite("Canaries", .timeLimit(.minutes(5)))
struct CanaryTests {
    /// Where a secret may be: all other places are leaks.
    private static func isAllowed(_ sighting: Canaries.Sighting) -> Bool {
        switch (sighting.secret, sighting.place) {
        // The first token lies in its file, which is the gateway's own and of mode 0600.
        case ("admin-token", "home/admin.token"): true
        // The key that signs lies in the file it is read from.
        case ("signing-key", let place): place.hasPrefix("home/manifests-") && place.hasSuffix(".key")
        // Who adds a webhook is told its secret once; the gateway keeps it, because it signs with it.
        case ("webhook-secret", "answer to POST /api/v1/webhooks"): true
        case ("webhook-secret", let place): place.hasPrefix("home/farfield.sqlite") || place == "database dump"
        default: false
        }
    }

    /// The configuration: every secret of it in a file of its own.
    private func general(_ canaries: Canaries, _ database: String?) throws -> String {
        let bucket = try canaries.file("s3-secret-key")
        let source = try canaries.file("source-token")
        let registry = try canaries.file("doi-password")
        let model = try canaries.file("model-token")
        var lines = """
            webhooks: {allow: [127.0.0.1]}
            sources:
              allow: [127.0.0.1]
              tokens: [{prefix: "https://127.0.0.1:1/", tokenFile: \(source)}]
              buckets: [{name: sky, endpoint: "http://127.0.0.1:1", accessKeyID: K, secretKeyFile: \(bucket)}]
            models: [{name: away, dialect: vllm, url: "http://127.0.0.1:1", model: m, tokenFile: \(model)}]
            provenance:
              doi: {endpoint: "http://127.0.0.1:1", prefix: "10.5072", user: U, passwordFile: \(registry)}
            """
        if let database {
            let path = canaries.folder + "/database"
            try database.write(toFile: path, atomically: true, encoding: .utf8)
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
            lines += "\ndatabaseFile: \(path)"
        }
        return lines
    }

    /// A site that works, and two that refuse what they are shown.
    private func sites(_ canaries: Canaries) async throws -> String {
        let passphrase = try canaries.file("key-passphrase")
        let key = canaries.folder + "/id"
        let made = try await Command.run(
            "/usr/bin/ssh-keygen",
            ["-q", "-t", "ed25519", "-f", key, "-N", canaries.secret("key-passphrase"), "-C", ""]
        )
        try #require(made.status == 0, "\(made.errors)")
        let keyLines = try String(contentsOfFile: key, encoding: .utf8).split(separator: "\n")
        canaries.note("site-key", String(keyLines[1]))
        let password = try canaries.file("site-password")
        let seed = try canaries.file("totp-secret") { _ in "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ" }
        canaries.note("totp-secret", "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ")
        func site(_ name: String, _ lines: String) -> String {
            """
              - name: \(name)
                host: 127.0.0.1
                port: \(TestCluster.portA)
                user: researcher1
                knownHosts: \(TestCluster.knownHosts)
                automatic: false
            \(lines)

            """
        }
        return TestCluster.site()
            + site("locked", "    privateKey: \(key)\n    passphraseFile: \(passphrase)")
            + site("locked-ssh", "    transport: openssh\n    privateKey: \(key)\n    passphraseFile: \(passphrase)")
            + site("asking", "    authentication: {passwordFile: \(password), totpSecretFile: \(seed)}")
            + site(
                "asking-ssh",
                "    transport: openssh\n    authentication: {passwordFile: \(password), totpSecretFile: \(seed)}"
            )
    }

    @Test(
        "no secret is in a log, an answer, a file, a list of processes, or at a site",
        arguments: ["sqlite", "postgresql"]
    )
    func everywhere(engine: String) async throws {
        let canaries = try Canaries()
        let server = TestCluster.variable("FARFIELD_TEST_POSTGRES")
        let name = "canary_" + UUID().uuidString.prefix(8).lowercased()
        var address: String?
        if engine == "postgresql" {
            let made = try await Command.run("/usr/bin/psql", [server, "-q", "-c", "CREATE DATABASE \(name)"])
            try #require(made.status == 0, "\(made.errors)")
            address = Self.with(password: canaries.plant("database-password"), server, database: name)
        }
        let sites = try await sites(canaries)
        let gateway = try GatewayProcess(sites: sites, general: try general(canaries, address), level: "trace")
        try await gateway.start()
        canaries.note("admin-token", String(gateway.token.dropFirst(3)))
        try await look(atSite: try await watched(gateway, canaries), canaries)
        if address != nil {
            let dump = try await Command.run("/usr/bin/pg_dump", [Self.with(password: nil, server, database: name)])
            #expect(dump.status == 0, "\(dump.errors)")
            canaries.see("database dump", dump.output.utf8)
        }
        gateway.stop()
        canaries.see("log", gateway.log.utf8)
        for path in try FileManager.default.contentsOfDirectory(atPath: gateway.state)
        where path.hasPrefix("manifests-") && path.hasSuffix(".key") {
            let lines = try String(contentsOfFile: "\(gateway.state)/\(path)", encoding: .utf8).split(separator: "\n")
            canaries.note("signing-key", String(lines[1]))
        }
        canaries.see(filesOf: gateway.state, "home")
        if address != nil {
            _ = try await Command.run("/usr/bin/psql", [server, "-q", "-c", "DROP DATABASE \(name) WITH (FORCE)"])
        }
        let sightings = canaries.sightings
        let leaks = sightings.filter { !Self.isAllowed($0) }.map(\.description).sorted()
        #expect(leaks.isEmpty, "\(leaks.prefix(20).joined(separator: "\n"))")
        // The net has no hole: what must be somewhere was found there.
        #expect(sightings.contains { $0.secret == "admin-token" })
        #expect(sightings.contains { $0.secret == "webhook-secret" && $0.place != "answer to POST /api/v1/webhooks" })
    }

    private static func with(password: String?, _ server: String, database: String) -> String {
        var parts = URLComponents(string: server) ?? URLComponents()
        parts.path = "/" + database
        if let password { parts.password = password }
        return parts.string ?? ""
    }

    /// A life of the gateway, while its processes are looked at.
    private func watched(_ gateway: GatewayProcess, _ canaries: Canaries) async throws -> String {
        try await withThrowingTaskGroup(of: String?.self) { group in
            group.addTask {
                while !Task.isCancelled {
                    canaries.see(process: gateway.processID)
                    try? await Task.sleep(for: .milliseconds(20))
                }
                return nil
            }
            group.addTask { try await live(gateway, canaries) }
            defer { group.cancelAll() }
            while let job = try await group.next() { if let job { return job } }
            return ""
        }
    }

    /// Everything that a gateway does with secrets, and what goes wrong with them.
    ///
    /// - Returns: a job that ran.
    private func live(_ gateway: GatewayProcess, _ canaries: Canaries) async throws -> String {
        let api = API(gateway)
        let receiver = try Receiver()
        receiver.command("answer 500")
        let hook: JSONValue = ["url": .string("http://127.0.0.1:\(receiver.port)/hear")]
        let added = canaries.see(
            "POST /api/v1/webhooks",
            try await api.post("/api/v1/webhooks", hook.jsonText, type: "application/json")
        )
        let secret = try #require(added.json["secret"]?.stringValue, "\(added.text)")
        receiver.command("secret \(secret)")
        canaries.note("webhook-secret", String(secret.dropFirst(6)))
        let run = "name: canary\ncommand: env > seen.txt; ps -ef >> seen.txt\noutputs: [seen.txt]\n"
        let done = try await api.submit(run + "resources: {memory: 20M, walltime: 2m}")
        var others: [String] = []
        for input in ["https://127.0.0.1:1/x", "s3://sky/x"] {
            let text =
                "name: canary\ncommand: cat x\ninputs: [{path: x, source: \"\(input)\"}]\nresources: {memory: 20M}"
            let answer = canaries.see("POST /api/v1/jobs", try await api.post("/api/v1/jobs", text))
            if let id = answer.json["id"]?.stringValue { others.append(id) }
        }
        for site in ["locked", "locked-ssh", "asking", "asking-ssh"] {
            others.append(try await api.submit("name: canary\nsite: \(site)\ncommand: 'true'"))
            canaries.see("check", try await api.post("/api/v1/sites/\(site)/check", ""))
        }
        // What somebody sends in the wrong place is nobody's business either.
        let wrong = canaries.plant("wrong-token")
        canaries.see("wrong token", try await api.get("/api/v1/jobs", token: wrong))
        canaries.see("token in query", try await api.get("/api/v1/jobs?access_token=\(wrong)"))
        canaries.see(
            "basic",
            try await api.send("GET", "/api/v1/jobs", headers: ["Authorization": "Basic \(wrong)"], token: nil)
        )
        try await api.wait(done)
        let record = try await api.post(
            "/api/v1/jobs/\(done)/publish",
            "title: Canary\nabstract: What it is.\nauthors: [{name: A}]\nlicence: CC0-1.0"
        )
        canaries.see("publish", record)
        #expect(record.status == 201, "\(record.text)")
        try await lookAround(gateway, [done] + others, canaries)
        try await eventually("the webhook was refused") { try !receiver.messages.isEmpty }
        return done
    }

    /// Everything that can be read of jobs, the first of which ran, and of the gateway.
    private func lookAround(_ gateway: GatewayProcess, _ jobs: [String], _ canaries: Canaries) async throws {
        let (api, done) = (API(gateway), jobs[0])
        func get(_ path: String) async throws {
            let answer = canaries.see("GET " + path, try await api.get(path))
            // Of jobs that never ran there are no logs and no records.
            #expect(
                answer.status == 200 || path == "/nowhere" || answer.status == 404 && path.contains("/jobs/"),
                "\(path)"
            )
        }
        for id in jobs {
            for part in ["", "/events", "/manifest", "/script", "/logs/stderr", "/outputs"] {
                try await get("/api/v1/jobs/\(id)" + part)
            }
        }
        for form in ["crate", "statement", "dsse", "bundle"] { try await get("/api/v1/jobs/\(done)/manifest/\(form)") }
        for path in [
            "/api/v1/jobs/\(done)/outputs/seen.txt", "/api/v1/sites", "/api/v1/queue", "/api/v1/webhooks",
            "/.well-known/farfield-keys.json", "/metrics", "/health/ready", "/api/v1/analyses", "/nowhere",
        ] { try await get(path) }
        for command in [["doctor"], ["config", "check"], ["sites"], ["jobs"], ["queue"], ["webhooks", "list"]] {
            let result = try await gateway.cli(command)
            canaries.see("farfield \(command.joined(separator: " "))", (result.output + result.errors).utf8)
        }
    }

    /// The folders of a job at its site.
    private func look(atSite job: String, _ canaries: Canaries) async throws {
        let found = try await Command.shell("cat -- $(find /home/researcher1/farfield-tests -path '*\(job)*' -type f)")
        #expect(found.output.contains("canary") || !found.output.isEmpty, "nothing was found of \(job) at its site")
        canaries.see("the site", found.output.utf8)
    }
}
