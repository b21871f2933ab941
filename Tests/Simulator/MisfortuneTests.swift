import Documents
import Storage
import Testing

@testable import Gateway
@testable import Simulator

@Suite("A simulated job that goes wrong", .timeLimit(.minutes(2)))
struct MisfortuneTests {
    @Test(
        "ends as at a cluster, and tells why",
        arguments: [
            ("rfi_too_strong", "FAILED", JobState.failed, 1, "RFI too strong"),
            ("out_of_memory", "OUT_OF_MEMORY", .failed, 0, "oom_kill"),
            ("node_failure", "NODE_FAIL", .failed, 0, "NODE FAILURE"),
            ("timeout", "TIMEOUT", .timedOut, 0, "TIME LIMIT"),
        ]
    )
    func asked(fault: String, word: String, state: JobState, code: Int, line: String) async throws {
        try await SimulatedInstallation.with { installation in
            try await installation.running { gateway in
                let submitted = try await gateway.submit(["fault": .string(fault)], ["resources": ["walltime": "3h"]])
                let job = try await gateway.wait(submitted.id)
                #expect(job.state == state)
                #expect(job.slurm?.state == word)
                #expect(job.slurm?.exitCode == code)
                #expect(job.slurm?.signal == (fault == "out_of_memory" ? 125 : nil))
                #expect(job.reason != nil)
                #expect(try gateway.log(job, "stderr").contains(line))
                let stage = fault == "rfi_too_strong" ? "ALPHACAL" : "IMAGE_RECONSTRUCTION"
                let failed = try await gateway.events(job.id).filter { $0.kind == .failed }
                #expect(failed.map { $0.data["stage"] } == [.string(stage)])
                #expect(job.stages.last?.completedAt == nil)
                if fault == "timeout" { #expect(job.slurm?.elapsedSeconds == 3 * 3600) }
            }
        }
    }

    @Test("by a node is tried again where the manifest says so, and completes on another node")
    func nodeFailure() async throws {
        try await SimulatedInstallation.with { installation in
            try await installation.running { gateway in
                let retries: JSONValue = ["limit": 2, "on": ["nodeFailure"]]
                let submitted = try await gateway.submit(["fault": "node_failure"], ["retries": retries])
                let job = try await gateway.wait(submitted.id)
                #expect(job.state == .completed, "\(job.reason ?? "")")
                #expect(job.attempt == 2)
                #expect(job.stages.count == 3)
                #expect(try await gateway.outputs(job.id).keys.contains("image.fits"))
            }
        }
    }

    @Test("because of the interference in its data fails by the formulas alone, and the strategy decides")
    func naturalInterference() async throws {
        try await SimulatedInstallation.with { installation in
            try await installation.running { gateway in
                let bad = try await gateway.submit(["rfi_fraction": "0.9", "rfi_strategy": "low"])
                let job = try await gateway.wait(bad.id)
                #expect(job.state == .failed)
                #expect(try gateway.log(job, "stderr").contains("rfi_strategy"))
                let fine = try await gateway.submit(["rfi_fraction": "0.1"])
                #expect(try await gateway.wait(fine.id).state == .completed)
            }
        }
    }

    @Test("because its walltime is too short ends when that is over, in simulated time")
    func walltime() async throws {
        try await SimulatedInstallation.with { installation in
            try await installation.running { gateway in
                let submitted = try await gateway.submit([:], ["resources": ["walltime": "20m"]])
                let job = try await gateway.wait(submitted.id)
                #expect(job.state == .timedOut)
                #expect(job.slurm?.elapsedSeconds == 1200)
                #expect(try gateway.log(job, "stdout").contains("[00:20:00] The job ended: TIMEOUT"))
            }
        }
    }

    @Test("because somebody cancels it ends at once, and lets the next one begin")
    func cancelled() async throws {
        try await SimulatedInstallation.with(clock: .factor(1), slots: 1) { installation in
            try await installation.running { gateway in
                let first = try await gateway.submit([:])
                let running = try await gateway.wait(first.id) { !$0.stages.isEmpty }
                #expect(running.state == .running)
                #expect(running.stages.first?.progress == 0)
                let second = try await gateway.submit(["seed": "2"])
                let waiting = try await gateway.wait(second.id) { $0.slurm?.reason == "Resources" }
                #expect(waiting.state == .pending)
                #expect(waiting.slurm?.queuePosition == 1)
                _ = try await gateway.runtime.services.jobs.cancel(
                    first.id,
                    by: Gateway.Person(name: "admin", isAdmin: true)
                )
                let ended = try await gateway.wait(first.id)
                #expect(ended.state == .cancelled)
                #expect(ended.slurm?.state == "CANCELLED")
                #expect(try gateway.log(ended, "stderr").contains("CANCELLED"))
                #expect(try await gateway.wait(second.id) { $0.state == .running }.state == .running)
            }
        }
    }

    @Test("that finds no free slot waits its turn: with one slot, one job runs after the other")
    func slots() async throws {
        try await SimulatedInstallation.with(slots: 1) { installation in
            try await installation.running { gateway in
                var jobs: [Job] = []
                for seed in 1...4 { jobs.append(try await gateway.submit(["seed": .string("\(seed)")])) }
                for job in jobs { #expect(try await gateway.wait(job.id).state == .completed) }
                let keys = jobs.map(\.submissionKey)
                let rows = try await gateway.runtime.spine.database.read { connection in
                    try keys.compactMap { try SimulatorStore.find($0, on: connection) }.sorted { $0.id < $1.id }
                }
                #expect(rows.count == 4)
                for (earlier, later) in zip(rows, rows.dropFirst()) {
                    #expect(try #require(later.startedAt) >= #require(earlier.endedAt))
                }
            }
        }
    }
}
