/// What a strategy leaves of the data.
package struct Flagging: Sendable, Hashable {
    /// The part of the data that is flagged: c·r + f·(1 − r).
    package let flaggedFraction: Double
    /// Of the data that is kept, the part with interference: (1 − c)·r / (1 − flagged).
    package let residualFraction: Double
    /// The part of the data that is kept.
    package var usableFraction: Double { 1 - flaggedFraction }

    /// The data of which less than this part is usable cannot be calibrated: an assumption of this model.
    package static let leastUsableFraction = 0.30
    /// Data with more residual interference cannot be calibrated: an assumption of this model.
    package static let largestResidualFraction = 0.25

    /// Applies a strategy.
    ///
    /// - Parameters:
    ///   - strategy: what it catches and costs.
    ///   - rfiFraction: the part of the data with interference, 0–1.
    package init(strategy: RFIStrategy, rfiFraction: Double) {
        let caught = strategy.completeness * rfiFraction
        flaggedFraction = caught + strategy.falseAlarms * (1 - rfiFraction)
        residualFraction = (rfiFraction - caught) / max(1e-9, 1 - flaggedFraction)
    }

    /// Whether nothing useful can be made of it.
    package var isTooStrong: Bool {
        usableFraction < Flagging.leastUsableFraction || residualFraction > Flagging.largestResidualFraction
    }
}
