import Documents
import Foundation
import Testing

/// Daemons of site b go away and come back; no job is declared failed for it, none runs twice.
@Suite("Outages", .serialized, .timeLimit(.minutes(5)))
struct OutageTests {
    private static let manifest = "name: o\ncommand: sleep 3\nresources: {memory: 50M, walltime: 2m}"

    private func gateway() async throws -> GatewayProcess {
        let site = TestCluster.site(
            "b",
            port: TestCluster.portB,
            extra: "    resubmitAfter: 12s\n    commandDeadline: 20s"
        )
        let gateway = try await GatewayProcess(sites: site).start()
        try await eventually("site b is up") { try await API(gateway).get("/api/v1/sites/b").json["state"] == "up" }
        return gateway
    }

    private func countAtB(_ id: String) async throws -> Int {
        let configuration = TestCluster.variable("FARFIELD_CLUSTER") + "/b/etc/slurm.conf"
        let jobs = try await Command.shell(
            "SLURM_CONF=\(configuration) sacct -a -n -P -X -S now-1days --name=ff-\(id)-1 -o JobIDRaw,State"
        )
        return jobs.output.split(separator: "\n").count
    }

    @Test("sshd away: jobs keep their last state, submissions wait, the site says since when")
    func sshd() async throws {
        let gateway = try await gateway()
        let api = API(gateway)
        let running = try await api.submit(Self.manifest)
        try await api.wait(running, for: ["running"])
        try await TestCluster.control("stop", "sshd", "b")
        let waiting = try await api.submit(Self.manifest)
        try await eventually("the site is down") { try await api.get("/api/v1/sites/b").json["state"] == "down" }
        let site = try await api.get("/api/v1/sites/b").json
        #expect(site["since"]?.stringValue != nil)
        #expect(site["reason"]?.stringValue?.contains("cannot connect") == true, "\(site.jsonText)")
        #expect(try await api.job(running)["state"] == "running")
        let held = try await api.job(waiting)
        #expect(["queued", "staging"].contains(held["state"]?.stringValue ?? ""))
        #expect(held["reason"]?.stringValue != nil)
        try await TestCluster.control("start", "sshd", "b")
        #expect(try await api.wait(running)["state"] == "completed")
        #expect(try await api.wait(waiting)["state"] == "completed")
        #expect(try await api.get("/api/v1/sites/b").json["state"] == "up")
    }

    @Test("a frozen controller that creates the job but does not answer: one job")
    func frozenController() async throws {
        let gateway = try await gateway()
        let api = API(gateway)
        try await TestCluster.control("freeze", "slurmctld", "b")
        let id = try await api.submit(Self.manifest)
        try await eventually("the submission is under way") {
            ["staging", "pending"].contains(try await api.job(id)["state"]?.stringValue ?? "")
        }
        // Slurm's MessageTimeout is 5 s here: sbatch gives up while its request lies in the socket.
        try await eventually("the outcome is unknown", within: .seconds(60)) {
            try await api.job(id)["reason"]?.stringValue?.contains("answer was lost") == true
        }
        try await TestCluster.control("thaw", "slurmctld", "b")
        #expect(try await api.wait(id)["state"] == "completed")
        #expect(try await countAtB(id) == 1)
    }

    @Test("a stopped controller: the job waits and runs once when it is back")
    func stoppedController() async throws {
        let gateway = try await gateway()
        let api = API(gateway)
        try await TestCluster.control("stop", "slurmctld", "b")
        let id = try await api.submit(Self.manifest)
        try await eventually("it says why it waits", within: .seconds(60)) {
            try await api.job(id)["reason"]?.stringValue?.contains("controller") == true
        }
        try await TestCluster.control("start", "slurmctld", "b")
        #expect(try await api.wait(id)["state"] == "completed")
        #expect(try await countAtB(id) == 1)
    }

    @Test("accounting away while a job ends: its last state stays, its exit code comes later")
    func accounting() async throws {
        let gateway = try await gateway()
        let api = API(gateway)
        let id = try await api.submit("name: o\ncommand: sleep 2; exit 7\nresources: {memory: 50M, walltime: 2m}")
        try await api.wait(id, for: ["running"])
        try await TestCluster.control("stop", "slurmdbd")
        try await eventually("the accounting is missed") {
            try await api.job(id)["reason"]?.stringValue?.contains("accounting") == true
        }
        #expect(try await api.job(id)["state"] == "running")
        try await TestCluster.control("start", "slurmdbd")
        let job = try await api.wait(id)
        #expect(job["state"] == "failed")
        #expect(job["slurm"]?["exitCode"] == 7)
    }
}
