import Documents
import LanguageModels
import Storage
import Synchronization
import TaskQueue
import Testing

@testable import Gateway

@Suite("Late advice", .timeLimit(.minutes(3)))
struct LateAdviceTests {
    private static let slow = ScriptedAnswers([ScriptedAnswers.slow])

    @Test("comes to the job once, with an event, and asks the same question", arguments: Engine.allCases)
    func once(engine: Engine) async throws {
        try await engine.withSpine { database, _ in
            let first = ScriptedAnswers([ScriptedAnswers.slow])
            let fixture = AdviceFixture(database, models: first, formula: 3)
            let job = try await fixture.submit()
            #expect(job.advice?.opinion.source == .heuristic)
            let models = ScriptedAnswers([ScriptedAnswers.verdict(false, "Too much.", minutes: 9)])
            #expect(try await fixture.adviseLate(with: models) == .done)
            let asked = try #require(models.asked.withLock { $0.first })
            #expect(asked.question == first.asked.withLock { $0.first?.question })
            #expect(asked.budget == .seconds(300))
            let advice = try #require(try await fixture.jobs.job(job.id).advice)
            #expect(advice.opinion == job.advice?.opinion && advice.late?.feedback == "Too much.")
            #expect(advice.late?.estimatedMinutes == 9 && advice.late?.source == .model)
            let events = try await fixture.events(of: job.id)
            #expect(events.map(\.kind) == [.submitted, .advice])
            #expect(events.last?.data["isValid"] == false && events.last?.data["model"] == "mistral")
            // A gateway that died after the work, before the note of it, does it again.
            try await fixture.plan(job.id)
            let again = ScriptedAnswers([ScriptedAnswers.verdict(true)])
            #expect(try await fixture.adviseLate(with: again) == .done)
            #expect(again.asked.withLock { $0.isEmpty })
            #expect(try await fixture.events(of: job.id).count == 2)
            #expect(try await fixture.jobs.job(job.id).advice == advice)
        }
    }

    @Test("is asked for three times at most, and leaves no dead task behind")
    func givesUp() async throws {
        try await Engine.sqlite.withSpine { database, _ in
            let fixture = AdviceFixture(database, models: Self.slow)
            let job = try await fixture.submit()
            var outcomes: [TaskOutcome] = []
            while let outcome = try await fixture.adviseLate(with: ScriptedAnswers([])) { outcomes.append(outcome) }
            let code = "provider_unavailable.timeout"
            #expect(outcomes == [.retry(reason: code), .retry(reason: code), .done])
            #expect(try await fixture.count("tasks WHERE kind = '\(TaskKind.adviseLate)'") == 0)
            #expect(try await fixture.jobs.job(job.id).advice?.late == nil)
        }
    }

    @Test("does not come to a job that has ended", arguments: Engine.allCases)
    func tooLate(engine: Engine) async throws {
        try await engine.withSpine { database, _ in
            let fixture = AdviceFixture(database, models: ScriptedAnswers([ScriptedAnswers.slow]))
            let job = try await fixture.submit()
            _ = try await fixture.jobs.cancel(job.id, by: AdviceFixture.ada)
            let models = ScriptedAnswers([ScriptedAnswers.verdict(true)])
            #expect(try await fixture.adviseLate(with: models) == .done)
            #expect(models.asked.withLock { $0.isEmpty })
            #expect(try await fixture.jobs.job(job.id).advice?.late == nil)
        }
    }
}
