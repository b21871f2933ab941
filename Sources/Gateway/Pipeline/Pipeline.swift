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
            Step(kind: TaskKind.prepare, concurrency: 4, run: { try await Prepare(world: world.holding($0)).run($0) }),
            Step(kind: TaskKind.submit, concurrency: 8, run: { try await Submit(world: world.holding($0)).run($0) }),
            Step(kind: TaskKind.follow, concurrency: 8, run: { try await Follow(world: world.holding($0)).run($0) }),
            Step(kind: TaskKind.cancel, concurrency: 4, run: { try await Cancel(world: world.holding($0)).run($0) }),
            Step(
                kind: TaskKind.retrieve,
                concurrency: 3,
                run: { try await Retrieve(world: world.holding($0)).run($0) }
            ),
        ]
    }
}

/// What every step may use.
package struct World: Sendable {
    let database: any Database
    let store: JobStore
    let tasks: JobTasks
    let sites: SiteDirectory
    let artifacts: ArtifactLibrary
    let limits: Limits
    /// When the database was last restored from a backup; older jobs may have been sent since the backup was made.
    let restoredAt: Timestamp?
    let keeper: TimeKeeper
    let logger: Logger
    /// The task that is being done.
    private(set) var task: LeasedTask?

    /// The same world for the doing of a task.
    func holding(_ task: LeasedTask) -> World {
        var world = self
        world.task = task
        return world
    }

    /// Writes what a step did, in one transaction; nothing if its task has passed to another gateway meanwhile.
    ///
    /// - Throws: `LeaseLost`, storage errors, what `body` throws.
    @discardableResult
    func write<T: Sendable>(_ body: @escaping @Sendable (any StorageConnection) throws -> T) async throws -> T {
        try await database.transaction { connection in
            let value = try body(connection)
            if let task { try tasks.requireLease(task, on: connection) }
            return value
        }
    }

    /// Applies an input to a job in a transaction of its own.
    @discardableResult
    func apply(_ input: JobInput, to id: JobID) async throws -> Job? {
        try await write { try store.apply(input, to: id, on: $0) }
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
