import Documents
import Foundation
import Testing

/// A submission is killed between each pair of its steps; Slurm has one job each time.
@Suite("Exactly once", .timeLimit(.minutes(5)))
struct ExactlyOnceTests {
    private static let manifest = "name: once\ncommand: sleep 1\nresources: {memory: 50M, walltime: 2m}"
    private static let quick = "    resubmitAfter: 3s\n    commandDeadline: 20s"

    /// The gateway's own word about a job while it is alive.
    private func waitForJob(_ id: String, _ api: API, state: String) async throws {
        try await api.wait(id, for: finalStates.union([state]), within: .seconds(30))
    }

    private func slurmHas(_ id: String) async throws -> Bool {
        try await TestCluster.knows("ff-admin-\(id)-1")
    }

    private func expectOne(_ id: String, _ gateway: GatewayProcess) async throws {
        let job = try await API(gateway).wait(id)
        #expect(job["state"] == "completed", "\(job.jsonText)")
        #expect(try await TestCluster.count(named: "ff-admin-\(id)-1") == 1)
    }

    @Test("killed after the acceptance, before anything was sent")
    func killedAfterAcceptance() async throws {
        let proxy = try Proxy(before: TestCluster.portA)
        proxy.set(.cut)
        let gateway = try await GatewayProcess(sites: TestCluster.site(port: proxy.port, extra: Self.quick)).start()
        let id = try await API(gateway).submit(Self.manifest)
        gateway.stop(with: SIGKILL)
        proxy.set(.pass)
        try await gateway.start()
        try await expectOne(id, gateway)
    }

    @Test("killed after 'about to submit' was written, before the site heard of it")
    func killedBeforeTheCommand() async throws {
        let proxy = try Proxy(before: TestCluster.portA)
        let gateway = try await GatewayProcess(sites: TestCluster.site(port: proxy.port, extra: Self.quick)).start()
        let api = API(gateway)
        try await waitUntilUp(api)
        proxy.set(.holdUp)
        let id = try await api.submit(Self.manifest)
        try await waitForJob(id, api, state: "staging")
        #expect(try await slurmHas(id) == false)
        gateway.stop(with: SIGKILL)
        proxy.set(.cut)
        proxy.set(.pass)
        try await gateway.start()
        try await expectOne(id, gateway)
    }

    @Test("killed when Slurm had the job and the answer was on its way")
    func killedBeforeTheAnswer() async throws {
        let proxy = try Proxy(before: TestCluster.portA)
        let gateway = try await GatewayProcess(sites: TestCluster.site(port: proxy.port, extra: Self.quick)).start()
        let api = API(gateway)
        try await waitUntilUp(api)
        proxy.set(.holdUp)
        let id = try await api.submit(Self.manifest)
        try await waitForJob(id, api, state: "staging")
        try await swallowAnswer(proxy, id)
        #expect(try await api.job(id)["slurm"] == .null)
        gateway.stop(with: SIGKILL)
        proxy.set(.cut)
        proxy.set(.pass)
        try await gateway.start()
        try await expectOne(id, gateway)
    }

    /// Lets just so much of the server through that the command arrives and runs; the answer, which comes last, stays
    /// behind.
    private func swallowAnswer(_ proxy: Proxy, _ id: String) async throws {
        proxy.set(.holdDown)
        for _ in 0..<40 {
            proxy.allow(48)
            let end = ContinuousClock.now + .seconds(1)
            while ContinuousClock.now < end {
                if try await slurmHas(id) { return }
                try await Task.sleep(for: .milliseconds(100))
            }
        }
        Issue.record("the command did not arrive")
    }

    @Test("killed when Slurm's id was written")
    func killedAfterTheAnswer() async throws {
        let gateway = try await GatewayProcess(sites: TestCluster.site(extra: Self.quick)).start()
        let api = API(gateway)
        let id = try await api.submit(Self.manifest)
        try await api.wait(id, for: ["pending", "running"], within: .seconds(30))
        gateway.stop(with: SIGKILL)
        try await gateway.start()
        try await expectOne(id, gateway)
    }

    @Test("killed while logs and outputs come home")
    func killedWhileRetrieving() async throws {
        let proxy = try Proxy(before: TestCluster.portA)
        let gateway = try await GatewayProcess(sites: TestCluster.site(port: proxy.port, extra: Self.quick)).start()
        let api = API(gateway)
        let id = try await api.submit(
            "name: once\ncommand: head -c 3000000 /dev/zero > big.bin\noutputs: ['*.bin']\nresources: {memory: 50M, walltime: 2m}"
        )
        try await eventually("the job is being retrieved", within: .seconds(60)) {
            let state = try await api.job(id)["state"]
            if state == "retrieving" { proxy.set(.holdDown) }
            return state == "retrieving" || state == "completed"
        }
        gateway.stop(with: SIGKILL)
        proxy.set(.cut)
        proxy.set(.pass)
        try await gateway.start()
        try await expectOne(id, gateway)
        let outputs = try await API(gateway).get("/api/v1/jobs/\(id)/outputs").json["items"]?.arrayValue
        #expect(outputs?.first?["size"] == 3_000_000)
    }

    @Test("the connection cut at random bytes of the answer")
    func cutAtRandomBytes() async throws {
        let seed = UInt64.random(in: 0...UInt64(UInt32.max))
        print("exactly once: seed \(seed)")
        var random = SeededGenerator(state: seed)
        let proxy = try Proxy(before: TestCluster.portA)
        let gateway = try await GatewayProcess(sites: TestCluster.site(port: proxy.port, extra: Self.quick)).start()
        let api = API(gateway)
        try await waitUntilUp(api)
        var ids: [String] = []
        for _ in 0..<8 {
            proxy.cut(after: Int.random(in: 0...1500, using: &random))
            ids.append(try await api.submit(Self.manifest))
            try await Task.sleep(for: .milliseconds(Int.random(in: 0...400, using: &random)))
        }
        proxy.set(.pass)
        for id in ids { try await expectOne(id, gateway) }
    }

    @Test("a marker left by a dead sbatch: nothing is sent before Slurm was asked long enough")
    func orphanedMarker() async throws {
        let proxy = try Proxy(before: TestCluster.portA)
        proxy.set(.cut)
        let gateway = try await GatewayProcess(sites: TestCluster.site(port: proxy.port, extra: Self.quick)).start()
        let api = API(gateway)
        let id = try await api.submit(Self.manifest)
        let folder = "/home/researcher1/farfield-tests/ff-admin-\(id)-1"
        let line = "mkdir -p \(folder) && date +%s > \(folder)/submitting"
        let made = try await Command.run(
            "/usr/bin/ssh",
            [
                "-q", "-i", TestCluster.privateKey, "-o", "UserKnownHostsFile=\(TestCluster.knownHosts)", "-p",
                String(TestCluster.portA), "researcher1@127.0.0.1", line,
            ]
        )
        #expect(made.status == 0, "\(made.errors)")
        proxy.set(.pass)
        let job = try await api.wait(id, for: ["staging"], within: .seconds(40))
        #expect(job["slurm"] == .null)
        try await expectOne(id, gateway)
    }

    private func waitUntilUp(_ api: API) async throws {
        try await eventually("the site is up") { try await api.get("/api/v1/sites/a").json["state"] == "up" }
    }
}

/// A small generator with a seed (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
