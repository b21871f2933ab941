import Documents
import Foundation
import Synchronization
import Testing

/// Two hundred bad moments on the real cluster: every Farfield job ends with exactly one Slurm job, or with an honest
/// refusal and none.
///
/// `FARFIELD_TEST_SEED` repeats a run's choices, `FARFIELD_TEST_ROUNDS` makes it longer.
@Suite("Worst days", .serialized, .timeLimit(.minutes(15)))
struct WorstDaysTests {
    private static let manifest = "name: worst\ncommand: 'true'\nresources: {memory: 20M, walltime: 2m}"

    @Test("two hundred rounds of killed gateways, cut lines, late answers and full disks: one job each")
    func rounds() async throws {
        let seed = Self.number("FARFIELD_TEST_SEED") ?? Int.random(in: 0...Int(UInt32.max))
        let rounds = Self.number("FARFIELD_TEST_ROUNDS") ?? 200
        print("worst days: seed \(seed), \(rounds) rounds")
        let tally = Tally()
        let workers = 8
        try await withThrowingTaskGroup(of: Void.self) { group in
            for worker in 0..<workers {
                group.addTask {
                    let lab = try await FaultLab(
                        random: SeededGenerator(state: UInt64(seed + worker)),
                        tally: tally
                    )
                    try await lab.run(rounds: rounds / workers, manifest: Self.manifest)
                    await lab.close()
                }
            }
            try await group.waitForAll()
        }
        print(tally.text)
        #expect(tally.rounds == rounds / workers * workers)
        #expect(tally.wrong.isEmpty, "seed \(seed): \(tally.wrong.joined(separator: "\n"))")
    }

    private static func number(_ variable: String) -> Int? {
        ProcessInfo.processInfo.environment[variable].flatMap { Int($0) }
    }
}

/// What came of all rounds.
final class Tally: Sendable {
    private let state = Mutex<(byFault: [String: [String: Int]], wrong: [String])>(([:], []))

    func add(_ fault: String, _ result: String) {
        state.withLock { $0.byFault[fault, default: [:]][result, default: 0] += 1 }
    }

    func add(wrong text: String) { state.withLock { $0.wrong.append(text) } }

    var wrong: [String] { state.withLock { $0.wrong } }
    var rounds: Int { state.withLock { $0.byFault.values.reduce(0) { $0 + $1.values.reduce(0, +) } } }

    var text: String {
        let rows = state.withLock { $0.byFault }.sorted { $0.key < $1.key }.map { fault, results in
            let parts = results.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }
            return "  \(fault): \(parts.joined(separator: ", "))"
        }
        return "worst days, \(rounds) rounds:\n" + rows.joined(separator: "\n")
    }
}

