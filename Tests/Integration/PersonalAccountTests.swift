import Documents
import Foundation
import Testing

/// Everybody with an account of their own at a real cluster.
@Suite("Personal accounts", .timeLimit(.minutes(6)))
struct PersonalAccountTests {
    private static let who = """
        name: who
        site: p
        command: id -un > who.txt; id -un
        outputs: [who.txt]
        resources: {memory: 50M, walltime: 2m}
        """
    private static let long = "name: long\nsite: p\ncommand: sleep 300\nresources: {memory: 50M, walltime: 10m}"

    private func owner(_ path: String) async throws -> String {
        try await TestCluster.slurm("stat -c %U \(path)").output.trimmingCharacters(in: .whitespacesAndNewlines)
    }

    @Test("jobs run, write and end as their owners, and nobody reaches another's")
    func apart() async throws {
        let gateway = try await ClusterPeople.gateway().start()
        let (alice, bob) = (
            try await ClusterPeople.join("alice", gateway), try await ClusterPeople.join("bob", gateway)
        )
        for (api, account) in [(alice, "researcher2"), (bob, "researcher3")] {
            let body = try ClusterPeople.credential(account, key: ClusterPeople.keys + "/id_" + account)
            let kept = try await api.entrust(body)
            try #require(kept.status == 200, "\(kept.text)")
            #expect(
                !kept.text.contains("PRIVATE") && kept.json["fingerprint"]?.stringValue?.hasPrefix("SHA256:") == true
            )
            let check = try await api.post("/api/v1/sites/p/credential/check", "")
            #expect(check.json["ok"] == true, "\(check.text)")
        }
        let mine = try await alice.submit(Self.who)
        let his = try await bob.submit(Self.who)
        for (api, id, account, name) in [(alice, mine, "researcher2", "alice"), (bob, his, "researcher3", "bob")] {
            let job = try await api.wait(id)
            #expect(job["state"] == "completed", "\(job.jsonText)")
            #expect(try await api.get("/api/v1/jobs/\(id)/outputs/who.txt").text == account + "\n")
            let said = try await TestCluster.slurm("sacct -a -n -P -X --name=ff-\(name)-\(id)-1 -o User,Comment").output
            #expect(said.hasPrefix("\(account)|"))
            #expect(try await owner("/home/\(account)/farfield-tests/ff-\(name)-\(id)-1") == account)
        }
        // Through the gateway and at the site.
        #expect(try await bob.get("/api/v1/jobs/\(mine)/logs/stdout").status == 404)
        #expect(try await bob.post("/api/v1/jobs/\(mine)/cancel", "").status == 404)
        let spy =
            "name: spy\nsite: p\nresources: {memory: 50M, walltime: 2m}\ncommand: cat /home/researcher2/farfield-tests/ff-alice-\(mine)-1/who.txt"
        #expect(try await bob.wait(try await bob.submit(spy))["state"] == "failed")

