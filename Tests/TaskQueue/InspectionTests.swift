import Storage
import Testing

@testable import TaskQueue

/// What operators see of the queue.
@Suite struct InspectionTests {
    @Test(arguments: Engine.allCases)
    func linesTellDepthAndAge(_ engine: Engine) async throws {
        let time = ManualTime()
        try await Bench.with(engine, time: time.source) { bench in
            let now = time.now
            try await bench.enqueue(
                TaskRequest(kind: "work", key: "old", runAt: now - 5_000_000),
                TaskRequest(kind: "work", key: "young", runAt: now - 1_000_000),
                TaskRequest(kind: "work", key: "future", runAt: now + 9_000_000),
                TaskRequest(kind: "rest", runAt: now + 1_000_000)
            )
            let store = bench.store
            let before = try await bench.database.read { try store.lines(on: $0) }
            let work = try #require(before.first { $0.kind == "work" })
            #expect(work.counts == [.waiting: 3] && work.due == 2 && work.oldestDueAt == now - 5_000_000)
            let rest = try #require(before.first { $0.kind == "rest" })
            #expect(rest.due == 0 && rest.oldestDueAt == nil && rest.nextRunAt == now + 1_000_000)
            let claimed = try await bench.claim(limit: 1, owner: "me")
            let (lines, running) = try await bench.database.read { connection in
                (try store.lines(on: connection), try store.running(limit: 10, on: connection))
            }
            #expect(lines.first { $0.kind == "work" }?.counts == [.waiting: 2, .running: 1])
            #expect(running.map(\.id) == claimed.map(\.id) && running.first?.owner == "me")
            #expect(running.first?.leaseExpiresAt == now + 30_000_000)
        }
    }

    @Test(arguments: Engine.allCases)
    func onlyDeadLettersAreRequeuedAndDiscarded(_ engine: Engine) async throws {
        try await Bench.with(engine) { bench in
            try await bench.enqueue(TaskRequest(kind: "work", key: "k"))
            let task = try #require(try await bench.claim().first)
            let store = bench.store
            func requeue(_ id: Int64) async throws -> DeadLetterAnswer {
                try await bench.database.transaction { try store.requeue(id, on: $0) }
            }
            func discard(_ id: Int64) async throws -> DeadLetterAnswer {
                try await bench.database.transaction { try store.discard(id, on: $0) }
            }
            #expect(try await requeue(task.id) == .alive(.running))
            #expect(try await discard(task.id) == .alive(.running))
            try await bench.settle(task, .outcome(.dead(reason: "no use")))
            try await bench.enqueue(TaskRequest(kind: "work", key: "k"))
            #expect(try await requeue(task.id) == .replaced)
            let newer = try #require(try await bench.claim().first)
            try await bench.settle(newer, .outcome(.done))
            #expect(try await requeue(task.id) == .done)
            let again = try #require(try await bench.claim().first)
            #expect(again.id == task.id && again.attempt == 1)
            try await bench.settle(again, .outcome(.dead(reason: "no use")))
            #expect(try await discard(task.id) == .done)
            #expect(try await discard(task.id) == .unknown)
            #expect(try await requeue(task.id) == .unknown)
        }
    }
}
