import ServiceLifecycle
import Storage
import Testing

@testable import TaskQueue

/// Workers on a clock that the test moves: pauses, time limits, leases, shutdown.
@Suite(.timeLimit(.minutes(4))) struct WorkerTimeTests {
    @Test(arguments: Engine.allCases)
    func failuresAreTriedAgainLaterAndLaterThenPutAside(_ engine: Engine) async throws {
        let time = ManualTime()
        try await Bench.with(engine, time: time.source) { bench in
            struct Broken: Error {}
            let log = Log<Int64>()
            let handler = ClosureTaskHandler(kind: "work") { task in
                log.add(time.now)
                if task.attempt == 3 { return .retry(reason: "third") }
                throw Broken()
            }
            try await bench.enqueue(TaskRequest(kind: "work", maximumAttempts: 3))
            try await bench.running(bench.workers([handler])) { _ in
                try await eventually(advance: { time.advance(seconds: 0.1) }) { try await !bench.dead().isEmpty }
            }
            let starts = log.entries
            try #require(starts.count == 3)
            #expect(starts[1] - starts[0] >= 2_000_000)
            #expect(starts[2] - starts[1] >= 4_000_000)
            let dead = try await bench.dead()
            #expect(dead.map(\.lastError) == ["third"])
            #expect(dead.map(\.attempts) == [3])
        }
    }

    @Test(arguments: Engine.allCases)
    func aSuccessfulTaskMayComeAgain(_ engine: Engine) async throws {
        let time = ManualTime()
        try await Bench.with(engine, time: time.source) { bench in
            let log = Log<Int>()
            let handler = ClosureTaskHandler(kind: "work") { task in
                log.add(task.attempt)
                return log.entries.count < 4 ? .again(after: .seconds(1)) : .done
            }
            try await bench.enqueue(TaskRequest(kind: "work", maximumAttempts: 1))
            try await bench.running(bench.workers([handler])) { _ in
                try await eventually(advance: { time.advance(seconds: 0.1) }) { try await bench.counts().isEmpty }
            }
            #expect(log.entries == [1, 1, 1, 1])
        }
    }

    @Test(arguments: Engine.allCases)
    func aRunThatTakesTooLongIsStopped(_ engine: Engine) async throws {
        let time = ManualTime()
        try await Bench.with(engine, time: time.source) { bench in
            let log = Log<String>()
            let handler = ClosureTaskHandler(kind: "work") { _ in
                log.add("begun")
                try await untilCancelled()
                return .done
            }
            try await bench.enqueue(TaskRequest(kind: "work", maximumAttempts: 1, timeoutSeconds: 5))
            try await bench.running(bench.workers([handler])) { _ in
                try await eventually(advance: { time.advance(seconds: 0.1) }) { try await !bench.dead().isEmpty }
            }
            #expect(try await bench.dead().map(\.lastError) == ["timed out after 5 s"])
            #expect(log.entries == ["begun"])
        }
    }

    @Test(arguments: Engine.allCases)
    func whatALostWorkerHeldIsRescued(_ engine: Engine) async throws {
        let time = ManualTime()
        try await Bench.with(engine, time: time.source) { bench in
            let log = Log<Int>()
            let handler = ClosureTaskHandler(kind: "work") { task in
                log.add(task.attempt)
                return .done
            }
            try await bench.enqueue(TaskRequest(kind: "work"))
            let lost = try #require(try await bench.claim(owner: "lost", lease: .seconds(30)).first)
            let end = time.now + 30_000_000
            try await bench.running(bench.workers([handler])) { _ in
                try await eventually(advance: { time.advance(seconds: 0.5) }) { !log.entries.isEmpty }
            }
            #expect(time.now >= end)
            #expect(log.entries == [2])
            #expect(try await bench.settle(lost, .outcome(.done)) == nil)
        }
    }

    @Test(arguments: Engine.allCases)
    func leasesAreKeptWhileARunGoesOn(_ engine: Engine) async throws {
        let time = ManualTime()
        try await Bench.with(engine, time: time.source) { bench in
            let latch = Latch()
            let log = Log<Int>()
            let handler = ClosureTaskHandler(kind: "work") { task in
                log.add(task.attempt)
                await latch.wait()
                return .done
            }
            try await bench.enqueue(TaskRequest(kind: "work", timeoutSeconds: 100_000))
            let first = bench.workers([handler], owner: "1", lease: .seconds(600))
            let second = bench.workers([handler], owner: "2", lease: .seconds(600))
            try await bench.running(first, second) { _ in
                try await eventually { log.entries.count == 1 }
                let begun = time.now
                // Three leases long; the clock stands still while the keeper writes.
                try await eventually {
                    if try await bench.firstExpiry() > time.now + 300_000_000 { time.advance(seconds: 10) }
                    return time.now > begun + 1_800_000_000
                }
                latch.open()
                try await eventually { try await bench.counts().isEmpty }
            }
            #expect(log.entries == [1])
        }
    }

    @Test(arguments: Engine.allCases)
    func aRunWhoseLeaseIsLostIsStoppedAndWritesNothing(_ engine: Engine) async throws {
        let time = ManualTime()
        try await Bench.with(engine, time: time.source) { bench in
            let log = Log<String>()
            let handler = ClosureTaskHandler(kind: "work") { _ in
                log.add("begun")
                do { try await untilCancelled() } catch { log.add("stopped") }
                return .done
            }
            try await bench.enqueue(TaskRequest(kind: "work", timeoutSeconds: 100_000))
            try await bench.running(bench.workers([handler], lease: .seconds(30))) { _ in
                try await eventually { log.entries.count == 1 }
                let expiry = time.now + 36_000_000_000
                try await bench.database.transaction {
                    try $0.execute(
                        "UPDATE tasks SET lease_owner = 'thief', lease_expires_at = $1, claims = claims + 1",
                        [.integer(expiry)]
                    )
                }
                try await eventually(advance: { time.advance(seconds: 0.5) }) { log.entries.count == 2 }
            }
            #expect(try await bench.counts() == [TaskCount(kind: "work", state: .running, count: 1)])
        }
    }

    @Test(arguments: Engine.allCases)
    func shutdownLetsRunsEndAndClaimsNothingMore(_ engine: Engine) async throws {
        let time = ManualTime()
        try await Bench.with(engine, time: time.source) { bench in
            let latch = Latch()
            let log = Log<String>()
            let handler = ClosureTaskHandler(kind: "work") { task in
                log.add(task.payload)
                await withGracefulShutdownHandler {
                    await latch.wait()
                } onGracefulShutdown: {
                    log.add("told")
                }
                return .done
            }
            try await bench.enqueue(TaskRequest(kind: "work", payload: "first"))
            try await bench.running(bench.workers([handler])) { group in
                try await eventually { log.entries.count == 1 }
                await group.triggerGracefulShutdown()
                try await eventually { log.entries == ["first", "told"] }
                try await bench.enqueue(TaskRequest(kind: "work", payload: "second"))
                latch.open()
            }
            #expect(log.entries == ["first", "told"])
            #expect(try await bench.counts() == [TaskCount(kind: "work", state: .waiting, count: 1)])
        }
    }

    @Test(arguments: Engine.allCases)
    func shutdownReleasesWhatDoesNotEnd(_ engine: Engine) async throws {
        let time = ManualTime()
        try await Bench.with(engine, time: time.source) { bench in
            let log = Log<String>()
            let ended = Log<String>()
            let handler = ClosureTaskHandler(kind: "work") { _ in
                log.add("begun")
                do { try await untilCancelled() } catch { ended.add("stopped") }
                throw CancellationError()
            }
            try await bench.enqueue(TaskRequest(kind: "work", maximumAttempts: 1))
            let workers = bench.workers([handler], grace: .seconds(20))
            try await bench.running(workers) { group in
                try await eventually { log.entries.count == 1 }
                await group.triggerGracefulShutdown()
                try await eventually(advance: { time.advance(seconds: 0.5) }) { !ended.entries.isEmpty }
            }
            // Nothing is held, nothing was counted: the next worker takes it at once, as its first attempt.
            #expect(try await bench.claim(owner: "next").map(\.attempt) == [1])
        }
    }
}