        let sleeping = try await alice.submit(Self.long)
        let running = try await alice.wait(sleeping, for: ["running"])
        let comment = try await TestCluster.slurm("squeue -h -n ff-alice-\(sleeping)-1 -o %k").output
        #expect(comment.hasPrefix("farfield user=alice job=\(sleeping) long"))
        #expect(try await alice.post("/api/v1/jobs/\(sleeping)/cancel", "").status == 202)
        #expect(try await alice.wait(sleeping)["state"] == "cancelled")
        let number = try #require(running["slurm"]?["jobId"]?.stringValue)
        let uid = try await TestCluster.slurm("id -u researcher2").output.trimmingCharacters(
            in: .whitespacesAndNewlines
        )
        #expect(
            try await TestCluster.slurm("sacct -a -n -P -X -j \(number) -o State").output.hasPrefix(
                "CANCELLED by \(uid)"
            )
        )
    }

    @Test("a job without a key waits and says what to upload; a wrong key and one that expires do too, and harm nobody")
    func waiting() async throws {
        let gateway = try await ClusterPeople.gateway().start()
        let (alice, bob) = (
            try await ClusterPeople.join("alice", gateway), try await ClusterPeople.join("bob", gateway)
        )
        _ = try await bob.entrust(ClusterPeople.credential("researcher3", key: ClusterPeople.keys + "/id_researcher3"))
        try await eventually("the site is up") { try await bob.get("/api/v1/sites/p").json["state"] == "up" }
        let id = try await alice.submit(Self.who)
        try await says(alice, id, "farfield sites credential set p")

        // Somebody else's key, which the account does not know.
        let wrong = try ClusterPeople.credential("researcher2", key: ClusterPeople.keys + "/id_researcher3")
        #expect(try await alice.entrust(wrong).status == 200)
        try await says(alice, id, "refuses user researcher2")
        let check = try await alice.post("/api/v1/sites/p/credential/check", "")
        #expect(check.json["ok"] == false)
        #expect(try await bob.get("/api/v1/sites/p").json["state"] == "up")

        // A certificate that ends soon: what it does not last for waits for the next one.
        let short = try await ClusterPeople.certified("researcher2", validity: "-1m:+8s")
        let kept = try await alice.entrust(
            ClusterPeople.credential("researcher2", key: short, certificate: short + "-cert.pub")
        )
        #expect(kept.json["kind"] == "certificate" && kept.json["validBefore"] != .null, "\(kept.text)")
        let job = try await alice.wait(id)
        #expect(job["state"] == "completed", "\(job.jsonText)")
        try await eventually("the certificate has expired") {
            try await alice.post("/api/v1/sites/p/credential/check", "").text.contains("expired")
        }
        // Another command, or the known result would be the answer.
        let late = try await alice.submit(Self.who.replacing("id -un >", with: "id -u -n >"))
        try await says(alice, late, "expired")
        let again = try await alice.entrust(
            ClusterPeople.credential("researcher2", key: short, certificate: short + "-cert.pub")
        )
        #expect(again.status == 422 && again.json["type"]?.stringValue?.hasSuffix("/invalid-credential") == true)
        let longer = try await ClusterPeople.certified("researcher2", validity: "-1m:+1h")
        _ = try await alice.entrust(
            ClusterPeople.credential("researcher2", key: longer, certificate: longer + "-cert.pub")
        )
        let ended = try await alice.wait(late)
        #expect(ended["state"] == "completed", "\(ended.jsonText)")
        // Its account stands on a certificate alone, so the login was by it.
        let another = try await ClusterPeople.certified("researcher3", validity: "-1m:+1h")
        let foreign = try await alice.entrust(
            ClusterPeople.credential("researcher2", key: another, certificate: another + "-cert.pub")
        )
        #expect(foreign.status == 422)
    }

    private func says(_ api: API, _ id: String, _ words: String) async throws {
        try await eventually("the job says '\(words)'") {
            try await api.job(id)["reason"]?.stringValue?.contains(words) == true
        }
    }

    @Test("a key that is taken back while a job runs, a gateway that is killed, and no copy of the key anywhere")
    func takenBack() async throws {
        let gateway = try await ClusterPeople.gateway().start()
        let alice = try await ClusterPeople.join("alice", gateway)
        let key = ClusterPeople.keys + "/id_researcher2"
        let body = try ClusterPeople.credential("researcher2", key: key)
        #expect(try await alice.entrust(body).status == 200)
        let id = try await alice.submit(
            "name: run\nsite: p\ncommand: sleep 20; echo out > o.txt\noutputs: [o.txt]\nresources: {memory: 50M, walltime: 3m}"
        )
        try await alice.wait(id, for: ["running"])
        try await expectNoCopy(of: key, gateway)
        gateway.stop(with: SIGKILL)
        try await gateway.start()
        #expect(try await alice.send("DELETE", "/api/v1/sites/p/credential").status == 204)
        #expect(try await alice.get("/api/v1/sites/p/credential").status == 404)
        // It ends there meanwhile; what it left is waited for.
        try await eventually("Slurm's job has ended") {
            try await TestCluster.slurm("squeue -h -n ff-alice-\(id)-1 -t R -o %A").output.isEmpty
        }
        #expect(try await alice.job(id)["state"] == "running")
        #expect(try await alice.entrust(body).status == 200)
        let job = try await alice.wait(id)
        #expect(job["state"] == "completed", "\(job.jsonText)")
        #expect(try await alice.get("/api/v1/jobs/\(id)/outputs/o.txt").text == "out\n")
        let list = try await API(gateway).get("/api/v1/sites/p/credentials")
        #expect(list.json["items"]?.arrayValue?.count == 1 && !list.text.contains("PRIVATE"))
        #expect(try await alice.get("/api/v1/sites/p/credentials").status == 403)
        #expect(try await API(gateway).get("/api/v1/sites/p/credential").status == 404)
        let audit = try await API(gateway).get("/api/v1/audit?action=credential.revoked")
        #expect(audit.json["items"]?.arrayValue?.count == 1, "\(audit.text)")
        try await expectNoCopy(of: key, gateway)
    }

    /// The middle of the key's text is in no file of the gateway, in no temporary file, no command line and no variable.
    private func expectNoCopy(of key: String, _ gateway: GatewayProcess) async throws {
        let backup = gateway.home + "/backup-" + UUID().uuidString
        #expect(try await gateway.cli("backup", backup).status == 0)
        let lines = try String(contentsOfFile: key, encoding: .utf8).split(separator: "\n")
        let canary = try #require(lines.dropFirst(3).first.map(String.init))
        let found = try await Command.shell(
            """
            grep -rlaF -e '\(canary)' \(gateway.home) ${TMPDIR:-/tmp}/farfield-?????? /tmp/farfield-?????? 2>/dev/null
            for p in \(gateway.processID) $(pgrep -P \(gateway.processID)) $(pgrep ssh-agent) $(pgrep -x ssh); do
                for f in cmdline environ; do
                    grep -laF -e '\(canary)' /proc/$p/$f 2>/dev/null
                    [ $f = environ ] || grep -laF -e 'PRIVATE KEY' /proc/$p/$f 2>/dev/null
                done
            done
            true
            """
        )
        #expect(found.output.isEmpty, "\(found.output)")
        #expect(!gateway.log.contains("PRIVATE KEY"))
    }

    @Test("by the command line: set, show, check, list, remove")
    func commandLine() async throws {
        let gateway = try await ClusterPeople.gateway().start()
        let key = ClusterPeople.keys + "/id_researcher1"
        let set = try await gateway.cli("sites", "credential", "set", "p", "--account", "researcher1", "--key", key)
        #expect(set.status == 0 && set.output.contains("SHA256:"), "\(set.errors)")
        let check = try await gateway.cli("sites", "credential", "check", "p")
        #expect(check.status == 0 && check.output.contains("work folder"), "\(check.output)")
        #expect(try await gateway.cli("sites", "credential", "show", "p").output.contains("researcher1"))
        #expect(try await gateway.cli("sites", "credential", "list", "p").output.contains("researcher1"))
        #expect(try await gateway.cli("sites", "credential", "remove", "p").status == 0)
        #expect(try await gateway.cli("sites", "credential", "show", "p").status != 0)
    }
}
