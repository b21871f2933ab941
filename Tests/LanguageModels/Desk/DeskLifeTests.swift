import Documents
import LanguageModels
import Logging
import Testing

@Suite("The desk over time", .timeLimit(.minutes(1)))
struct DeskLifeTests {
    private let bench = DeskBench()
    private static let cold = ModelStatus(version: "1", digest: "d1", isLoaded: false)

    @Test("A cold load is not broken off by callers that gave up, and its answer is kept")
    func coldLoad() async throws {
        let model = ScriptedModel(time: bench.time, status: .success(Self.cold), loading: .seconds(200)) { _, _ in
            .text(StructuredQuestion.fitting)
        }
        let desk = bench.desk([model])
        let endings = try await bench.running(desk) { () -> [DeskBench.Ending] in
            var endings: [DeskBench.Ending] = []
            for _ in 0..<3 { endings.append(await bench.ask(desk, .about("one"), within: .milliseconds(1600))) }
            #expect(desk.health.first?.state == .degraded)
            try await bench.time.sleep(.seconds(210))
            endings.append(await bench.ask(desk, .about("one"), within: .milliseconds(1600)))
            return endings
        }
        #expect(endings?.map(\.code) == [String?](repeating: "provider_unavailable.timeout", count: 3) + [nil])
        #expect(endings?.last?.answer?.source == .cache)
        #expect(model.requests.count == 1)
        #expect(model.requests.first?.deadline == .seconds(300))
        #expect(model.cancelled == 0)
        #expect(desk.health.first?.state == .healthy)
    }

    @Test("A model is loaded at the start, and again when it is found unloaded")
    func preload() async throws {
        let model = ScriptedModel(time: bench.time, status: .success(Self.cold), loading: .seconds(10)) { _, _ in
            .text(StructuredQuestion.fitting)
        }
        let desk = bench.desk([model])
        _ = try await bench.running(desk) {
            try await bench.time.sleep(.seconds(300))
            model.tell(.success(Self.cold))
            try await bench.time.sleep(.seconds(300))
        }
        #expect(model.loads == [.zero, .seconds(305)])
    }

