internal import Logging
internal import Storage
package import TaskQueue

/// The life of a job as a table of contents: each step has a file of its own in this folder.
///
/// `Admission` has taken the job in before: it read the manifest, placed it and rendered the script.
package struct Pipeline: Sendable {
    let world: World

    /// The handlers of every kind of task, in the order of a job's life.
    package var handlers: [any TaskHandler] {
        [
            Step(kind: TaskKind.prepare, concurrency: 4, run: Prepare(world: world).run),
            Step(kind: TaskKind.submit, concurrency: 8, run: Submit(world: world).run),
            Step(kind: TaskKind.follow, concurrency: 8, run: Follow(world: world).run),
            Step(kind: TaskKind.cancel, concurrency: 4, run: Cancel(world: world).run),
            Step(kind: TaskKind.retrieve, concurrency: 3, run: Retrieve(world: world).run),
        ]
    }
}

/// What every step may use.
package struct World: Sendable {
    let database: any Database
    let store: JobStore
    let tasks: JobTasks
    let sites: SiteDirectory
    let artifacts: ArtifactStore
    let limits: Limits
    /// When the database was last restored from a backup; older jobs may have been sent since the backup was made.
    let restoredAt: Timestamp?
    let keeper: TimeKeeper
    let logger: Logger

    /// Applies an input to a job in a transaction of its own.
    @discardableResult
    func apply(_ input: JobInput, to id: JobID) async throws -> Job? {
        try await database.transaction { try store.apply(input, to: id, on: $0) }
    }

    /// The job of a task's key; nil when the key is none.
    func job(of task: LeasedTask) async throws -> Job? {
        guard let id = task.key.flatMap(JobID.init) else { return nil }
        return try await database.read { try store.find(id, on: $0) }
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
