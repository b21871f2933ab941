import Documents
import Foundation
import Slurm
import Storage
import Testing

@testable import Gateway
@testable import Simulator

@Suite("The tables of simulated sites", .timeLimit(.minutes(1)))
struct SimulatorStoreTests {
    private let now = Timestamp(seconds: 1_790_000_000)

    private func request() -> SimulatedJob.Request {
        .init(
            name: "n",
            parameters: ["dataset": "d"],
            gpus: 1,
            cpus: 2,
            memory: 100,
            walltime: 60,
            partition: "p",
            account: "a"
        )
    }

    private func with(
        _ engine: TestEngine,
        _ body: @escaping @Sendable (any StorageConnection) throws -> Void
    ) async throws {
        try await SimulatedInstallation.with(engine) { installation in
            try await installation.running { gateway in
                try await gateway.runtime.spine.database.transaction { try body($0) }
            }
        }
    }

    @Test("give a key one job and one number, however often it is submitted", arguments: TestEngine.allCases)
    func takesAKeyOnce(engine: TestEngine) async throws {
        let (request, now) = (request(), now)
        try await with(engine) { connection in
            func submit(_ key: String) throws -> (job: SimulatedJob, isNew: Bool) {
                try SimulatorStore.submit(key, at: "s", job: "j", attempt: 1, request, now: now, on: connection)
            }
            let first = try submit("ff-1-1")
            let second = try submit("ff-2-1")
            let again = try submit("ff-1-1")
            #expect((first.isNew, second.isNew, again.isNew) == (true, true, false))
            #expect(again.job == first.job)
            #expect(second.job.id == first.job.id + 1)
            #expect(first.job.request == request)
            #expect(first.job.state == .pending)
            #expect(try SimulatorStore.find(id: first.job.id, at: "s", on: connection) == first.job)
            #expect(try SimulatorStore.find(id: first.job.id, at: "another", on: connection) == nil)
        }
    }

    @Test("end a job once: what came first stands", arguments: TestEngine.allCases)
    func endsOnce(engine: TestEngine) async throws {
        let (request, now) = (request(), now)
        try await with(engine) { connection in
            _ = try SimulatorStore.submit("ff-1-1", at: "s", job: "j", attempt: 1, request, now: now, on: connection)
            try SimulatorStore.begin("ff-1-1", at: now, on: connection)
            #expect(
                try SimulatorStore.end("ff-1-1", as: .cancelled, exitCode: 0, ran: 5, at: now, on: connection)
            )
            #expect(
                try !SimulatorStore.end("ff-1-1", as: .completed, exitCode: 0, ran: 9, at: now, on: connection)
            )
            let job = try #require(try SimulatorStore.find("ff-1-1", on: connection))
            #expect(job.state == .cancelled)
            #expect(job.ranMilliseconds == 5)
            #expect(try SimulatorStore.open(at: "s", on: connection).isEmpty)
        }
    }

    @Test("keep the first decisions of a stage, and read back what was written", arguments: TestEngine.allCases)
    func keepsStages(engine: TestEngine) async throws {
        let (request, now) = (request(), now)
        try await with(engine) { connection in
            _ = try SimulatorStore.submit("ff-1-1", at: "s", job: "j", attempt: 1, request, now: now, on: connection)
            var decided = AgentDecisions(
                decisions: [.rule("polynomialOrder", 5, "because")],
                reasoning: "so",
                source: .heuristic
            )
            decided.failure = "provider_unavailable.timeout"
            let ruin = StageRuin(state: .timeout, exitCode: 0, at: 7, lines: ["late"])
            let stage = SimulatedStage(
                agent: .alphaCal,
                beginsAt: 0,
                lasts: 10,
                decisions: decided,
                ruin: ruin,
                begunAt: now
            )
            try SimulatorStore.insert(stage, of: "ff-1-1", on: connection)
            decided.reasoning = "otherwise"
            let other = SimulatedStage(
                agent: .alphaCal,
                beginsAt: 0,
                lasts: 99,
                decisions: decided,
                ruin: nil,
                begunAt: now
            )
            try SimulatorStore.insert(other, of: "ff-1-1", on: connection)
            #expect(try SimulatorStore.stages(of: "ff-1-1", on: connection) == [stage])
            try SimulatorStore.complete(.alphaCal, of: "ff-1-1", output: "{}", at: now, on: connection)
            #expect(try SimulatorStore.stages(of: "ff-1-1", on: connection).first?.completedAt == now)
        }
    }
}
