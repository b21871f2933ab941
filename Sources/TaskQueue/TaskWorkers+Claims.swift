import Logging
import Metrics
import Storage

/// Finding tasks and keeping their leases.
extension TaskWorkers {
    /// What one look at the queue gave.
    struct Pass {
        /// The runs to begin.
        var runs: [(RunBoard.Run, any TaskHandler)] = []
        /// How long nothing more will be due, as far as is known.
        var pause: Duration = .zero
    }

    /// Rescues what was left behind, leases what is due, as far as there is room for it.
    func claimDue() async throws -> Pass {
        let store = store
        let kinds = handlers.keys.sorted()
        let outlook = try await database.read { try store.outlook(kinds, on: $0) }
        let now = time.now()
        let isExpired = outlook.nextExpiry.map { $0 <= now } ?? false
        let rescued = isExpired ? try await rescue(kinds) : 0
        var rooms: [(kind: String, room: Int)] = []
        var next = min(now + settings.safetyPoll.microseconds, outlook.nextExpiry ?? .max)
        for (kind, handler) in handlers {
            let room = max(1, handler.concurrency) - board.count(kind)
            guard room > 0, let due = outlook.nextRun[kind] else { continue }
            if due <= now {
                rooms.append((kind, room))
            } else {
                next = min(next, due)
            }
        }
        let tasks = try await claim(rooms)
        var pass = Pass(pause: .microseconds(max(next - now, 1_000)))
        for task in tasks {
            guard let handler = handlers[task.kind] else { continue }
            let run = board.add(task, expiresAt: now + settings.lease.microseconds)
            Counter(label: "tasks_claimed_total", dimensions: [("kind", task.kind)]).increment()
            pass.runs.append((run, handler))
        }
        if !tasks.isEmpty || rescued > 0 {
            // Look again at once: there may be more, and the next time is not known yet.
            pass.pause = .zero
        } else if !rooms.isEmpty || isExpired {
            // Somebody else is busy with what is due.
            pass.pause = min(pass.pause, .milliseconds(100))
        }
        return pass
    }

    private func claim(_ rooms: [(kind: String, room: Int)]) async throws -> [LeasedTask] {
        guard !rooms.isEmpty else { return [] }
        let (store, owner, lease) = (store, settings.owner, settings.lease)
        return try await database.transaction { connection in
            try rooms.sorted { $0.kind < $1.kind }.flatMap { kind, room in
                try store.claim(kind: kind, limit: room, owner: owner, lease: lease, on: connection)
            }
        }
    }

    private func rescue(_ kinds: [String]) async throws -> Int {
        let (store, retry, random) = (store, settings.retry, settings.random)
        let rescued = try await database.transaction { connection in
            try store.rescue(
                kinds,
                limit: 100,
                pause: { retry.pause(afterLossInAttempt: $0, random: random()) },
                on: connection
            )
        }
        for kind in rescued {
            Counter(label: "tasks_rescued_total", dimensions: [("kind", kind)]).increment()
            logger.warning("rescued a task from a lost worker", metadata: ["task.kind": "\(kind)"])
        }
        return rescued.count
    }

    /// Extends all leases; runs whose lease is gone or in doubt are stopped.
    func extendLeases() async {
        let runs = board.all
        guard !runs.isEmpty else { return }
        let (store, owner, lease, tasks) = (store, settings.owner, settings.lease, runs.map(\.task))
        let begun = time.now()
        do {
            let held = try await upkeep.transaction {
                try store.extend(tasks, owner: owner, lease: lease, on: $0)
            }
            for run in runs {
                switch held[run.task] {
                case .none: run.stopSwitch.stop(.leaseLost)
                case .some(true): run.stopSwitch.stop(.cancelled)
                case .some(false): board.extended(run.task, until: begun + lease.microseconds)
                }
            }
        } catch {
            logger.warning("cannot extend leases", metadata: ["error": "\(error)"])
        }
    }
}
