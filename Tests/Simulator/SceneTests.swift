import Slurm
import Testing

@testable import Gateway
@testable import Simulator

@Suite("What happens next in a simulated job")
struct SceneTests {
    private let agents = PipelineAgent.anomalyDetection.pipeline

    private func stage(
        _ agent: PipelineAgent,
        from begin: Int64,
        lasts: Int64 = 1000,
        isDone: Bool = false,
        ruin: StageRuin? = nil
    ) -> SimulatedStage {
        let now = Timestamp(seconds: 1)
        var stage = SimulatedStage(
            agent: agent,
            beginsAt: begin,
            lasts: lasts,
            decisions: AgentDecisions(decisions: [], reasoning: "", source: .heuristic),
            ruin: ruin,
            begunAt: now
        )
        stage.completedAt = isDone ? now : nil
        return stage
    }

    @Test("is the first agent, then the next where the one before ended, then the end")
    func order() {
        #expect(Scene.next(agents, [], elapsed: 5) == .begin(.alphaCal, at: 0))
        let first = stage(.alphaCal, from: 0, isDone: true)
        #expect(Scene.next(agents, [first], elapsed: 99_999) == .begin(.imageReconstruction, at: 1000))
        #expect(Scene.next([.alphaCal], [first], elapsed: 99_999) == .finish(at: 1000))
    }

    @Test("is waited for until the next step, and the end of the stage")
    func waiting() {
        let running = stage(.alphaCal, from: 0)
        #expect(Scene.next(agents, [running], elapsed: 0) == .wait(until: 300))
        #expect(Scene.next(agents, [running], elapsed: 300) == .wait(until: 700))
        #expect(Scene.next(agents, [running], elapsed: 999) == .wait(until: 1000))
        #expect(Scene.next(agents, [running], elapsed: 1000) == .complete(running))
        #expect([0, 300, 999, 5000].map { running.progress(at: $0) } == [0, 30, 99, 99])
    }

    @Test("is the ruin of the stage, however late somebody looks")
    func ruin() {
        let ruin = StageRuin(state: .timeout, exitCode: 0, at: 500, lines: [])
        let running = stage(.alphaCal, from: 0, ruin: ruin)
        #expect(Scene.next(agents, [running], elapsed: 400) == .wait(until: 500))
        #expect(Scene.next(agents, [running], elapsed: 500) == .ruin(ruin))
        #expect(Scene.next(agents, [running], elapsed: 1_000_000) == .ruin(ruin))
        #expect(running.moments.map(\.name) == ["RFI_ASSESSMENT"])
    }

    @Test("is told in a log that only grows")
    func story() {
        let job = SimulatedJob(
            key: "ff-1-1",
            id: 1,
            site: "s",
            job: "j",
            attempt: 1,
            request: .init(
                name: "n",
                parameters: ["dataset": "d\u{1B}[31m"],
                gpus: 1,
                cpus: 1,
                memory: 1,
                walltime: 1,
                partition: "p",
                account: "a"
            ),
            state: .running,
            submittedAt: Timestamp(seconds: 1)
        )
        let (running, done) = (stage(.alphaCal, from: 0), stage(.alphaCal, from: 0, isDone: true))
        let next = stage(.imageReconstruction, from: 1000)
        let pages = [
            Story(job: job, stages: []).output(upTo: 0), Story(job: job, stages: [running]).output(upTo: 0),
            Story(job: job, stages: [running]).output(upTo: 350), Story(job: job, stages: [done]).output(upTo: 1000),
            Story(job: job, stages: [done, next]).output(upTo: 1700),
        ]
        for (earlier, later) in zip(pages, pages.dropFirst()) { #expect(later.hasPrefix(earlier)) }
        #expect(!pages[0].contains("\u{1B}"))
        #expect(Story.clock(3_661_000) == "01:01:01")
    }
}
