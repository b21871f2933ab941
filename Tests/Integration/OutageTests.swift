import Documents
import Foundation
import Synchronization
import Testing

/// Daemons of site b go away and come back; no job is declared failed for it, none runs twice.
@Suite("Outages", .serialized, .timeLimit(.minutes(8)))
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
            "SLURM_CONF=\(configuration) sacct -a -n -P -X -S now-1days --name=ff-admin-\(id)-1 -o JobIDRaw,State"
        )
        return jobs.output.split(separator: "\n").count
    }

    /// Does something while a daemon is away, and brings it back whatever happens.
    private func without(_ daemon: String, _ verb: String = "stop", _ body: () async throws -> Void) async throws {
        let site = daemon == "slurmdbd" ? [] : ["b"]
        let gone = try await TestCluster.control([verb, daemon] + site)
        try #require(gone.status == 0, "\(gone.errors)")
        let outcome: Result<Void, any Error>
        do {
            outcome = .success(try await body())
        } catch {
            outcome = .failure(error)
        }
        let back = try await TestCluster.control([verb == "stop" ? "start" : "thaw", daemon] + site)
        #expect(back.status == 0, "\(back.errors)")
        try outcome.get()
    }

    @Test("sshd away: jobs keep their last state, submissions wait, the site says since when")
    func sshd() async throws {
        let gateway = try await gateway()
        let api = API(gateway)
        let running = try await api.submit("name: o\ncommand: sleep 15\nresources: {memory: 50M, walltime: 2m}")
        try await api.wait(running, for: ["running"])
        var waiting = ""
        try await without("sshd") {
            waiting = try await api.submit(Self.manifest)
            try await eventually("the site is down") { try await api.get("/api/v1/sites/b").json["state"] == "down" }
            let site = try await api.get("/api/v1/sites/b").json
            #expect(site["since"]?.stringValue != nil)
            #expect(site["reason"]?.stringValue?.isEmpty == false, "\(site.jsonText)")
            #expect(try await api.job(running)["state"] == "running")
            try await eventually("the submission says why it waits") {
                let held = try await api.job(waiting)
                return ["queued", "staging"].contains(held["state"]?.stringValue ?? "") && held["reason"] != .null
            }
        }
        #expect(try await api.wait(running)["state"] == "completed")
        #expect(try await api.wait(waiting)["state"] == "completed")
        try await eventually("the site is up again") { try await api.get("/api/v1/sites/b").json["state"] == "up" }
    }

    @Test("a frozen controller that creates the job but does not answer: one job")
    func frozenController() async throws {
        let gateway = try await gateway()
        let api = API(gateway)
        var id = ""
        try await without("slurmctld", "freeze") {
            id = try await api.submit(Self.manifest)
            // Slurm's MessageTimeout is 5 s here: sbatch gives up while its request lies in the socket.
            try await eventually("the outcome is unknown", within: .seconds(60)) {
                try await api.job(id)["reason"]?.stringValue?.contains("answer was lost") == true
            }
        }
        #expect(try await api.wait(id)["state"] == "completed")
        #expect(try await countAtB(id) == 1)
    }

    @Test("a stopped controller: the job waits and runs once when it is back")
    func stoppedController() async throws {
        let gateway = try await gateway()
        let api = API(gateway)
        var id = ""
        try await without("slurmctld") {
            id = try await api.submit(Self.manifest)
            try await eventually("it says why it waits", within: .seconds(60)) {
                try await api.job(id)["reason"]?.stringValue?.contains("controller") == true
            }
        }
        #expect(try await api.wait(id)["state"] == "completed")
        #expect(try await countAtB(id) == 1)
    }

    @Test("accounting away while a job ends: its last state stays, its exit code comes later")
    func accounting() async throws {
        let gateway = try await gateway()
        let api = API(gateway)
        let id = try await api.submit("name: o\ncommand: sleep 6; exit 7\nresources: {memory: 50M, walltime: 2m}")
        try await api.wait(id, for: ["running"])
        try await without("slurmdbd") {
            try await eventually("the accounting is missed", within: .seconds(60)) {
                try await api.job(id)["reason"]?.stringValue?.contains("accounting") == true
            }
            #expect(try await api.job(id)["state"] == "running")
        }
        let job = try await api.wait(id)
        #expect(job["state"] == "failed")
        #expect(job["slurm"]?["exitCode"] == 7)
    }

    /// One daemon of site b, and what was done to it.
    private enum Outage: CaseIterable {
        case sshdStopped, controllerStopped, controllerFrozen, accountingStopped

        var daemon: [String] {
            switch self {
            case .sshdStopped: ["sshd", "b"]
            case .controllerStopped, .controllerFrozen: ["slurmctld", "b"]
            case .accountingStopped: ["slurmdbd"]
            }
        }

        var begin: String { self == .controllerFrozen ? "freeze" : "stop" }
        var end: String { self == .controllerFrozen ? "thaw" : "start" }
    }

    @Test("daemons that come and go in any order, under load: every job completes, once")
    func flapping() async throws {
        let seed =
            ProcessInfo.processInfo.environment["FARFIELD_TEST_SEED"].flatMap { Int($0) } ?? Int.random(in: 0...99999)
        print("flapping: seed \(seed)")
        var random = SeededGenerator(state: UInt64(seed))
        let gateway = try await gateway()
        let api = API(gateway)
        let ids = Mutex<[String]>([])
        let isOver = Mutex(false)
        let load = Task {
            while !isOver.withLock({ $0 }) {
                let id = try await api.submit("name: f\ncommand: exit 3\nresources: {memory: 20M, walltime: 2m}")
                ids.withLock { $0.append(id) }
                try await Task.sleep(for: .milliseconds(900))
            }
        }
        for _ in 0..<10 {
            let outage = Outage.allCases.randomElement(using: &random) ?? .sshdStopped
            let second = Outage.allCases.filter { $0.daemon != outage.daemon }.randomElement(using: &random)
            let both = [outage] + (Bool.random(using: &random) ? [second].compactMap { $0 } : [])
            for one in both { try await TestCluster.control([one.begin] + one.daemon) }
            try await Task.sleep(for: .milliseconds(Int.random(in: 200...6000, using: &random)))
            for one in both.shuffled(using: &random) { try await TestCluster.control([one.end] + one.daemon) }
            try await Task.sleep(for: .milliseconds(Int.random(in: 0...3000, using: &random)))
        }
        isOver.withLock { $0 = true }
        try await load.value
        let all = ids.withLock { $0 }
        #expect(all.count > 20)
        for id in all {
            let job = try await api.wait(id, within: .seconds(120))
            #expect(job["state"] == "failed" && job["slurm"]?["exitCode"] == 3, "seed \(seed): \(job.jsonText)")
            #expect(try await countAtB(id) == 1, "seed \(seed): \(id)")
        }
        let site = try await api.get("/api/v1/sites/b").json
        #expect(site["state"] == "up", "\(site.jsonText)")
    }
}
