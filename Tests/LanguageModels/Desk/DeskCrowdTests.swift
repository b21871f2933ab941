import Documents
import LanguageModels
import Logging
import Synchronization
import Testing

@Suite("Many questions at the desk", .timeLimit(.minutes(1)))
struct DeskCrowdTests {
    private let bench = DeskBench()

    /// Asks many questions at once.
    private func crowd(
        _ desk: ModelDesk,
        _ count: Int,
        within budget: Duration,
        every pause: Duration = .zero,
        same: Bool = false
    ) async throws -> [DeskBench.Ending] {
        try await withThrowingTaskGroup(of: DeskBench.Ending.self) { group in
            for number in 0..<count {
                let question = StructuredQuestion.about(same ? "same" : "\(number)")
                group.addTask { await bench.ask(desk, question, within: budget) }
                if pause > .zero { try await bench.time.sleep(pause) }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
    }

    @Test("A hundred twins are one request", arguments: [true, false])
    func twins(isCarried: Bool) async throws {
        let model = ScriptedModel(time: bench.time) { _, _ in
            .text(StructuredQuestion.fitting, after: .seconds(1))
        }
        let desk = bench.desk([model])
        let work: @Sendable () async throws -> [DeskBench.Ending] = {
            try await crowd(desk, 100, within: .seconds(5), same: true)
        }
        let endings = try #require(isCarried ? try await bench.running(desk, work) : try await bench.time.run(work))
        #expect(endings.count { $0.answer != nil } == 100)
        #expect(model.requests.count == 1)
        #expect(desk.figures.joined == 99)
    }

    @Test("A second asking is answered from the cache, and says so")
    func cache() async throws {
        let model = ScriptedModel(time: bench.time) { _, _ in .text(StructuredQuestion.fitting, after: .seconds(1)) }
        let desk = bench.desk([model])
        let sources = try await bench.running(desk) { () -> [AnswerSource?] in
            var sources: [AnswerSource?] = []
            for pause in [0, 3599, 2] {
                try await bench.time.sleep(.seconds(pause))
                sources.append(await bench.ask(desk, .about("one")).answer?.source)
            }
            // Drawn by lot, the same question may have another answer.
            for _ in 0..<2 { sources.append(await bench.ask(desk, .about("one", temperature: 0.5)).answer?.source) }
            return sources
        }
        #expect(sources == [.model, .cache, .model, .model, .model])
        #expect(model.requests.count == 4)
    }

    @Test("Other weights under the same name are asked anew")
    func digest() async throws {
        let model = ScriptedModel(time: bench.time) { _, _ in .text(StructuredQuestion.fitting) }
        let desk = bench.desk([model])
        let answers = try await bench.running(desk) { () -> [ModelAnswer?] in
            let first = await bench.ask(desk, .about("one")).answer
            model.tell(.success(.init(version: "1", digest: "d2", isLoaded: true)))
            try await bench.time.sleep(.seconds(6))
            return [first, await bench.ask(desk, .about("one")).answer]
        }
        #expect(answers?.map { $0?.source } == [.model, .model])
        #expect(answers?.map { $0?.digest } == ["d1", "d2"])
    }

    @Test("The cache forgets what was used longest ago")
    func forgets() async throws {
        let model = ScriptedModel(time: bench.time) { _, _ in .text(StructuredQuestion.fitting) }
        var limits = DeskLimits()
        limits.cachedAnswers = 2
        let desk = bench.desk([model], limits: limits)
        let sources = try await bench.running(desk) { () -> [AnswerSource?] in
            var sources: [AnswerSource?] = []
            for name in ["a", "b", "a", "c", "a", "b"] {
                sources.append(await bench.ask(desk, .about(name)).answer?.source)
            }
            return sources
        }
        #expect(sources == [.model, .model, .cache, .model, .cache, .model])
    }

    @Test(
        "A thousand questions each end by their budget, whatever the model does",
        arguments: [
            ("hangs", true), ("slow", true), ("busy", true), ("cold", true), ("refused", true), ("mixed", true),
            ("hangs", false), ("mixed", false),
        ]
    )
    func budget(profile: String, isCarried: Bool) async throws {
        let isCold = profile == "cold"
        let model = ScriptedModel(
            time: bench.time,
            slots: 4,
            status: .success(.init(version: "1", digest: nil, isLoaded: !isCold)),
            loading: .seconds(120)
        ) { number, _ in
            switch profile == "mixed" ? ["hangs", "slow", "busy", "refused"][number % 4] : profile {
            case "hangs": .hangs
            case "slow": .text(StructuredQuestion.fitting, after: .seconds(10))
            case "busy": .fails(.providerUnavailable(.busy))
            case "refused": .fails(.providerUnavailable(.refused))
            default: .text(StructuredQuestion.fitting)
            }
        }
        let desk = bench.desk([model])
        let budget = Duration.milliseconds(1600)
        let work: @Sendable () async throws -> [DeskBench.Ending] = {
            // Half of them at once, half of them over a minute.
            async let first = crowd(desk, 500, within: budget)
            let second = try await crowd(desk, 500, within: budget, every: .milliseconds(120))
            return try await first + second
        }
        let endings = try #require(isCarried ? try await bench.running(desk, work) : try await bench.time.run(work))
        #expect(endings.count == 1000)
        #expect(endings.allSatisfy { $0.after <= budget })
        #expect(endings.allSatisfy { $0.failure.map { $0.code.hasPrefix("provider_unavailable.") } ?? true })
        #expect(model.mostGoing <= 4)
        #expect(model.going == 0)
        #expect(desk.figures.flights == 0)
    }

    @Test("More than may wait are told at once")
    func overloaded() async throws {
        let model = ScriptedModel(time: bench.time) { _, _ in .hangs }
        let desk = bench.desk([model])
        let endings = try #require(try await bench.running(desk) { try await crowd(desk, 300, within: .seconds(1)) })
        let refused = endings.filter { $0.code == "provider_unavailable.overloaded" }
        #expect((43...44).contains(refused.count))
        #expect(refused.allSatisfy { $0.after == .zero })
        #expect(endings.count { $0.code == "provider_unavailable.timeout" } == 300 - refused.count)
        #expect(model.requests.count == 1)
        #expect(desk.figures.dropped == 299 - refused.count)
    }

    @Test("Those whose callers came last come first: they have the time to wait for an answer")
    func order() async throws {
        let model = ScriptedModel(time: bench.time) { _, _ in .text(StructuredQuestion.fitting, after: .seconds(1)) }
        let desk = bench.desk([model])
        _ = try await bench.running(desk) { try await crowd(desk, 5, within: .seconds(60), every: .milliseconds(10)) }
        let subjects = model.requests.map { $0.messages[1].text.suffix(4) }
        #expect(subjects == [0, 4, 3, 2, 1].map { "\"\($0)\"}" })
    }

    @Test("A busy server is asked less at once, and more again when it answers")
    func slowsDown() async throws {
        let model = ScriptedModel(time: bench.time, slots: 8) { number, _ in
            number < 8 ? .fails(.providerUnavailable(.busy)) : .text(StructuredQuestion.fitting, after: .seconds(1))
        }
        let desk = bench.desk([model])
        let most = try await bench.running(desk) { () -> [Int] in
            // All eight are refused, come again one by one, and each answer lets in a little more.
            async let crowd = crowd(desk, 60, within: .seconds(60))
            try await bench.time.sleep(.milliseconds(500))
            let atFirst = model.going
            try await bench.time.sleep(.seconds(2))
            let soon = model.going
            #expect(try await crowd.allSatisfy { $0.answer != nil })
            return [atFirst, soon, model.mostGoing]
        }
        #expect(most?.first == 1)
        #expect((2...4).contains(most?[1] ?? 0))
        #expect(most?.last == 8)
    }

    @Test("More questions than a server can answer in time: it answers as many as it can")
    func overload() async throws {
        let model = ScriptedModel(time: bench.time, slots: 4) { _, _ in
            .text(StructuredQuestion.fitting, after: .seconds(1))
        }
        let desk = bench.desk([model])
        // Ten questions a second for ten seconds; four can be answered, each caller waits 1.6 s.
        let endings = try await bench.running(desk) {
            try await crowd(desk, 100, within: .milliseconds(1600), every: .milliseconds(100))
        }
        #expect((endings ?? []).count { $0.answer != nil } >= 36)
    }

    @Test("A place in the line is as new as the newest caller who still waits")
    func newest() async throws {
        let model = ScriptedModel(time: bench.time) { _, _ in .text(StructuredQuestion.fitting, after: .seconds(10)) }
        let desk = bench.desk([model])
        _ = try await bench.running(desk) {
            await withTaskGroup(of: Void.self) { group in
                // The newest caller asks a, and leaves: then b's came last.
                for (name, budget) in [("first", 60), ("a", 60), ("b", 60), ("a", 2)] {
                    group.addTask { _ = await bench.ask(desk, .about(name), within: .seconds(budget)) }
                    try? await bench.time.sleep(.milliseconds(100))
                }
            }
        }
        #expect(model.requests.map { String($0.messages[1].text.suffix(4)) } == ["st\"}", "\"b\"}", "\"a\"}"])
    }

    @Test("What a later model answered is not given while an earlier one can be asked")
    func earlierFirst() async throws {
        let isUp = Toggle()
        let one = ScriptedModel(time: bench.time) { _, _ in
            isUp.isOn ? .text(StructuredQuestion.fitting) : .fails(.providerUnavailable(.refused))
        }
        let two = ScriptedModel(
            "two",
            time: bench.time,
            status: .success(.init(version: nil, digest: "other", isLoaded: nil))
        ) { _, _ in .text(StructuredQuestion.fitting) }
        let desk = bench.desk([one, two])
        let answers = try await bench.running(desk) { () -> [ModelAnswer?] in
            var answers: [ModelAnswer?] = []
            // Refused twice, the breaker opens; behind it, the second model's answer is given from the cache.
            for name in ["x", "y", "x"] { answers.append(await bench.ask(desk, .about(name)).answer) }
            isUp.isOn = true
            try await bench.time.sleep(.seconds(6))
            answers.append(await bench.ask(desk, .about("x")).answer)
            return answers
        }
        #expect(answers?.map { $0?.endpoint } == ["two", "two", "two", "one"])
        #expect(answers?.map { $0?.source } == [.model, .model, .cache, .model])
    }

    @Test("On many threads and the machine's clock, too, each question is answered once and slots are kept")
    func threads() async throws {
        let broken = Mutex<Set<String>>([])
        // A digest that came to be known meanwhile would make another question of the same.
        let status = ModelStatus(version: nil, digest: nil, isLoaded: true)
        let model = ScriptedModel(time: MachineClock(), slots: 3, status: .success(status)) { _, request in
            // The first answer to each fifth question has no end; were it half, the breaker would open.
            let text = request.messages[1].text
            let isFirst = text.contains(/[05]"}$/) && broken.withLock { $0.insert(text).inserted }
            return isFirst ? .noEnd("") : .text(StructuredQuestion.fitting, after: .microseconds(200))
        }
        let desk = ModelDesk(models: [model], logger: .init(label: "desk"), random: { 0.01 })
        let answers = try await withThrowingTaskGroup(of: ModelAnswer?.self) { group in
            group.addTask {
                try await desk.run()
                return nil
            }
            for number in 0..<400 {
                group.addTask { try await desk.ask(.about("\(number % 40)"), within: .seconds(30)) }
            }
            var answers: [ModelAnswer] = []
            while answers.count < 400, let answer = try await group.next() { if let answer { answers.append(answer) } }
            group.cancelAll()
            return answers
        }
        #expect(answers.count == 400)
        #expect(model.mostGoing <= 3)
        #expect(model.requests.count == 48)
        #expect(desk.figures.flights == 0)
    }
}
