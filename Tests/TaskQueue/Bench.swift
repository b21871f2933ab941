import Logging
import ServiceLifecycle
import Storage
import Synchronization
import Testing

@testable import TaskQueue

/// A database with the queue's table, and what the tests do with it.
struct Bench: Sendable {
    let database: any Database
    let time: TimeSource
    let store: TaskStore

    /// Gives `body` an empty queue.
    static func with<T>(
        _ engine: Engine,
        time: TimeSource = .system,
        _ body: (Bench) async throws -> T
    ) async throws -> T {
        try await engine.withDatabase { database in
            try await migrate(database, TaskQueueSchema.migrations)
            return try await body(Bench(database: database, time: time, store: TaskStore(time: time)))
        }
    }

    func enqueue(_ requests: TaskRequest...) async throws {
        let store = store
        try await database.transaction { connection in
            for request in requests { try store.enqueue(request, on: connection) }
        }
    }

    func claim(
        _ kind: String = "work",
        limit: Int = 10,
        owner: String = "a",
        lease: Duration = .seconds(30)
    ) async throws -> [LeasedTask] {
        let store = store
        return try await database.transaction {
            try store.claim(kind: kind, limit: limit, owner: owner, lease: lease, on: $0)
        }
    }

    @discardableResult
    func settle(_ task: LeasedTask, _ verdict: Settlement.Verdict, pause: Int64 = 0) async throws -> Settlement? {
        let store = store
        return try await database.transaction { try store.settle(task, verdict, pause: pause, on: $0) }
    }

    func counts() async throws -> [TaskCount] {
        let store = store
        return try await database.read { try store.counts(on: $0) }
    }

    /// When the first lease ends.
    func firstExpiry() async throws -> Int64 {
        try await database.read { connection in
            let row = try connection.first("SELECT MIN(lease_expires_at) AS moment FROM tasks WHERE state = 'running'")
            return try row?.optionalInteger("moment") ?? 0
        }
    }

    func dead() async throws -> [DeadTask] {
        let store = store
        return try await database.read { try store.deadLetters(limit: 100, on: $0) }
    }

    /// A worker whose leases last long enough to play no part, unless a test says otherwise.
    func workers(
        _ handlers: [any TaskHandler],
        owner: String = "worker",
        lease: Duration = .seconds(36_000),
        safetyPoll: Duration = .seconds(36_000),
        grace: Duration = .seconds(36_000),
        retry: RetryPolicy = RetryPolicy(),
        on other: (any Database)? = nil
    ) -> TaskWorkers {
        TaskWorkers(
            database: other ?? database,
            handlers: handlers,
            settings: .init(
                owner: owner,
                lease: lease,
                safetyPoll: safetyPoll,
                grace: grace,
                retry: retry,
                random: { 1 }
            ),
            time: time,
            logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
        )
    }

    /// Runs workers as a program does, and shuts them down when `body` is through.
    func running(_ workers: TaskWorkers..., body: (ServiceGroup) async throws -> Void) async throws {
        let group = ServiceGroup(
            configuration: .init(
                services: workers.map { .init(service: $0) },
                logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
            )
        )
        try await withThrowingTaskGroup { tasks in
            tasks.addTask { try await group.run() }
            try await body(group)
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
    }
}

/// What handlers did, in order.
final class Log<Entry: Sendable>: Sendable {
    private let state = Mutex<[Entry]>([])

    var entries: [Entry] { state.withLock { $0 } }

    func add(_ entry: Entry) { state.withLock { $0.append(entry) } }
}

/// Waits for something another task or a server does; fails after a minute.
///
/// `advance` is called between two looks, for example to move a clock.
func eventually(
    advance: () -> Void = {},
    sourceLocation: SourceLocation = #_sourceLocation,
    _ condition: () async throws -> Bool
) async throws {
    let deadline = ContinuousClock.now + .seconds(60)
    while try await !condition() {
        guard ContinuousClock.now < deadline else {
            Issue.record("it did not happen within a minute", sourceLocation: sourceLocation)
            throw CancellationError()
        }
        advance()
        try await Task.sleep(for: .milliseconds(2))
    }
}

/// Waits until the surrounding task is cancelled.
func untilCancelled() async throws {
    try await Task.sleep(for: .seconds(3600))
}
