/// A value of an observation that is out of its range; the same value fails again.
package struct ObservationError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The parameter, as ``RadioObservation/init(dataset:seed:centre:frequencyGHz:bandwidthMHz:integrationSeconds:antennas:configuration:imageSize:datasetGigabytes:rfiFraction:)`` names it.
    package let field: String
    /// What it must be.
    package let rule: String

    package var description: String { "\(field) must be \(rule)" }
}
