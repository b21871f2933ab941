package import Storage

/// Tells what a job can cost at worst.
package struct ApprovalPricing: Sendable {
    /// The price of a job; asked before it is held and again before it is sent, and the same while nothing changed.
    package let price: @Sendable (Job, JobManifest, any StorageConnection) throws -> JobPrice

    /// A way to price jobs.
    package init(price: @escaping @Sendable (Job, JobManifest, any StorageConnection) throws -> JobPrice) {
        self.price = price
    }

    /// The price a job was accepted at; where nobody pays, what it would cost by the site's rates, and the Slurm account
    /// is the project.
    ///
    /// - Parameter sites: their rates, and their partitions for manifests without one.
    /// - Returns: a way to price jobs.
    package static func booked(_ sites: [SiteConfiguration]) -> ApprovalPricing {
        let sites = Dictionary(sites.map { ($0.name, $0) }) { first, _ in first }
        return ApprovalPricing { job, manifest, connection in
            if let cost = try JobCostStore.find(job.id, on: connection) { return cost.price }
            let partition = manifest.resources.partition ?? sites[job.site]?.partition
            return JobPrice(
                site: job.site,
                partition: partition,
                nodes: manifest.resources.nodes,
                tasks: manifest.array?.count ?? 1,
                walltimeSeconds: manifest.resources.walltime ?? 0,
                attempts: manifest.retries.limit + 1,
                rate: sites[job.site]?.chargeRates.rate(of: partition) ?? .one,
                project: manifest.project ?? manifest.resources.account,
                allocation: nil
            )
        }
    }
}
