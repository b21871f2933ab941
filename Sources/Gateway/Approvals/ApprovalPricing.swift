package import Storage

/// Tells what a job can cost at worst.
package struct ApprovalPricing: Sendable {
    /// The price of a job; asked before it is held and again before it is sent, and the same while nothing changed.
    package let price: @Sendable (Job, JobManifest, any StorageConnection) throws -> JobPrice

    /// A way to price jobs.
    package init(price: @escaping @Sendable (Job, JobManifest, any StorageConnection) throws -> JobPrice) {
        self.price = price
    }

    /// What was claimed for a job of a metered site; elsewhere the flat price.
    ///
    /// - Parameter partitions: the partition of each site for manifests without one.
    /// - Returns: a way to price jobs.
    package static func claimed(partitions: [String: String]) -> ApprovalPricing {
        let flat = flat(partitions: partitions)
        return ApprovalPricing { job, manifest, connection in
            try JobCostStore.find(job.id, on: connection)?.price ?? flat.price(job, manifest, connection)
        }
    }

    /// Every node-hour costs one SU, and the Slurm account is the project.
    ///
    /// - Parameter partitions: the partition of each site for manifests without one.
    /// - Returns: a way to price jobs.
    package static func flat(partitions: [String: String]) -> ApprovalPricing {
        ApprovalPricing { job, manifest, _ in
            JobPrice(
                site: job.site,
                partition: manifest.resources.partition ?? partitions[job.site],
                nodes: manifest.resources.nodes,
                tasks: manifest.array?.count ?? 1,
                walltimeSeconds: manifest.resources.walltime ?? 0,
                attempts: manifest.retries.limit + 1,
                rate: .one,
                project: manifest.resources.account,
                allocation: nil
            )
        }
    }
}
