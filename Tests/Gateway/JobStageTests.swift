import Documents
import Testing

@testable import Gateway

@Suite("Stages of a job")
struct JobStageTests {
    private let start = Timestamp(seconds: 1_800_000_000)

    private func stage(_ name: String, done: Bool) -> JobStage {
        JobStage(
            name: name,
            estimatedMinutes: 15,
            startedAt: start,
            completedAt: done ? start + .seconds(60) : nil,
            progress: done ? 100 : 40,
            output: done ? ["conditionNumber": 12] : .null
        )
    }

    private func seen(_ stages: [JobStage], _ phase: Sighting.Phase = .running) -> JobInput {
        .observed(Sighting(phase: phase, facts: SlurmFacts(jobId: "7"), reason: nil, stages: stages))
    }

    /// The facts of each step of a walk.
    private func facts(_ inputs: [JobInput]) -> [[JobEvents.Fact]] {
        var job = sampleJob()
        return inputs.map { input in
            let before = job
            _ = JobLife.apply(input, to: &job, at: start)
            return JobEvents.between(before, job)
        }
    }

    private let sent: [JobInput] = [.ready, .submitting, .accepted(slurmID: "7")]

    @Test("each begins and ends once, however often it is seen, and a sighting that missed the middle tells all")
    func oncePerStage() {
        let one = stage("ALPHACAL", done: false)
        let two = [stage("ALPHACAL", done: true), stage("IMAGE_RECONSTRUCTION", done: true)]
        let kinds = facts(sent + [seen([one]), seen([one]), seen(two), seen(two)]).dropFirst(3).map { $0.map(\.kind) }
        #expect(
            Array(kinds) == [
                [.stageStarted, .state], [], [.stageCompleted, .stageStarted, .stageCompleted, .progress], [],
            ]
        )
    }

    @Test("what began tells its estimate, what ended tells its output")
    func members() throws {
        let told = facts(sent + [seen([stage("ALPHACAL", done: true)])]).last ?? []
        let began = try #require(told.first { $0.kind == .stageStarted })
        #expect(began.data["stage"] == "ALPHACAL")
        #expect(began.data["estimatedDurationMinutes"] == .number("15.0"))
        #expect(began.data["jobId"]?.stringValue?.hasPrefix("job_") == true)
        let ended = try #require(told.first { $0.kind == .stageCompleted })
        #expect(ended.data["output"] == ["conditionNumber": 12])
    }

    @Test("a job that failed in a stage says in which, before its last state")
    func failure() throws {
        let ending = JobEnding(state: .failed, reason: "The program ended with exit code 1.", cause: .failed)
        let told = facts(
            sent + [
                seen([stage("ALPHACAL", done: true), stage("IMAGE_RECONSTRUCTION", done: false)], .ended(ending)),
                .retrieved(note: nil),
            ]
        )
        #expect(told.last?.map(\.kind) == [.failed, .state])
        #expect(told.last?.first?.data["stage"] == "IMAGE_RECONSTRUCTION")
        #expect(told.last?.first?.data["reason"] == "The program ended with exit code 1.")
    }

    @Test("a job that completed says how long it took and where its outputs are")
    func completion() {
        let ending = JobEnding(state: .completed, reason: nil, cause: nil)
        let told = facts(sent + [seen([], .ended(ending)), .retrieved(note: nil)])
        #expect(told.last?.map(\.kind) == [.completed, .state])
        #expect(told.last?.first?.data["resultUrl"]?.stringValue?.hasSuffix("/outputs") == true)
        #expect(told.last?.first?.data["totalDurationMinutes"] == .number("0.0"))
    }

    @Test("a cancelled job completed nothing and failed at nothing")
    func cancellation() {
        #expect(facts([.cancelRequested]).last?.map(\.kind) == [.cancelRequested, .state])
    }

    @Test("a further attempt begins its stages anew")
    func anotherAttempt() {
        var job = sampleJob(retries: .init(limit: 1, causes: [.nodeFailure]))
        for input in sent { _ = JobLife.apply(input, to: &job, at: start) }
        let ending = JobEnding(state: .failed, reason: "A node failed.", cause: .nodeFailure)
        // All of the first attempt is seen in one look, with its end.
        let before = job
        _ = JobLife.apply(seen([stage("ALPHACAL", done: true)], .ended(ending)), to: &job, at: start)
        #expect(job.attempt == 2)
        let told = JobEvents.between(before, job).filter { $0.kind == .stageStarted || $0.kind == .stageCompleted }
        #expect(told.map(\.kind) == [.stageStarted, .stageCompleted])
        #expect(told.allSatisfy { $0.data["attempt"] == 1 })
        for input in sent { _ = JobLife.apply(input, to: &job, at: start) }
        #expect(job.stages.isEmpty)
    }
}