/// One gateway and one faulty site, on which fault after fault strikes.
actor FaultLab {
    private enum Fault: String, CaseIterable {
        case gatewayKilled = "gateway killed"
        case lineCut = "line cut at a byte"
        case lineSilent = "line silent, then cut"
        case sbatchLate = "sbatch late"
        case sbatchKilled = "sbatch killed with its shell"
        case controllerSilent = "sbatch heard nothing"
        case siteFull = "disk full at the site"
        case gatewayFull = "disk full at the gateway"
    }

    private var random: SeededGenerator
    private let tally: Tally
    private let site: FaultySite
    private let disk: SmallDisk
    private let gateway: GatewayProcess

    init(random: SeededGenerator, tally: Tally) async throws {
        self.random = random
        self.tally = tally
        site = try await FaultySite()
        disk = try await SmallDisk(megabytes: 48)
        gateway = try await GatewayProcess(sites: site.yaml, state: disk.path + "/state").start()
    }

    func close() async {
        gateway.stop(with: SIGKILL)
        await site.close()
        await disk.close()
    }

    func run(rounds: Int, manifest: String) async throws {
        let order = (0..<rounds).map { Fault.allCases[$0 % Fault.allCases.count] }.shuffled(using: &random)
        for (round, fault) in order.enumerated() {
            let text = "\(fault.rawValue), round \(round)"
            do {
                let id = try await strike(fault, manifest)
                tally.add(fault.rawValue, try await verdict(on: id, text))
            } catch {
                tally.add(fault.rawValue, "wrong")
                tally.add(wrong: "\(text): \(error)\n\(gateway.log.suffix(3000))")
            }
        }
    }

    /// Waits for the job's end and compares with Slurm.
    private func verdict(on id: String, _ round: String) async throws -> String {
        let job = try await API(gateway).wait(id, within: .seconds(120))
        let count = try await TestCluster.count(named: "ff-admin-\(id)-1")
        switch (job["state"]?.stringValue, count) {
        case ("completed", 1): return "one job"
        case ("failed", 0) where job["slurm"] == .null && job["reason"] != .null: return "refused"
        default:
            tally.add(wrong: "\(round): \(count) Slurm jobs for \(job.jsonText)\n\(gateway.log.suffix(3000))")
            return "wrong"
        }
    }

    /// Submits as a careful client does: the same key until there is an answer.
    private nonisolated func submit(_ manifest: String, _ key: String) async throws -> String {
        var id: String?
        try await eventually("the gateway accepts the job", within: .seconds(60)) {
            let answer = try? await API(gateway).post("/api/v1/jobs", manifest, headers: ["Idempotency-Key": key])
            if answer?.status == 202 { id = answer?.json["id"]?.stringValue }
            if let answer, (400..<500).contains(answer.status), answer.status != 429 {
                throw WaitFailure(description: "refused: \(answer.text)")
            }
            return id != nil
        }
        return try #require(id)
    }

    private func pause(_ range: ClosedRange<Int>) async throws {
        try await Task.sleep(for: .milliseconds(Int.random(in: range, using: &random)))
    }

    /// Lets a fault happen around one submission, and mends it.
    ///
    /// - Returns: the job's id.
    private func strike(_ fault: Fault, _ manifest: String) async throws -> String {
        let key = UUID().uuidString
        switch fault {
        case .gatewayKilled:
            let (gateway, delay) = (gateway, Int.random(in: 0...350, using: &random))
            async let id = submit(manifest, key)
            try await Task.sleep(for: .milliseconds(delay))
            gateway.stop(with: SIGKILL)
            try await gateway.start()
            return try await id
        case .lineCut:
            site.proxy.cut(after: Int.random(in: 0...2500, using: &random))
            let id = try await submit(manifest, key)
            try await pause(100...1200)
            site.proxy.set(.pass)
            return id
        case .lineSilent:
            site.proxy.set(Bool.random(using: &random) ? .holdDown : .holdUp)
            let id = try await submit(manifest, key)
            try await pause(100...3000)
            site.proxy.set(.cut)
            try await pause(0...500)
            site.proxy.set(.pass)
            return id
        case .sbatchLate:
            let seconds = Double.random(in: 0.5...9, using: &random)
            try site.set(Bool.random(using: &random) ? .lateCall : .lateAnswer, seconds: seconds)
            return try await submitThenMend(manifest, key)
        case .sbatchKilled:
            try site.set(.killed)
            return try await submitThenMend(manifest, key)
        case .controllerSilent:
            try site.set(Bool.random(using: &random) ? .silent : .silentForNothing)
            return try await submitThenMend(manifest, key)
        case .siteFull:
            try await site.fill(leaving: Int.random(in: 0...40_000, using: &random))
            let id = try await submit(manifest, key)
            try await pause(300...2500)
            try await site.free()
            return id
        case .gatewayFull:
            try await disk.fill(leaving: Int.random(in: 0...200_000, using: &random))
            async let id = submit(manifest, key)
            try await pause(300...2500)
            try await disk.free()
            return try await id
        }
    }

    private func submitThenMend(_ manifest: String, _ key: String) async throws -> String {
        let id = try await submit(manifest, key)
        // Until the wrapper has been called.
        try await API(gateway).wait(id, for: finalStates.union(["staging", "pending", "running"]))
        try await pause(100...1500)
        try site.set(.good)
        return id
    }
}
