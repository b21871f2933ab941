internal import Glibc

/// What flagging and calibration make of an observation.
package struct Calibration: Sendable, Hashable {
    /// How interference was looked for.
    package let strategy: RFIStrategy
    /// The order of the polynomial that the bandpass is fitted with, 3–7.
    package let polynomialOrder: Int
    /// The part of the data with interference, 0–1: stated, or drawn from the seed.
    package let rfiFraction: Double
    /// What the strategy leaves.
    package let flagging: Flagging
    /// Largest over smallest eigenvalue of the normal matrix of the bandpass fit; infinity when it has no solution.
    package let conditionNumber: Double
    /// The error of the gains' amplitudes, root mean square, as a part of 1.
    package let gainAmplitudeError: Double
    /// The error of the gains' phases, root mean square, in degrees.
    package let gainPhaseErrorDegrees: Double
    /// Iterations of the solver until the relative error is below 10⁻⁶.
    package let iterations: Int

    /// Why there is no calibration.
    package enum Verdict: String, Sendable, CaseIterable, Codable {
        /// It can be imaged.
        case usable
        /// Too little data is left, or too much interference is in it (``Flagging/isTooStrong``).
        case interferenceTooStrong = "interference_too_strong"
        /// The fit has no solution: its condition number is above ``Calibration/largestConditionNumber``.
        case fitFailed = "fit_failed"
    }

    /// A fit with a larger condition number has no use: an assumption of this model.
    package static let largestConditionNumber = 1e6
    /// The orders of the polynomial.
    package static let orders = 3...7

    /// Calibrates.
    ///
    /// - Parameters:
    ///   - observation: what was observed.
    ///   - strategy: how interference is looked for.
    ///   - polynomialOrder: 3–7; what is beyond is brought to the nearest.
    package init(_ observation: RadioObservation, strategy: RFIStrategy, polynomialOrder: Int) {
        let order = min(Self.orders.upperBound, max(Self.orders.lowerBound, polynomialOrder))
        let rfiFraction = observation.rfiFraction
        let kept = ChannelFlags(observation, strategy: strategy, rfiFraction: rfiFraction).kept
        let fit = BandpassFit(order: order, kept: kept)
        let flagging = Flagging(strategy: strategy, rfiFraction: rfiFraction)
        let errors = GainErrors(observation, order: order, fit: fit, flagging: flagging)
        self.strategy = strategy
        self.polynomialOrder = order
        self.rfiFraction = rfiFraction
        self.flagging = flagging
        conditionNumber = fit.conditionNumber
        gainAmplitudeError = errors.amplitude
        gainPhaseErrorDegrees = errors.phaseDegrees
        iterations = Self.iterations(conditionNumber: fit.conditionNumber)
    }

    /// Whether it can be imaged, and why not.
    package var verdict: Verdict {
        if flagging.isTooStrong { return .interferenceTooStrong }
        return conditionNumber <= Self.largestConditionNumber ? .usable : .fitFailed
    }

    /// The bound of conjugate gradients: ½·√κ·ln(2/ε) with ε = 10⁻⁶ (Saad 2003, Iterative Methods for Sparse Linear
    /// Systems, §6.11.3).
    private static func iterations(conditionNumber: Double) -> Int {
        guard conditionNumber.isFinite else { return 1000 }
        return min(1000, max(1, Int((0.5 * conditionNumber.squareRoot() * log(2e6)).rounded(.up))))
    }
}

extension RadioObservation {
    /// The part of the data with interference: stated, or drawn around what is typical for the band.
    package var rfiFraction: Double {
        if let statedRFIFraction { return statedRFIFraction }
        var generator = generator("interference")
        // Log-normal with a scatter of 0.35, at most 0.6.
        return min(0.6, band.typicalRFIFraction * exp(0.35 * generator.gaussian()))
    }
}
