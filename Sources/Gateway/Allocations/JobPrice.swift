/// What a job can cost at worst, worked out before it is accepted.
package struct JobPrice: Sendable, Hashable {
    /// Where it would run.
    package let site: String
    /// The partition whose rate holds; nil where the site decides.
    package let partition: String?
    /// Nodes of one attempt of one array task.
    package let nodes: Int
    /// Array tasks; 1 for a job that is no array.
    package let tasks: Int
    /// The walltime of one attempt, in seconds.
    package let walltimeSeconds: Int
    /// Attempts the manifest allows.
    package let attempts: Int
    /// SU for each node-hour.
    package let rate: ChargeRate
    /// The project that pays; nil where the site is not metered.
    package let project: String?
    /// The allocation that pays; nil where the site is not metered.
    package let allocation: String?

    /// The most it can cost: nodes, times walltime, times array tasks, times attempts, times the rate.
    package var worstCase: ServiceUnits {
        ServiceUnits(nodeSeconds: Int64(nodes) * Int64(walltimeSeconds), rate: rate) * tasks * attempts
    }

    /// A price.
    package init(
        site: String,
        partition: String?,
        nodes: Int,
        tasks: Int,
        walltimeSeconds: Int,
        attempts: Int,
        rate: ChargeRate,
        project: String?,
        allocation: String?
    ) {
        self.site = site
        self.partition = partition
        self.nodes = nodes
        self.tasks = tasks
        self.walltimeSeconds = walltimeSeconds
        self.attempts = attempts
        self.rate = rate
        self.project = project
        self.allocation = allocation
    }
}