    @Test("Nobody is asked behind an open breaker, and one request finds out whether it may close")
    func breaker() async throws {
        let isUp = Toggle()
        let model = ScriptedModel(time: bench.time) { _, _ in
            isUp.isOn ? .text(StructuredQuestion.fitting) : .fails(.providerUnavailable(.refused))
        }
        let desk = bench.desk([model])
        let codes = try await bench.running(desk) { () -> [String?] in
            var codes: [String?] = []
            func ask(after pause: Duration) async throws {
                try await bench.time.sleep(pause)
                let ending = await bench.ask(desk, .about("\(codes.count)"))
                if ending.code == "provider_unavailable.breakerOpen" { #expect(ending.after == .zero) }
                codes.append(ending.code)
            }
            try await ask(after: .zero)  // Two refusals: open for 5 s.
            try await ask(after: .seconds(4))
            #expect(desk.health.first?.breaker == .open && desk.health.first?.state == .down)
            try await ask(after: .seconds(2))  // The probe fails: open for 10 s.
            try await ask(after: .seconds(9))
            isUp.isOn = true
            try await ask(after: .seconds(2))  // It works: closed.
            try await ask(after: .zero)
            return codes
        }
        let (refused, open) = ("provider_unavailable.refused", "provider_unavailable.breakerOpen")
        #expect(codes == [refused, open, refused, open, nil, nil])
        #expect(model.requests.count == 5)
        #expect(desk.health.first?.breaker == .closed)
    }

    @Test("The one request that finds out waits for the server's state first")
    func probe() async throws {
        let model = ScriptedModel(time: bench.time) { _, _ in .fails(.providerUnavailable(.refused)) }
        let desk = bench.desk([model])
        let codes = try await bench.running(desk) { () -> [String?] in
            _ = await bench.ask(desk, .about("one"))
            model.tell(.failure(ModelFailure(.providerUnavailable(.serverError), "still down")))
            try await bench.time.sleep(.seconds(6))
            async let first = bench.ask(desk, .about("two"))
            async let second = bench.ask(desk, .about("three"))
            return [await first.code, await second.code]
        }
        #expect(Set(codes ?? []) == ["provider_unavailable.serverError", "provider_unavailable.breakerOpen"])
        #expect(model.requests.count == 2)
    }

    @Test("Twins of the request that finds out wait for it")
    func probeTwins() async throws {
        let model = ScriptedModel(time: bench.time) { number, _ in
            number < 2 ? .fails(.providerUnavailable(.refused)) : .text(StructuredQuestion.fitting, after: .seconds(1))
        }
        let desk = bench.desk([model])
        let codes = try await bench.running(desk) { () -> [String?] in
            _ = await bench.ask(desk, .about("one"))
            try await bench.time.sleep(.seconds(6))
            async let first = bench.ask(desk, .about("two"))
            try await bench.time.sleep(.milliseconds(500))
            async let twin = bench.ask(desk, .about("two"))
            async let other = bench.ask(desk, .about("three"))
            return [await first.code, await twin.code, await other.code]
        }
        #expect(codes == [nil, nil, "provider_unavailable.breakerOpen"])
        #expect(model.requests.count == 3)
    }

    @Test("Two hangs in a row open the breaker; half of twenty failures do, and busy servers do not")
    func opens() async throws {
        for (kind, count, isOpen) in [
            (ModelFailure.Kind.providerUnavailable(.timeout), 2, true),
            (.providerUnavailable(.serverError), 10, true), (.providerUnavailable(.serverError), 9, false),
            (.providerUnavailable(.busy), 30, false), (.providerUnavailable(.modelMissing), 30, false),
        ] {
            let bench = DeskBench()
            let model = ScriptedModel(time: bench.time) { _, _ in .fails(kind) }
            let desk = bench.desk([model])
            _ = try await bench.running(desk) { for n in 0..<count { _ = await bench.ask(desk, .about("\(n)")) } }
            #expect((desk.health.first?.breaker == .open) == isOpen, "\(kind) \(count)")
        }
    }

    @Test("Cancelling who asks ends it at once, and a question nobody began is dropped")
    func cancelled() async throws {
        let model = ScriptedModel(time: bench.time) { _, _ in .hangs }
        let desk = bench.desk([model])
        let codes = try await bench.running(desk) { () -> [String?] in
            await withTaskGroup(of: DeskBench.Ending.self) { group in
                for n in 0..<2 { group.addTask { await bench.ask(desk, .about("\(n)")) } }
                try? await bench.time.sleep(.seconds(1))
                group.cancelAll()
                return await group.reduce(into: []) {
                    #expect($1.after == .seconds(1))
                    $0.append($1.code)
                }
            }
        }
        #expect(codes == ["processing_error.cancelled", "processing_error.cancelled"])
        #expect(model.requests.count == 1)
        #expect(desk.figures.dropped == 1)
    }

    @Test("When the gateway stops, questions end and generations are broken off")
    func stops() async throws {
        let model = ScriptedModel(time: bench.time) { _, _ in .hangs }
        let desk = bench.desk([model])
        let ending = try await bench.time.run { () -> DeskBench.Ending in
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await desk.carry() }
                try? await bench.time.sleep(.milliseconds(1))
                async let ending = bench.ask(desk, .about("one"))
                try? await bench.time.sleep(.seconds(1))
                group.cancelAll()
                return await ending
            }
        }
        #expect(ending?.code == "processing_error.cancelled")
        #expect(ending?.after == .seconds(1))
        #expect(model.cancelled == 1)
    }

    @Test("Without anybody who carries it, a question ends with its caller's budget, and the next one goes on")
    func ownWork() async throws {
        let model = ScriptedModel(time: bench.time) { _, _ in .text(StructuredQuestion.fitting, after: .seconds(3)) }
        let desk = bench.desk([model])
        let endings = try #require(
            try await bench.time.run { () -> [DeskBench.Ending] in
                async let short = bench.ask(desk, .about("one"), within: .seconds(1))
                async let long = bench.ask(desk, .about("one"), within: .seconds(10))
                return [await short, await long]
            }
        )
        #expect(endings[0].code == "provider_unavailable.timeout")
        #expect(endings[0].after == .seconds(1))
        #expect(endings[1].answer?.digest == "d1")
        #expect(model.requests.count == 2 || endings[1].after == .seconds(3))
    }

    @Test("Health tells what was last seen, and why")
    func health() async throws {
        let model = ScriptedModel(time: bench.time) { _, _ in .text(StructuredQuestion.fitting) }
        let desk = bench.desk([model])
        #expect(desk.health.first?.state == .degraded)
        _ = try await bench.running(desk) {
            #expect(desk.health.first?.state == .healthy && desk.health.first?.isLoaded == true)
            model.tell(.failure(ModelFailure(.providerUnavailable(.modelMissing), "no such model")))
            try await bench.time.sleep(.seconds(5))
            #expect(desk.health.first?.state == .down)
            #expect(desk.health.first?.reason == "provider_unavailable.modelMissing: no such model")
            model.tell(.success(.init(version: nil, digest: nil, isLoaded: nil)))
            try await bench.time.sleep(.seconds(5))
            #expect(desk.health.first?.state == .healthy && desk.health.first?.isLoaded == nil)
        }
        #expect(!bench.desk([]).hasModels)
    }

    @Test("A desk without models says so, and the machine's own clock keeps budgets, too")
    func machine() async {
        let none = ModelDesk(models: [], logger: .init(label: "desk"))
        await #expect(throws: ModelFailure.self) { try await none.ask(.about("one"), within: .seconds(1)) }
        let model = ScriptedModel(time: bench.time) { _, _ in .hangs }
        let desk = ModelDesk(models: [model], logger: .init(label: "desk"))
        let failure = await #expect(throws: ModelFailure.self) {
            try await desk.ask(.about("one"), within: .milliseconds(20))
        }
        #expect(failure?.code == "provider_unavailable.timeout")
    }
}
