import Dispatch
import Storage
import Testing

@testable import TaskQueue

/// The queue's table, without workers.
@Suite struct StoreTests {
    private struct Stop: Error {}

    @Test(arguments: Engine.allCases)
    func aRequestBelongsToItsTransaction(_ engine: Engine) async throws {
        try await Bench.with(engine) { bench in
            let store = bench.store
            await #expect(throws: Stop.self) {
                try await bench.database.transaction { connection in
                    try store.enqueue(TaskRequest(kind: "work"), on: connection)
                    throw Stop()
                }
            }
            let none = try await bench.counts()
            #expect(none.isEmpty)
            try await bench.enqueue(TaskRequest(kind: "work", payload: "{\"n\":1}"))
            let task = try #require(try await bench.claim().first)
            #expect(task.payload == "{\"n\":1}")
            #expect(task.attempt == 1)
            try await bench.settle(task, .outcome(.done))
            let left = try await bench.counts()
            #expect(left.isEmpty)
        }
    }

    @Test(arguments: Engine.allCases)
    func urgentTasksGoFirstAndFutureOnesWait(_ engine: Engine) async throws {
        let time = ManualTime()
        try await Bench.with(engine, time: time.source) { bench in
            let now = time.now
            try await bench.enqueue(
                TaskRequest(kind: "work", key: "late", runAt: now - 1),
                TaskRequest(kind: "work", key: "early", runAt: now - 2),
                TaskRequest(kind: "work", key: "urgent", priority: 5),
                TaskRequest(kind: "other", key: "other"),
                TaskRequest(kind: "work", key: "future", priority: 9, runAt: now + 1)
            )
            #expect(try await bench.claim(limit: 2).map(\.key) == ["urgent", "early"])
            #expect(try await bench.claim(limit: 9).map(\.key) == ["late"])
            time.advance(seconds: 1)
            #expect(try await bench.claim().map(\.key) == ["future"])
        }
    }

    @Test(arguments: Engine.allCases)
    func aKeyIsAskedForOnce(_ engine: Engine) async throws {
        let time = ManualTime()
        try await Bench.with(engine, time: time.source) { bench in
            let now = time.now
            try await bench.enqueue(
                TaskRequest(kind: "work", key: "k", payload: "1", priority: 3, runAt: now + 50),
                TaskRequest(kind: "work", key: "k", payload: "2", priority: 1, runAt: now - 5),
                TaskRequest(kind: "work", key: "k", payload: "3", priority: 2, runAt: now + 90),
                TaskRequest(kind: "other", key: "k"),
                TaskRequest(kind: "work"),
                TaskRequest(kind: "work")
            )
            let tasks = try await bench.claim()
            let keyed = try #require(tasks.first { $0.key == "k" })
            #expect(tasks.count == 3)
            #expect(keyed.priority == 3)
            #expect(keyed.runAt == now - 5)
            #expect(keyed.payload == "3")
        }
    }

    @Test(arguments: Engine.allCases)
    func aRunningTaskThatIsAskedForAgainRunsOnceMore(_ engine: Engine) async throws {
        let time = ManualTime()
        try await Bench.with(engine, time: time.source) { bench in
            let request = TaskRequest(kind: "work", key: "k", payload: "old", maximumAttempts: 1)
            try await bench.enqueue(request)
            let task = try #require(try await bench.claim().first)
            var again = request
            again.payload = "new"
            again.runAt = time.now + 20
            var sooner = again
            sooner.runAt = time.now + 10
            try await bench.enqueue(again, sooner, again)
            #expect(try await bench.claim(owner: "b").isEmpty)
            // Even a run that failed for good makes room for the new request.
            let settlement = try await bench.settle(task, .failed(reason: "broken"))
            #expect(settlement == .wait(runAt: time.now + 10, attempts: 0, error: "broken"))
            time.advance(seconds: 1)
            let next = try #require(try await bench.claim().first)
            #expect(next.payload == "new")
            #expect(next.attempt == 1)
            try await bench.settle(next, .outcome(.done))
            let left = try await bench.counts()
            #expect(left.isEmpty)
        }
    }

    @Test(arguments: Engine.allCases)
    func failuresCountAndEndInADeadLetter(_ engine: Engine) async throws {
        let time = ManualTime()
        try await Bench.with(engine, time: time.source) { bench in
            try await bench.enqueue(TaskRequest(kind: "work", key: "k", maximumAttempts: 2))
            let first = try #require(try await bench.claim().first)
            try await bench.settle(first, .failed(reason: "one\u{0}"), pause: 1_000_000)
            #expect(try await bench.claim().isEmpty)
            time.advance(seconds: 1)
            let second = try #require(try await bench.claim().first)
            #expect(second.attempt == 2)
            try await bench.settle(second, .outcome(.retry(reason: "two")))
            let dead = try #require(try await bench.dead().first)
            #expect(dead.lastError == "two")
            #expect(dead.attempts == 2)
            #expect(dead.diedAt == time.now)
            #expect(try await bench.counts() == [TaskCount(kind: "work", state: .dead, count: 1)])
        }
    }

    @Test(arguments: Engine.allCases)
    func theDeadAreRevivedUnlessTheirKeyLives(_ engine: Engine) async throws {
        try await Bench.with(engine) { bench in
            let store = bench.store
            try await bench.enqueue(TaskRequest(kind: "work", key: "k"))
            try await bench.settle(try #require(try await bench.claim().first), .outcome(.dead(reason: "no")))
            let dead = try #require(try await bench.dead().first)
            try await bench.enqueue(TaskRequest(kind: "work", key: "k"))
            #expect(try await bench.database.transaction { try store.revive(dead.id, on: $0) } == false)
            try await bench.settle(try #require(try await bench.claim().first), .outcome(.done))
            #expect(try await bench.database.transaction { try store.revive(dead.id, on: $0) })
            #expect(try await bench.claim().map(\.attempt) == [1])
            #expect(try await bench.database.transaction { try store.revive(dead.id, on: $0) } == false)
        }
    }

    @Test(arguments: Engine.allCases)
    func cancellingRemovesWhatWaitsAndMarksWhatRuns(_ engine: Engine) async throws {
        try await Bench.with(engine) { bench in
            let store = bench.store
            @Sendable func cancel() async throws -> Bool {
                try await bench.database.transaction { try store.cancel(kind: "work", key: "k", on: $0) }
            }
            #expect(try await cancel() == false)
            try await bench.enqueue(TaskRequest(kind: "work", key: "k"))
            #expect(try await cancel())
            #expect(try await bench.claim().isEmpty)
            try await bench.enqueue(TaskRequest(kind: "work", key: "k"))
            let task = try #require(try await bench.claim().first)
            #expect(try await cancel())
            let held = try await bench.database.transaction {
                try store.extend([task], owner: "a", lease: .seconds(30), on: $0)
            }
            #expect(held == [task: true])
            #expect(try await bench.settle(task, .failed(reason: "stopped")) == .remove)
        }
    }

    @Test(arguments: Engine.allCases)
    func anExpiredLeaseIsTakenOverAndItsHolderShutOut(_ engine: Engine) async throws {
        let time = ManualTime()
        try await Bench.with(engine, time: time.source) { bench in
            let store = bench.store
            @Sendable func rescue() async throws -> [String] {
                try await bench.database.transaction {
                    try store.rescue(["work"], limit: 10, pause: { _ in 0 }, on: $0)
                }
            }
            try await bench.enqueue(TaskRequest(kind: "work", maximumAttempts: 2))
            let first = try #require(try await bench.claim(owner: "a").first)
            #expect(try await rescue().isEmpty)
            time.advance(seconds: 31)
            #expect(try await rescue() == ["work"])
            // The same owner may get it again: the lease is another.
            let second = try #require(try await bench.claim(owner: "a").first)
            #expect(second.attempt == 2)
            #expect(try await bench.settle(first, .outcome(.done)) == nil)
            await #expect(throws: LeaseLost(taskID: first.id)) {
                try await bench.database.transaction { try store.requireLease(first, on: $0) }
            }
            try await bench.database.transaction { try store.requireLease(second, on: $0) }
            let held = try await bench.database.transaction {
                try store.extend([first, second], owner: "a", lease: .seconds(30), on: $0)
            }
            #expect(held == [second: false])
            time.advance(seconds: 31)
            #expect(try await rescue() == ["work"])
            #expect(try await bench.dead().map(\.lastError) == ["the lease of a ran out"])
        }
    }

    @Test(arguments: Engine.allCases)
    func leasesOfTheDeadEndAtOnceWhenSomebodyKnows(_ engine: Engine) async throws {
        try await Bench.with(engine, time: ManualTime().source) { bench in
            let store = bench.store
            try await bench.enqueue(TaskRequest(kind: "work"))
            let lost = try #require(try await bench.claim(owner: "killed").first)
            try await bench.database.transaction { try store.endAllLeases(on: $0) }
            let rescued = try await bench.database.transaction {
                try store.rescue(["work"], limit: 10, pause: { _ in 0 }, on: $0)
            }
            #expect(rescued == ["work"])
            #expect(try await bench.settle(lost, .outcome(.done)) == nil)
            #expect(try await bench.claim(owner: "next").map(\.attempt) == [2])
        }
    }

    @Test func aCheckedLeaseHoldsNobodyUp() async throws {
        try await Bench.with(.postgreSQL) { bench in
            let store = bench.store
            try await bench.enqueue(TaskRequest(kind: "work", key: "k"))
            let task = try #require(try await bench.claim(owner: "a").first)
            let (checked, planned) = (Latch(), DispatchSemaphore(value: 0))
            async let first: Void = bench.database.transaction { connection in
                try store.requireLease(task, on: connection)
                checked.open()
                // The body is on a thread of its own; the other transaction must end while this one is open.
                #expect(planned.wait(timeout: .now() + 4) == .success)
            }
            await checked.wait()
            try await bench.enqueue(TaskRequest(kind: "work", key: "k"))
            planned.signal()
            try await first
        }
    }

    @Test(arguments: Engine.allCases)
    func theOutlookNamesTheNextTimes(_ engine: Engine) async throws {
        let time = ManualTime()
        try await Bench.with(engine, time: time.source) { bench in
            let store = bench.store
            try await bench.enqueue(
                TaskRequest(kind: "work", runAt: time.now + 5),
                TaskRequest(kind: "work", runAt: time.now + 3),
                TaskRequest(kind: "unknown", runAt: time.now),
                TaskRequest(kind: "other")
            )
            _ = try await bench.claim("other", lease: .seconds(1))
            let outlook = try await bench.database.read { try store.outlook(["idle", "other", "work"], on: $0) }
            #expect(outlook == .init(nextRun: ["work": time.now + 3], nextExpiry: time.now + 1_000_000))
        }
    }
}
