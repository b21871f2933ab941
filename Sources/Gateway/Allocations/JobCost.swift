/// What a job of a metered site costs: claimed when it was accepted, settled by what Slurm's accounting says.
package struct JobCost: Sendable, Hashable {
    /// How far it is.
    package enum State: String, Sendable, Hashable, CaseIterable {
        /// The most it can cost is claimed.
        case reserved
        /// What it used is paid.
        case settled
        /// It ran nowhere; the claim was given back.
        case released
    }

    /// The job.
    package let job: JobID
    /// What it can cost at worst, and who pays.
    package let price: JobPrice
    /// The allocation that pays.
    package let allocation: AllocationID
    /// The Slurm account that is charged.
    package let account: String
    /// What was claimed.
    package let reserved: ServiceUnits
    /// What it used; nil until that is settled.
    package let used: ServiceUnits?
    /// Nodes times seconds that it ran, all attempts and array tasks; nil until that is settled.
    package let nodeSeconds: Int64?
    /// How far it is.
    package let state: State
    /// When the job ended; nil while it has not.
    package let endedAt: Timestamp?
    /// How often the accounting was asked in vain.
    package let looks: Int
    /// When it was settled or given back.
    package let settledAt: Timestamp?
    /// What is to be said of the settlement, such as that the accounting was incomplete.
    package let note: String?
}

extension Job {
    /// The same job with its cost.
    func costing(_ cost: JobCost?) -> Job {
        var job = self
        job.cost = cost
        return job
    }
}
