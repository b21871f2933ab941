package import Logging
import ServiceLifecycle
package import Storage
import Synchronization

/// Runs the tasks of some kinds until it is told to stop; any number of processes may do so on one database.
///
/// Tasks of kinds without a handler here are left alone. When the process is asked to stop, nothing more is claimed;
/// runs get the grace period to end, then are cancelled, and what they leave is released for others at once.
package final class TaskWorkers: Service {
    /// How one worker behaves.
    package struct Settings: Sendable {
        /// A name for this process's life: no other process, and no earlier life of this one, may have it.
        package var owner: String
        /// After how long without a sign of life a worker is taken for dead.
        package var lease: Duration
        /// How long to rely on wake-ups alone before looking anyway.
        package var safetyPoll: Duration
        /// How long runs may go on after the process was asked to stop.
        package var grace: Duration
        /// How long to wait after failures.
        package var retry: RetryPolicy
        /// Numbers from 0 up to 1, for the pauses.
        package var random: @Sendable () -> Double

        /// Describes a worker; what is left out is the usual.
        package init(
            owner: String,
            lease: Duration = .seconds(30),
            safetyPoll: Duration = .seconds(15),
            grace: Duration = .seconds(20),
            retry: RetryPolicy = RetryPolicy(),
            random: @escaping @Sendable () -> Double = { Double.random(in: 0..<1) }
        ) {
            self.owner = owner
            self.lease = lease
            self.safetyPoll = safetyPoll
            self.grace = grace
            self.retry = retry
            self.random = random
        }
    }

    let database: any Database
    /// The same database, by connections of which nothing else makes use.
    let upkeep: any Database
    let handlers: [String: any TaskHandler]
    let settings: Settings
    let time: TimeSource
    let store: TaskStore
    let logger: Logger
    let board = RunBoard()
    let bell = Bell()
    private let stopping = Mutex(false)

    /// Makes a worker; of two handlers for one kind the last counts.
    ///
    /// - Parameters:
    ///   - database: where the tasks are.
    ///   - upkeep: the same database by a way of its own, on which leases are extended: short leases must not wait
    ///     behind the requests of many clients. Nil: the same way.
    ///   - handlers: who does the tasks.
    ///   - settings: how it behaves.
    ///   - time: tells the time.
    ///   - logger: where failures are told.
    package init(
        database: any Database,
        upkeep: (any Database)? = nil,
        handlers: [any TaskHandler],
        settings: Settings,
        time: TimeSource = .system,
        logger: Logger
    ) {
        self.database = database
        self.upkeep = upkeep ?? database
        self.handlers = Dictionary(handlers.map { ($0.kind, $0) }, uniquingKeysWith: { $1 })
        self.settings = settings
        self.time = time
        self.store = TaskStore(time: time)
        self.logger = logger
    }

    private var isStopping: Bool { stopping.withLock { $0 } }

    /// Works until graceful shutdown or cancellation.
    package func run() async throws {
        await withGracefulShutdownHandler {
            await withDiscardingTaskGroup { group in
                group.addTask { await self.listen() }
                group.addTask { await self.watchCancellations() }
                group.addTask { await self.keepLeases() }
                group.addTask { await self.stopExpired() }
                await self.claimUntilStopped(&group)
                await self.drain()
                group.cancelAll()
            }
        } onGracefulShutdown: {
            self.stopping.withLock { $0 = true }
            self.bell.ring()
        }
    }

    private func claimUntilStopped(_ group: inout DiscardingTaskGroup) async {
        while !isStopping, !Task.isCancelled {
            var pause = settings.safetyPoll
            do {
                let pass = try await claimDue()
                // The stop may have come while the database was asked: what was leased for nothing goes back.
                for (run, handler) in pass.runs {
                    group.addTask { [isLate = isStopping] in
                        if isLate { await self.giveBack(run) } else { await self.perform(run, handler) }
                    }
                }
                pause = pass.pause
            } catch {
                logger.warning("cannot look for tasks", metadata: ["error": "\(error)"])
                pause = min(pause, .seconds(1))
            }
            await wait(atMost: pause)
        }
    }

    /// Waits for the bell, but no longer than this.
    private func wait(atMost pause: Duration) async {
        guard pause > .zero else { return }
        await withTaskGroup { group in
            group.addTask { await self.bell.wait() }
            group.addTask { try? await self.time.sleep(pause) }
            await group.next()
            group.cancelAll()
        }
    }

    /// Lets the runs end, and stops them when the grace is over.
    private func drain() async {
        let end = time.now() + settings.grace.microseconds
        while !board.all.isEmpty, !Task.isCancelled {
            let left = end - time.now()
            guard left > 0 else { break }
            await wait(atMost: .microseconds(left))
        }
        for run in board.all { run.stopSwitch.stop(.shutdown) }
        // Leases are still kept while the runs end: the group's upkeep is cancelled only after this.
        while !board.all.isEmpty, !Task.isCancelled { await bell.wait() }
    }

    private func listen() async {
        for await kind in database.signals(TaskStore.channel) where kind.isEmpty || handlers[kind] != nil {
            bell.ring()
        }
    }

    private func watchCancellations() async {
        for await _ in database.signals(TaskStore.cancelChannel) { await extendLeases() }
    }

    private func keepLeases() async {
        while !Task.isCancelled {
            try? await time.sleep(settings.lease / 3)
            await extendLeases()
        }
    }

    /// Stops runs whose lease could not be extended in time, even while a database that hangs holds up the extending.
    private func stopExpired() async {
        while !Task.isCancelled {
            try? await time.sleep(settings.lease / 6)
            for run in board.all where run.expiresAt <= time.now() { run.stopSwitch.stop(.leaseLost) }
        }
    }
}
