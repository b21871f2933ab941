import Documents
import LanguageModels
import Testing

/// Runs where `scripts/engine up` has started an engine and `eval "$(scripts/engine env)"` has told where.
@Suite(
    "A real engine with models of random weights",
    .enabled(if: ModelEngine.text != nil, "FARFIELD_TEST_ENGINE is not set: see scripts/engine"),
    .serialized,
    .timeLimit(.minutes(15))
)
struct ModelEngineTests {
    @Test("Of all our own questions every answer that is accepted fits its schema; hardly any stays without one")
    func ladder() async throws {
        let engine = try #require(ModelEngine.text)
        let questions = try await OwnQuestions.all()
        #expect(questions.keys.sorted() == ["advice", "alphacal", "anomaly_detection", "image_reconstruction"])
        for (name, questions) in questions {
            var tally = AnswerTally()
            await tally.ask(200, of: { OwnQuestions.sample(questions[$0 % questions.count], seed: $0) }, at: engine)
            tally.tell(name)
            try await tally.expectFitting()
            #expect(tally.accepted.count >= 198)
        }
    }

    @Test("Bytes that are no UTF-8 break nothing: no answer that does not fit is accepted, and the engine goes on")
    func bytes() async throws {
        let engine = try #require(ModelEngine.bytes, "FARFIELD_TEST_ENGINE_BYTES is not set")
        let questions = try #require(try await OwnQuestions.all()["advice"])
        var tally = AnswerTally()
        await tally.ask(1000, of: { OwnQuestions.sample(questions[$0 % questions.count], seed: $0) }, at: engine)
        tally.tell("advice in bytes")
        try await tally.expectFitting()
        _ = try await engine.model.status()
    }

    @Test("A stream has one end, its pieces are the answer, and the engine has counted its tokens")
    func streams() async throws {
        let engine = try #require(ModelEngine.text)
        for seed in 1...20 {
            var pieces = 0
            var finishes: [ModelFinish] = []
            for try await event in engine.model.generate(ModelEngine.free(seed: seed, tokens: 40)) {
                #expect(finishes.isEmpty, "something came behind the end")
                switch event {
                case .finish(let finish): finishes.append(finish)
                default: pieces += 1
                }
            }
            let finish = try #require(finishes.first)
            #expect(pieces > 1)
            #expect(finish.promptTokens ?? 0 > 0)
            #expect((1...40).contains(finish.answerTokens ?? 0))
        }
    }

    @Test("Whoever stops reading frees the engine's slot")
    func leaving() async throws {
        let engine = try #require(ModelEngine.text)
        for seed in 1...8 {
            for try await _ in engine.model.generate(ModelEngine.free(seed: seed, tokens: 30_000)) { break }
        }
        let tokens = try await engine.tokensWhenIdle()
        #expect(
            !tokens.isEmpty && tokens.allSatisfy { $0 < 15_000 },
            "the engine wrote to its end for nobody: \(tokens)"
        )
    }

    @Test("A prompt beyond the context is refused, and the refusal says so")
    func tooLong() async throws {
        let engine = try #require(ModelEngine.text)
        var request = ModelEngine.free(seed: 1, tokens: 10)
        request.messages = [.init(.user, String(repeating: "x", count: 40_000))]
        do {
            for try await _ in engine.model.generate(request) {}
            Issue.record("it was answered")
        } catch let failure as ModelFailure {
            #expect(failure.kind == .providerUnavailable(.rejected))
            #expect(failure.detail.contains("context"))
        }
    }
}
