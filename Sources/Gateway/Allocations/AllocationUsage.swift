internal import Slurm

/// What Slurm said of an allocation's account, the last time it was asked.
package struct SlurmView: Sendable, Hashable {
    /// When it was asked last.
    package let triedAt: Timestamp
    /// What did not answer then, and why.
    package let problems: [String]
    /// When it answered last; nil when it never did.
    package let observedAt: Timestamp?
    /// The scheduler's own sum, in seconds of its billing unit; it decays or is reset as the site configures.
    package let rawUsage: Int64?
    /// Limits by the names Slurm gives them, such as `GrpTRESMins`: `cpu=1000`.
    package let limits: [String: String]
    /// What counts against `GrpTRESMins`, such as `cpu: 12`, in minutes.
    package let countedMinutes: [String: String]
    /// What every job of the account ran since the allocation began; nil when the accounting did not tell.
    package let use: [PartitionUse]?

    /// What was told, and what was not.
    init(triedAt: Timestamp, problem: String?, observedAt: Timestamp?, figures: AccountFigures?) {
        self.triedAt = triedAt
        self.observedAt = observedAt
        problems = (problem.map { [$0] } ?? []) + (figures?.problems ?? [])
        rawUsage = figures?.rawUsage
        limits = figures?.limits ?? [:]
        countedMinutes = figures?.countedMinutes ?? [:]
        use = figures?.use?.map { PartitionUse(partition: $0.partition, rows: $0.rows, nodeSeconds: $0.nodeSeconds) }
    }
}

/// What ran in one partition, by Slurm's accounting.
package struct PartitionUse: Sendable, Hashable {
    /// The partition.
    package let partition: String
    /// Rows of the accounting: jobs, array tasks and requeues.
    package let rows: Int
    /// Nodes times seconds.
    package let nodeSeconds: Int64
}

/// An allocation's use as the ledger has it, beside Slurm's own figures.
package struct AllocationUsage: Sendable, Hashable {
    /// The allocation.
    package let allocation: Allocation
    /// How fast it is spent, and where that leads.
    package let forecast: BudgetForecast
    /// Slurm's view; nil when it was never asked.
    package let slurm: SlurmView?
    /// What every job of the account ran at the site since the allocation began, at the rates of today: an exact sum
    /// of the accounting, jobs that the gateway never saw included; nil when the accounting did not tell.
    package let slurmUsed: ServiceUnits?
    /// What the ledger has as used of all allocations of this account at the site.
    package let ledgerUsed: ServiceUnits
    /// Slurm's sum less the ledger's: above zero, somebody charges the account otherwise, or jobs run or wait to be
    /// settled; below zero, jobs were charged that began before the allocation, or rates were changed.
    package var drift: ServiceUnits? { slurmUsed.map { $0 - ledgerUsed } }

    /// A view put together.
    init(
        _ allocation: Allocation,
        forecast: BudgetForecast,
        slurm: SlurmView?,
        ledgerUsed: ServiceUnits,
        rates: ChargeRates
    ) {
        self.allocation = allocation
        self.forecast = forecast
        self.slurm = slurm
        self.ledgerUsed = ledgerUsed
        slurmUsed = slurm?.use.map { use in
            use.reduce(.zero) { sum, part in
                sum + ServiceUnits(nodeSeconds: part.nodeSeconds, rate: rates.rate(of: part.partition))
            }
        }
    }
}
