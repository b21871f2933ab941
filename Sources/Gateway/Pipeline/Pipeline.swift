internal import Logging
package import TaskQueue

/// The life of a job as a table of contents: each step has a file of its own in this folder.
///
/// `Admission` has taken the job in before: it read the manifest, placed it and rendered the script.
package struct Pipeline: Sendable {
    let world: World

    /// The handlers of every kind of task, in the order of a job's life.
    package var handlers: [any TaskHandler] {
        [
            Step(kind: TaskKind.prepare, concurrency: 4, run: { try await Prepare(world: world.holding($0)).run($0) }),
            Step(kind: TaskKind.stage, concurrency: 6, run: { try await Stage(world: world.holding($0)).run($0) }),
            Step(kind: TaskKind.submit, concurrency: 8, run: { try await Submit(world: world.holding($0)).run($0) }),
            Step(kind: TaskKind.follow, concurrency: 8, run: { try await Follow(world: world.holding($0)).run($0) }),
            Step(kind: TaskKind.cancel, concurrency: 4, run: { try await Cancel(world: world.holding($0)).run($0) }),
            Step(
                kind: TaskKind.retrieve,
                concurrency: 3,
                run: { try await Retrieve(world: world.holding($0)).run($0) }
            ),
            Step(
                kind: TaskKind.settleLedger,
                concurrency: 4,
                run: { try await SettleLedger(world: world.holding($0)).run($0) }
            ),
            Step(
                kind: TaskKind.readAccounts,
                concurrency: 2,
                run: { try await ReadAccounts(world: world.holding($0)).run($0) }
            ),
            Step(kind: TaskKind.clean, concurrency: 2, run: { try await Clean(world: world.holding($0)).run($0) }),
        ]
    }
}

/// A function as a handler of tasks.
private struct Step: TaskHandler {
    let kind: String
    let concurrency: Int
    let run: @Sendable (LeasedTask) async throws -> TaskOutcome

    func run(_ task: LeasedTask) async throws -> TaskOutcome {
        var fields: Logger.Metadata = ["task.id": "\(task.id)", "task.kind": "\(kind)"]
        if let key = task.key { fields[JobID(key) == nil ? "site" : "job.id"] = "\(key)" }
        return try await LogContext.with(fields) { try await run(task) }
    }
}
