internal import Logging
internal import Storage
internal import TaskQueue

/// Collects garbage once a day; one gateway of an installation does it.
struct CollectGarbage: TaskHandler {
    private static let pause = Duration.seconds(86400)

    let collector: GarbageCollector
    let kind = TaskKind.collectGarbage
    let concurrency = 1

    func run(_ task: LeasedTask) async throws -> TaskOutcome {
        _ = try await collector.collect()
        return .again(after: Self.pause)
    }

    /// Plans the first run; a run that is planned already stays.
    static func plan(_ queue: TaskStore, at now: Timestamp, on connection: any StorageConnection) throws {
        let request = TaskRequest(
            kind: TaskKind.collectGarbage,
            key: "daily",
            runAt: (now + .seconds(3600)).microseconds,
            maximumAttempts: 1000,
            timeoutSeconds: 6 * 3600
        )
        try queue.enqueue(request, on: connection)
    }
}
