/// What a sensible person would choose, by rules: the answer where no model gives one.
package enum Heuristics {
    /// A choice and why.
    package struct Reasoned<Choice: Sendable & Hashable>: Sendable, Hashable {
        /// What is chosen.
        package let choice: Choice
        /// Why, in one sentence with the figures.
        package let reason: String
    }

    /// The strategy with the least receivers' noise and residual interference together, for the interference that was
    /// stated, or is typical for the band.
    ///
    /// - Parameter observation: what was observed.
    /// - Returns: the strategy; the most thorough one when none leaves enough data.
    package static func strategy(for observation: RadioObservation) -> Reasoned<RFIStrategy> {
        let fraction = observation.statedRFIFraction ?? observation.band.typicalRFIFraction
        let costs = RFIStrategy.allCases.map { (strategy: $0, cost: cost($0, fraction)) }
        let best = costs.min { $0.cost < $1.cost }?.strategy ?? .medium
        let flagging = Flagging(strategy: best, rfiFraction: fraction)
        let known = observation.statedRFIFraction == nil ? "typical for \(observation.band.rawValue) band" : "stated"
        return Reasoned(
            choice: best,
            reason: "\(Decimals.text(fraction * 100, 0)) percent interference (\(known)): \(best.rawValue) keeps "
                + "\(Decimals.text(flagging.usableFraction * 100, 0)) percent of the data and leaves "
                + "\(Decimals.text(flagging.residualFraction * 100, 1)) percent interference in them, "
                + "which gives the least noise."
        )
    }

    /// The noise a strategy leaves, in that of the receivers with all data; worse than any when it is too strong.
    private static func cost(_ strategy: RFIStrategy, _ fraction: Double) -> Double {
        let flagging = Flagging(strategy: strategy, rfiFraction: fraction)
        let extra = NoiseBudget.interferenceToNoise * flagging.residualFraction
        let noise = ((1 + extra * extra) / max(1e-9, flagging.usableFraction)).squareRoot()
        return flagging.isTooStrong ? 1e6 + flagging.residualFraction : noise
    }

    /// The order of the bandpass polynomial that gives the least error of the gains' amplitudes.
    ///
    /// - Parameters:
    ///   - observation: what was observed.
    ///   - strategy: how interference is looked for.
    /// - Returns: 3–7.
    package static func polynomialOrder(for observation: RadioObservation, strategy: RFIStrategy) -> Reasoned<Int> {
        let fits = Calibration.orders.map { Calibration(observation, strategy: strategy, polynomialOrder: $0) }
        let best = fits.min { $0.gainAmplitudeError < $1.gainAmplitudeError }
        let order = best?.polynomialOrder ?? 3
        let error = Decimals.text((best?.gainAmplitudeError ?? 0) * 100, 2)
        let condition = Decimals.text(best?.conditionNumber ?? 0, 1)
        return Reasoned(
            choice: order,
            reason: "Order \(order) leaves the smallest amplitude error, \(error) percent, with a condition number of "
                + "\(condition); lower orders miss the bandpass's shape, higher ones fit its noise."
        )
    }

    /// How to image: wide-field where the sky is not flat, multi-scale where sources are extended, else CLEAN; with as
    /// many iterations as bring sidelobes below a third of the other noise.
    ///
    /// - Parameters:
    ///   - observation: what was observed.
    ///   - calibration: of the same observation.
    /// - Returns: algorithm, iterations and beam.
    package static func imaging(for observation: RadioObservation, calibration: Calibration) -> Reasoned<ImagingChoice>
    {
        let shape = beamShape(for: observation)
        let algorithms = ImagingAlgorithm.allCases.map { algorithm in
            let choice = ImagingChoice(
                algorithm: algorithm,
                iterations: ImagingChoice.iterationRange.upperBound,
                beamShape: shape.choice
            )
            return (algorithm: algorithm, noise: Imaging(observation, calibration, choice).noise.total)
        }
        let least = algorithms.map(\.noise).min() ?? 0
        // The cheapest of those that come within 2 percent of the best.
        let algorithm =
            algorithms.filter { $0.noise <= least * 1.02 }.min { $0.algorithm.cost < $1.algorithm.cost }?
            .algorithm ?? .clean
        let goal = least * 1.05
        let counts = [100, 200, 500, 1000, 2000, 5000, 10_000]
        let enough = counts.first { count in
            let choice = ImagingChoice(algorithm: algorithm, iterations: count, beamShape: shape.choice)
            return Imaging(observation, calibration, choice).noise.total <= goal
        }
        let iterations = enough ?? ImagingChoice.iterationRange.upperBound
        let choice = ImagingChoice(algorithm: algorithm, iterations: iterations, beamShape: shape.choice)
        let goalText =
            enough == nil
            ? "the most that can be asked for" : "which bring the noise within 5 percent of what it can be"
        let words = "\(algorithm.rawValue): \(why(algorithm)); \(iterations) iterations, \(goalText)."
        return Reasoned(choice: choice, reason: words + " " + shape.reason)
    }

    private static func why(_ algorithm: ImagingAlgorithm) -> String {
        switch algorithm {
        case .clean: "the field is compact and flat enough for the plain algorithm"
        case .multiScale: "extended sources would leave sidelobes with single-scale components"
        case .wideField: "the field is so wide that the sky's curvature matters"
        case .nonNegative: "moderately extended sources converge fastest with positive components"
        }
    }

    /// An elliptical beam unless the natural one is round within 10 percent.
    ///
    /// - Parameter observation: what was observed.
    /// - Returns: the form of the restoring beam.
    package static func beamShape(for observation: RadioObservation) -> Reasoned<BeamShape> {
        let beam = observation.naturalBeam
        let ratio = beam.majorArcseconds / beam.minorArcseconds
        let text = Decimals.text(ratio, 2)
        return ratio <= 1.1
            ? Reasoned(
                choice: .circular,
                reason: "The beam is nearly round (\(text)), so a circle costs little resolution."
            )
            : Reasoned(
                choice: .elliptical,
                reason: "The beam is \(text) times as long as wide; a circle would cost resolution."
            )
    }
}
