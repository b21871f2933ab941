/// What a node-hour costs at a site, partition by partition.
package struct ChargeRates: Sendable, Hashable {
    /// For partitions that are not named.
    package var standard = ChargeRate.one
    /// By the partition's name.
    package var partitions: [String: ChargeRate] = [:]

    /// Rates; one SU for each node-hour unless something else is said.
    package init(standard: ChargeRate = .one, partitions: [String: ChargeRate] = [:]) {
        self.standard = standard
        self.partitions = partitions
    }

    /// The rate of a partition; the highest of all where the site chooses the partition.
    package func rate(of partition: String?) -> ChargeRate {
        guard let partition else {
            return partitions.values.reduce(standard) { $1.thousandths > $0.thousandths ? $1 : $0 }
        }
        return partitions[partition] ?? standard
    }
}
