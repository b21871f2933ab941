internal import Comparison
internal import Gateway
internal import Logging
internal import Storage
internal import TaskQueue

/// Compares a replay that has ended with what it ran again, and writes the verdict down; key: the new job.
struct CompareReplay: TaskHandler {
    let comparisons: ComparisonService

    static let task = "analysis.compare"

    let kind = CompareReplay.task
    // Whole result files are read into memory.
    let concurrency = 1

    func run(_ task: LeasedTask) async throws -> TaskOutcome {
        let spine = comparisons.spine
        guard let id = task.key.flatMap({ JobID($0) }) else { return .done }
        let sides = try await spine.database.read { connection -> (RunSide, RunSide)? in
            guard let replay = try ReplayStore.find(id, on: connection), replay.verdict == nil else { return nil }
            let origin = replay.record.map { ReplayOrigin.analysis($0) } ?? .job(replay.parent)
            return (
                try comparisons.side(origin, on: connection), try comparisons.side(.job(id), on: connection)
            )
        }
        guard let (left, right) = sides else { return .done }
        let outcome = try await comparisons.compare(left, right).outcome
        try await spine.database.transaction { connection in
            try ReplayStore.judge(id, outcome.verdict.name, outcome.sentence, on: connection)
            try spine.tasks.requireLease(task, on: connection)
        }
        spine.logger.info(
            "a replay was compared",
            metadata: ["job.id": "\(id)", "verdict": "\(outcome.verdict.name)"]
        )
        return .done
    }

    /// Plans the comparison of a job, if it is a replay, in the caller's transaction.
    static func plan(
        _ job: JobID,
        in spine: Spine,
        at now: Timestamp,
        on connection: any StorageConnection
    ) throws {
        guard try ReplayStore.parent(of: job, on: connection) != nil else { return }
        try spine.queue.enqueue(
            TaskRequest(kind: task, key: job.text, runAt: now.microseconds, timeoutSeconds: 3600),
            on: connection
        )
    }
}
