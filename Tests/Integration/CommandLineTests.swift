import Documents
import Foundation
import Testing

/// The command as scripts and people use it.
@Suite("The command line", .timeLimit(.minutes(4)))
struct CommandLineTests {
    private func write(_ text: String, _ name: String, _ gateway: GatewayProcess) throws -> String {
        let path = "\(gateway.home)/\(name)"
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        return path
    }

    @Test("tells by its exit code what happened")
    func exitCodes() async throws {
        let gateway = try await GatewayProcess().start()
        let resources = "resources: {memory: 50M, walltime: 2m}"
        let good = try write("name: g\ncommand: echo hi\n\(resources)", "good.yaml", gateway)
        let bad = try write("name: b\ncommand: exit 4\n\(resources)", "bad.yaml", gateway)
        let wrong = try write("nam: x\nresources: {walltime: 60}", "wrong.yaml", gateway)
        let watched = try await gateway.cli("submit", good, "--watch")
        #expect(watched.status == 0, "\(watched.errors)")
        #expect(watched.output.contains("completed") && watched.output.contains("exit code 0"))
        #expect(try await gateway.cli("submit", bad, "--watch").status == 1)
        let refused = try await gateway.cli("submit", wrong)
        #expect(refused.status == 2)
        for part in ["/nam", "/name", "/resources/walltime", "did you mean 'name'?"] {
            #expect(refused.errors.contains(part))
        }
        #expect(try await gateway.cli("job", "job_00000000000000000000000000").status == 4)
        let list = try JSONValue(json: try await gateway.cli("jobs", "--json").output.utf8)
        let id = try #require(list["items"]?.arrayValue?.last?["id"]?.stringValue)
        #expect(try await gateway.cli("cancel", id).status == 5)
        #expect(try await gateway.cli("logs", id).output == "hi\n")
        #expect(try await gateway.cli("jobs", "--token", "wrong").status == 3)
        #expect(try await gateway.cli("jobs", "--url", "http://127.0.0.1:1").status == 6)
        #expect(try await gateway.cli("no-such-command").status == 2)
        for arguments in [["job", id], ["sites"], ["templates"], ["outputs", id], ["sites", "check", "a"]] {
            let answer = try await Command.run(
                Repository.binary,
                arguments + ["--json", "--url", gateway.url, "--token", gateway.token]
            )
            #expect(
                (try? JSONValue(json: answer.output.utf8)) != nil,
                "\(arguments): \(answer.output) \(answer.errors)"
            )
        }
    }

    @Test("points at the line of a configuration that is wrong")
    func configuration() async throws {
        let gateway = try GatewayProcess()
        let path = try write("listen: 127.0.0.1:1\nsites:\n  - name: a\n    hots: x\n", "c.yaml", gateway)
        let answer = try await Command.run(Repository.binary, ["config", "check", path])
        #expect(answer.status == 2)
        #expect(answer.output.contains("c.yaml:4: /sites/0/hots: unknown key 'hots'"), "\(answer.output)")
        #expect(answer.output.contains("did you mean 'host'?"))
        #expect(try await Command.run(Repository.binary, ["config", "check", gateway.configurationPath]).status == 0)
        let serve = try await Command.run(Repository.binary, ["serve", "--config", path])
        #expect(serve.status == 2)
        #expect(serve.errors.contains("/sites/0/hots"))
    }

    @Test("checks a site, and tells the cure for what does not work")
    func siteChecks() async throws {
        let gateway = try GatewayProcess()
        let open = try write(try String(contentsOfFile: TestCluster.privateKey, encoding: .utf8), "open-key", gateway)
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: open)
        let empty = try write("", "empty-hosts", gateway)
        let other = try write(
            "[127.0.0.1]:\(TestCluster.portA) ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIK0wmN/Cr3JXqmLW7u+g9pTh+wyqDHpSQEIQczXkVx9q\n",
            "other-hosts",
            gateway
        )
        let good = TestCluster.site("good")
        let sites =
            good
            + TestCluster.site("open").replacing(TestCluster.privateKey, with: open)
            + TestCluster.site("unknown").replacing(TestCluster.knownHosts, with: empty)
            + TestCluster.site("changed").replacing(TestCluster.knownHosts, with: other)
            + TestCluster.site("nowhere").replacing("port: \(TestCluster.portA)", with: "port: 1")
        let checked = try await GatewayProcess(sites: sites).start()
        let api = API(checked)
        func report(_ name: String) async throws -> String {
            try await api.send("POST", "/api/v1/sites/\(name)/check").text
        }
        #expect(try await report("good").contains("\"ok\":true"))
        #expect(try await report("open").contains("chmod 600"))
        #expect(try await report("unknown").contains("ssh-keyscan"))
        #expect(try await report("unknown").contains("SHA256:"))
        #expect(try await report("changed").contains("ssh-keygen -R"))
        #expect(try await report("nowhere").contains("cannot connect"))
        let answer = try await checked.cli("sites", "check")
        #expect(answer.status == 1)
        #expect(try await checked.cli("sites", "check", "good").status == 0)
    }

    @Test("every example manifest is one, by the gateway and by the published schema")
    func examples() async throws {
        let sites = TestCluster.site() + "\n  - {name: simulator, kind: simulator}"
        let gateway = try await GatewayProcess(sites: sites).start()
        let api = API(gateway)
        let schema = try write(
            try await api.get("/api/v1/schemas/job-manifest", token: nil).text,
            "schema.json",
            gateway
        )
        let folder = Repository.root + "/manifests"
        let names = try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".yaml") }
        #expect(names.count >= 6)
        for name in names {
            let text = try String(contentsOfFile: "\(folder)/\(name)", encoding: .utf8)
            let answer = try await api.post("/api/v1/jobs?dryRun=true", text)
            #expect(answer.status == 200, "\(name): \(answer.text)")
            let normal = try write(answer.json["manifest"]?.jsonText ?? "", "normal.json", gateway)
            let script =
                "import json,jsonschema,sys; jsonschema.validate(json.load(open(sys.argv[2])), json.load(open(sys.argv[1])))"
            let verdict = try await Command.run("/usr/bin/python3", ["-c", script, schema, normal])
            #expect(verdict.status == 0, "\(name): \(verdict.errors)")
        }
    }
}
