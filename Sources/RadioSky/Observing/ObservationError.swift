/// A value of an observation that is out of its range; the same value fails again.
package struct ObservationError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The parameter, as ``RadioObservation/init(dataset:seed:centre:frequencyGHz:bandwidthMHz:integrationSeconds:antennas:configuration:imageSize:datasetGigabytes:rfiFraction:)`` names it.
    package let field: String
    /// What it must be.
    package let rule: String

    /// An error.
    package init(field: String, rule: String) {
        self.field = field
        self.rule = rule
    }

    package var description: String { "\(field) must be \(rule)" }
}
