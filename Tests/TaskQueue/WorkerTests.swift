import Logging
import Storage
import Testing

@testable import TaskQueue

/// Workers on a real database and a real clock.
@Suite(.timeLimit(.minutes(2))) struct WorkerTests {
    @Test(arguments: Engine.allCases)
    func twoProcessesNeverRunATaskTwice(_ engine: Engine) async throws {
        try await engine.withLocation { location in
            let databases = [
                try await location.open(logger: .init(label: "test")),
                try await location.open(logger: .init(label: "test")),
            ]
            try await migrate(databases[0], TaskQueueSchema.migrations)
            let bench = Bench(database: databases[0], time: .system, store: TaskStore())
            let log = Log<String>()
            let workers = databases.enumerated().map { number, database in
                let handler = ClosureTaskHandler(kind: "work", concurrency: 4) { task in
                    log.add(task.payload)
                    await Task.yield()
                    return .done
                }
                return bench.workers([handler], owner: "\(number)", safetyPoll: .milliseconds(20), on: database)
            }
            try await bench.running(workers[0], workers[1]) { _ in
                for number in 0..<100 { try await bench.enqueue(TaskRequest(kind: "work", payload: "\(number)")) }
                try await eventually { try await bench.counts().isEmpty }
            }
            #expect(log.entries.sorted() == (0..<100).map { "\($0)" }.sorted())
            for database in databases { await database.close() }
        }
    }

    @Test(arguments: Engine.allCases)
    func aRequestWakesAnIdleWorkerAndStrangersAreLeftAlone(_ engine: Engine) async throws {
        try await Bench.with(engine) { bench in
            let log = Log<String>()
            let handler = ClosureTaskHandler(kind: "work") { task in
                log.add(task.payload)
                return .done
            }
            // The safety poll is hours away: only the signal can have woken the worker.
            try await bench.running(bench.workers([handler])) { _ in
                for number in 1...3 {
                    try await bench.enqueue(
                        TaskRequest(kind: "stranger"),
                        TaskRequest(kind: "work", payload: "\(number)")
                    )
                    try await eventually { log.entries.count == number }
                }
                try await eventually { try await bench.counts().map(\.kind) == ["stranger"] }
            }
            #expect(log.entries == ["1", "2", "3"])
            #expect(try await bench.counts() == [TaskCount(kind: "stranger", state: .waiting, count: 3)])
        }
    }

    @Test(arguments: Engine.allCases)
    func noMoreRunAtOnceThanTheCapAllows(_ engine: Engine) async throws {
        try await Bench.with(engine) { bench in
            let log = Log<Int>()
            let latch = Latch()
            let handler = ClosureTaskHandler(kind: "work", concurrency: 2) { _ in
                log.add(1)
                await latch.wait()
                return .done
            }
            let quick = ClosureTaskHandler(kind: "quick") { _ in .done }
            for _ in 0..<5 { try await bench.enqueue(TaskRequest(kind: "work")) }
            try await bench.running(bench.workers([handler, quick])) { _ in
                try await eventually { log.entries.count == 2 }
                // Another kind is not held up, and when it is through the cap has been looked at again.
                try await bench.enqueue(TaskRequest(kind: "quick"))
                try await eventually { try await !bench.counts().contains { $0.kind == "quick" } }
                let states = try await bench.counts()
                #expect(Set(states.map(\.count)) == [2, 3])
                #expect(states.first { $0.state == .running }?.count == 2)
                latch.open()
                try await eventually { try await bench.counts().isEmpty }
            }
            #expect(log.entries.count == 5)
        }
    }

    @Test(arguments: Engine.allCases)
    func urgentTasksRunFirst(_ engine: Engine) async throws {
        try await Bench.with(engine) { bench in
            let log = Log<String>()
            let handler = ClosureTaskHandler(kind: "work") { task in
                log.add(task.payload)
                return .done
            }
            for (payload, priority) in [("low", -1), ("usual", 0), ("high", 7)] {
                try await bench.enqueue(TaskRequest(kind: "work", payload: payload, priority: priority))
            }
            try await bench.running(bench.workers([handler])) { _ in
                try await eventually { try await bench.counts().isEmpty }
            }
            #expect(log.entries == ["high", "usual", "low"])
        }
    }

    @Test(arguments: Engine.allCases)
    func aRunThatIsAskedForAgainIsFollowedByOneMore(_ engine: Engine) async throws {
        try await Bench.with(engine) { bench in
            let log = Log<String>()
            let handler = ClosureTaskHandler(kind: "work", concurrency: 3) { task in
                log.add(task.payload)
                if task.payload == "first" {
                    for _ in 0..<3 {
                        try await bench.enqueue(TaskRequest(kind: "work", key: "k", payload: "second"))
                    }
                }
                return .done
            }
            try await bench.running(bench.workers([handler])) { _ in
                try await bench.enqueue(TaskRequest(kind: "work", key: "k", payload: "first"))
                try await eventually { try await bench.counts().isEmpty }
            }
            #expect(log.entries == ["first", "second"])
        }
    }

    @Test(arguments: Engine.allCases)
    func aCancelledTaskStopsAndIsGone(_ engine: Engine) async throws {
        try await Bench.with(engine) { bench in
            let store = bench.store
            let log = Log<String>()
            let handler = ClosureTaskHandler(kind: "work") { _ in
                log.add("begun")
                do { try await untilCancelled() } catch { log.add("stopped") }
                throw CancellationError()
            }
            try await bench.enqueue(TaskRequest(kind: "work", key: "k"))
            try await bench.running(bench.workers([handler])) { _ in
                try await eventually { log.entries.count == 1 }
                try await bench.database.transaction { try store.cancel(kind: "work", key: "k", on: $0) }
                try await eventually { try await bench.counts().isEmpty }
            }
            #expect(log.entries == ["begun", "stopped"])
        }
    }

    @Test func workersOutliveTheirConnections() async throws {
        try await Engine.postgreSQL.withLocation { location in
            let database = try await location.open(logger: .init(label: "test"))
            let killer = try await location.open(connections: 1, logger: .init(label: "test"))
            try await migrate(database, TaskQueueSchema.migrations)
            let bench = Bench(database: database, time: .system, store: TaskStore())
            let log = Log<String>()
            let handler = ClosureTaskHandler(kind: "work", concurrency: 2) { task in
                log.add(task.payload)
                return .done
            }
            try await bench.running(bench.workers([handler])) { _ in
                for round in 1...5 {
                    try await killer.transaction {
                        try $0.execute(
                            """
                            SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                            WHERE datname = current_database() AND pid <> pg_backend_pid()
                            """
                        )
                    }
                    try await bench.enqueue(TaskRequest(kind: "work", payload: "\(round)"))
                    try await eventually { log.entries.count >= round }
                }
                try await eventually { try await bench.counts().isEmpty }
            }
            #expect(log.entries == ["1", "2", "3", "4", "5"])
            await database.close()
            await killer.close()
        }
    }
}
