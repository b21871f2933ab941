internal import Logging
internal import Slurm
internal import Storage
internal import TaskQueue

/// Pays for what ended jobs of a site used, by what its accounting says: all that are due in one remote command.
struct SettleLedger: Sendable {
    private static let most = 200
    /// How long an accounting that does not answer is left alone.
    private static let pause = Duration.seconds(30)
    private static let longestPause = Duration.seconds(3600)

    let world: World

    func run(_ task: LeasedTask) async throws -> TaskOutcome {
        guard let name = task.key else { return .dead(reason: "the task names no site") }
        let now = world.keeper.now()
        let due = try await due(at: name, now)
        // At a personal site everybody's own account is asked for their jobs.
        for (lane, due) in Dictionary(grouping: due, by: \.job.lane).sorted(by: { $0.key.text < $1.key.text }) {
            let answer = try await ask(lane, due.map(\.job))
            var rows: [UsageRow]?
            if case .rows(let told) = answer { rows = told }
            if case .outage(let reason) = answer {
                world.logger.notice(
                    "jobs cannot be settled now",
                    metadata: ["site": "\(lane.text)", "reason": "\(reason)"]
                )
            }
            try await settle(due, rows, rates: world.sites[name]?.configuration.chargeRates ?? ChargeRates(), now)
        }
        let next = try await world.database.read { try JobCostStore.nextDue(at: name, on: $0) }
        return next.map { .again(after: max(.milliseconds(200), $0 - world.keeper.now())) } ?? .done
    }

    private func due(at site: String, _ now: Timestamp) async throws -> [(cost: JobCost, job: Job)] {
        try await world.database.read { connection in
            try JobCostStore.due(at: site, now: now, limit: Self.most, on: connection).compactMap { cost in
                guard var job = try world.store.find(cost.job, on: connection) else { return nil }
                if job.arrayCount != nil { job.tasks = try world.store.arrayTasks(of: job.id, on: connection) }
                return (cost, job)
            }
        }
    }

    private func ask(_ lane: Lane, _ jobs: [Job]) async throws -> AccountUsage.Answer {
        let way: (any Site)?
        do {
            way = try await world.sites.way(lane)
        } catch let failure as SiteFailure {
            return .outage(failure.reason)
        }
        guard let way else { return .outage("nobody's key leads to \(lane.text) now, or the site is not configured") }
        guard let accounting = way.accounting else { return .outage("the site has no accounting") }
        let keys = jobs.flatMap { job in (1...job.attempt).map { job.submissionKey(attempt: $0) } }
        let since = jobs.map(\.createdAt).min() ?? world.keeper.now()
        return await accounting.usage(of: keys, since: since)
    }

    /// Settles what can be, and puts off the rest, job by job in the order of their allocations.
    private func settle(
        _ due: [(cost: JobCost, job: Job)],
        _ rows: [UsageRow]?,
        rates: ChargeRates,
        _ now: Timestamp
    ) async throws {
        let byKey = rows.map { Dictionary(grouping: $0, by: \.key) }
        let verdicts = due.map { cost, job in
            let ended = EndedJob(job, endedAt: cost.endedAt ?? job.finishedAt ?? now)
            let own = byKey.map { all in ended.keys.keys.sorted().flatMap { all[$0] ?? [] } }
            return (cost, Settlement.judge(ended, rows: own, at: now), job.attempt)
        }.sorted { ($0.0.allocation.text, $0.0.job.text) < ($1.0.allocation.text, $1.0.job.text) }
        try await world.write { connection in
            for (cost, verdict, attempts) in verdicts {
                switch verdict {
                case .wait:
                    let pause = rows == nil ? Self.pause : Self.pause(after: cost.looks)
                    try JobCostStore.postpone(cost.job, until: now + pause, on: connection)
                case .settle(let counted, let note):
                    try Self.settle(cost, counted, attempts, note, rates, now, on: connection)
                }
            }
        }
    }

    /// 2 s, 4 s, 8 s and so on, at most an hour.
    static func pause(after looks: Int) -> Duration {
        min(longestPause, .seconds(2 << min(max(0, looks), 20)))
    }

    /// Pays for one job, once: a job that was settled before is left alone.
    static func settle(
        _ cost: JobCost,
        _ rows: [CountedRow],
        _ attempts: Int,
        _ note: String?,
        _ rates: ChargeRates,
        _ now: Timestamp,
        on connection: any StorageConnection
    ) throws {
        let (used, nodeSeconds) = Settlement.cost(rows, price: cost.price, rates: rates)
        let isClosed = try JobCostStore.close(
            cost.job,
            as: .settled,
            used: used,
            nodeSeconds: nodeSeconds,
            note: note,
            at: now,
            on: connection
        )
        guard isClosed else { return }
        _ = try LedgerStore.post(
            .settle(reserved: cost.reserved, used: used),
            to: cost.allocation,
            .init(job: cost.job, attempts: attempts, person: Person.gateway.name, note: note),
            at: now,
            on: connection
        )
        try JobCostStore.keep(rows, of: cost.job, on: connection)
        try connection.signal(JobStore.channel, cost.job.text)
    }
}
