internal import Storage
package import TaskQueue

/// The queue as an operator sees it.
package struct QueueOverview: Sendable {
    /// When it was looked at.
    package let asOf: Timestamp
    /// How the tasks of each kind stand; every kind the spine has, tasks or not.
    package let lines: [QueueLine]
    /// What runs now, the longest first; at most ``QueueService/runningShown``.
    package let running: [RunningTask]
}

/// What operators do with the queue of background work.
package struct QueueService: Sendable {
    /// The most running tasks an overview shows.
    package static let runningShown = 200

    let database: any Database
    let queue: TaskStore
    let keeper: TimeKeeper

    /// The queue as it stands.
    ///
    /// - Returns: depths, ages, and what runs.
    /// - Throws: storage errors.
    package func overview() async throws -> QueueOverview {
        let (lines, running) = try await database.read { connection in
            (try queue.lines(on: connection), try queue.running(limit: Self.runningShown, on: connection))
        }
        let idle = TaskKind.all.filter { kind in !lines.contains { $0.kind == kind } }.map { QueueLine(kind: $0) }
        return QueueOverview(
            asOf: keeper.now(),
            lines: (lines + idle).sorted { $0.kind < $1.kind },
            running: running
        )
    }

    /// The tasks that failed for good, the latest first.
    ///
    /// - Parameter limit: the most of them.
    /// - Returns: the tasks, each with its last error.
    /// - Throws: storage errors.
    package func dead(limit: Int) async throws -> [DeadTask] {
        try await database.read { try queue.deadLetters(limit: limit, on: $0) }
    }

    /// Lets a dead letter run again from its first attempt.
    ///
    /// - Parameters:
    ///   - id: the task's number.
    ///   - person: who asks.
    /// - Throws: ``GatewayError`` of kind `notFound` or `conflict`.
    package func requeue(_ id: Int64, by person: Person) async throws {
        let answer = try await database.transaction { connection in
            try audited("task.requeued", id, by: person, try queue.requeue(id, on: connection), on: connection)
        }
        try Self.require(answer, id)
    }

    /// Drops a dead letter; its work is not done.
    ///
    /// - Parameters:
    ///   - id: the task's number.
    ///   - person: who asks.
    /// - Throws: ``GatewayError`` of kind `notFound` or `conflict`.
    package func discard(_ id: Int64, by person: Person) async throws {
        let answer = try await database.transaction { connection in
            try audited("task.discarded", id, by: person, try queue.discard(id, on: connection), on: connection)
        }
        try Self.require(answer, id)
    }

    private func audited(
        _ action: String,
        _ id: Int64,
        by person: Person,
        _ answer: DeadLetterAnswer,
        on connection: any StorageConnection
    ) throws -> DeadLetterAnswer {
        if case .done = answer {
            let entry = AuditEntry(action, .init("task", String(id)), by: person)
            try AuditStore.append(entry, at: keeper.now(), on: connection)
        }
        return answer
    }

    private static func require(_ answer: DeadLetterAnswer, _ id: Int64) throws {
        switch answer {
        case .done: return
        case .unknown:
            throw GatewayError(.notFound, "There is no task \(id) in the queue; what is done leaves it.")
        case .alive(let state):
            throw GatewayError(.conflict, "The task \(id) is \(state.rawValue); only dead letters can be changed.")
        case .replaced:
            throw GatewayError(
                .conflict,
                "A newer task already does the work of the dead letter \(id). Discard the dead letter."
            )
        }
    }
}
