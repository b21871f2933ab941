import Documents
import Foundation
import TestSupport
import Testing

/// Jobs that people must approve, from the manifest to the cluster.
@Suite("Approvals on the cluster", .timeLimit(.minutes(5)))
struct ApprovalTests {
    private static let manifest = "name: asked\ncommand: echo hi\nresources: {memory: 20M, walltime: 3m}"

    private func gateway(_ relay: MailRelayServer) async throws -> GatewayProcess {
        let password = NSTemporaryDirectory() + "mail-password-" + UUID().uuidString
        try "s3cret-canary\n".write(toFile: password, atomically: true, encoding: .utf8)
        return try await GatewayProcess(
            general: """
                approvals:
                  rules: [{name: long, when: {walltime: 2m}}]
                  contact: hpc-help@lab.example
                mail:
                  relay: smtp://127.0.0.1:\(relay.ports.secure)
                  from: farfield@lab.example
                  user: gate
                  passwordFile: \(password)
                  certificates: \(relay.ports.certificate)
                  admins: [carol@lab.example]
                """
        ).start()
    }

    /// Changes the gateway's database behind its back.
    private func alter(_ gateway: GatewayProcess, _ statements: String) async throws {
        let program = """
            import glob, sqlite3, sys
            file = [f for f in glob.glob(sys.argv[1] + '/*') if f.endswith(('.sqlite', '.db'))][0]
            connection = sqlite3.connect(file, timeout=30)
            connection.executescript(sys.argv[2])
            connection.commit()
            """
        let result = try await Command.run(
            TestCluster.variable("FARFIELD_TEST_PYTHON"),
            ["-c", program, gateway.state, statements]
        )
        try #require(result.status == 0, "\(result)")
    }

    /// The open question about a job.
    private func open(_ job: String, _ api: API) async throws -> JSONValue {
        let items = try await api.get("/api/v1/approvals?state=open").json["items"]?.arrayValue ?? []
        return try #require(items.first { $0["job"]?["id"]?.stringValue == job })
    }

    @Test("a job is held, is sent only as it was approved, and once, though the gateway is killed in between")
    func whole() async throws {
        let relay = try MailRelayServer(python: TestCluster.variable("FARFIELD_TEST_PYTHON"))
        let gateway = try await gateway(relay)
        let api = API(gateway)
        let free = try await api.submit("name: free\ncommand: echo\nresources: {memory: 20M, walltime: 1m}")
        let job = try await api.submit(Self.manifest)
        let held = try await api.job(job)
        #expect(held["state"] == "held" && held["approval"]?["state"] == "open")
        #expect(held["reason"]?.stringValue?.contains("walltime 3m is more than 2m (rule 'long')") == true)
        let first = try await open(job, api)
        let (id, digest) = (first["id"]?.stringValue ?? "", first["digest"]?.stringValue ?? "")
        let body = #"{"digest":"\#(digest)"}"#
        let own = try await api.post("/api/v1/approvals/\(id)/approve", body, type: "application/json")
        #expect(own.status == 403, "\(own.text)")
        // Somebody else's from now on: an approval of what was asked does not cover that.
        try await alter(
            gateway,
            "UPDATE jobs SET owner = 'alice' WHERE id = '\(job)'; UPDATE approvals SET owner = 'alice'"
        )
        let approved = try await api.post("/api/v1/approvals/\(id)/approve", body, type: "application/json")
        #expect(approved.status == 200 && approved.json["state"] == "approved", "\(approved.text)")
        gateway.stop(with: SIGKILL)
        try await gateway.start()
        try await eventually("it asks again") { try await api.job(job)["approval"]?["id"]?.stringValue != id }
        let again = try await open(job, api)
        #expect(again["changed"] == ["owner"] && again["owner"] == "alice")
        #expect(try await TestCluster.count(named: "ff-admin-\(job)-1") == 0)
        let shown = try await gateway.cli("approvals", "show", again["id"]?.stringValue ?? "")
        #expect(shown.output.contains("#SBATCH") && shown.output.contains("alice"), "\(shown)")
        let decided = try await gateway.cli("approvals", "approve", again["id"]?.stringValue ?? "", "--reason", "yes")
        #expect(decided.output.hasPrefix("approved"), "\(decided)")
        gateway.stop(with: SIGKILL)
        try await gateway.start()
        #expect(try await api.wait(job)["state"] == "completed")
        #expect(try await api.wait(free)["state"] == "completed")
        #expect(try await TestCluster.count(named: "ff-admin-\(job)-1") == 1)
        try await eventually("the record tells who allowed it") {
            try await api.get("/api/v1/jobs/\(job)/reproducibility-manifest").text.contains("Approved by admin")
        }
        try await eventually("the admins were told of both questions") { try relay.taken.count >= 2 }
        let letter = try #require(try relay.taken.first)
        #expect(letter.to == ["carol@lab.example"] && letter.secure && letter.user == "gate")
        #expect(letter.text.contains(job) && letter.text.contains("farfield approvals show \(id)"))
        let line = try String(contentsOfFile: "/proc/\(gateway.processID)/cmdline", encoding: .utf8)
        #expect(!gateway.log.contains("canary") && !line.contains("canary"))
    }

    @Test("a refusal ends the job; mail the relay does not take stays a dead letter")
    func refused() async throws {
        let relay = try MailRelayServer(python: TestCluster.variable("FARFIELD_TEST_PYTHON"))
        relay.command("answer 550 5.1.1 nobody here")
        let gateway = try await gateway(relay)
        let api = API(gateway)
        let job = try await api.submit(Self.manifest)
        try await alter(
            gateway,
            "UPDATE jobs SET owner = 'alice' WHERE id = '\(job)'; UPDATE approvals SET owner = 'alice'"
        )
        let id = try await open(job, api)["id"]?.stringValue ?? ""
        let refused = try await gateway.cli("approvals", "refuse", id, "--reason", "use less")
        #expect(refused.output == "refused: job \(job) is cancelled\n", "\(refused)")
        #expect(try await api.job(job)["reason"] == "admin refused it: use less")
        let kinds = try await api.get("/api/v1/jobs/\(job)/events").json["items"]?.arrayValue?.map { $0["type"] }
        #expect(kinds == ["job.submitted", "job.state", "job.held", "job.refused", "job.state"])
        try await eventually("the letter is dead") {
            try await gateway.cli("queue", "dead").output.contains("550")
        }
        let granted = try await gateway.cli(
            "approvals",
            "standing",
            "add",
            "--person",
            "alice",
            "--cost-per-job",
            "5",
            "--total-cost",
            "12.5",
            "--valid-for",
            "30d"
        )
        #expect(granted.output.hasPrefix("sta_"), "\(granted)")
        #expect(try await gateway.cli("approvals", "standing").output.contains("12.5 SU"))
        let standing = granted.output.trimmingCharacters(in: .whitespacesAndNewlines)
        #expect(try await gateway.cli("approvals", "standing", "revoke", standing).status == 0)
        #expect(try await gateway.cli("approvals", "standing", "revoke", standing).status == 5)
    }
}
