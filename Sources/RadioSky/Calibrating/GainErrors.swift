internal import Glibc

/// The errors of the antennas' gains after calibration.
struct GainErrors {
    /// Root mean square, as a part of 1.
    let amplitude: Double
    /// Root mean square, in degrees.
    let phaseDegrees: Double

    /// A calibrator of this flux density in janskys is observed; an assumption of this model.
    private static let calibratorJanskys = 0.3
    /// For this time in seconds; an assumption of this model.
    private static let calibratorSeconds = 10.0
    /// The shape of the bandpass that a polynomial of order 3 misses falls by this factor with each further order.
    private static let missedPerOrder = 0.4
    /// So much of the residual interference goes into the gains.
    private static let interferenceInGains = 0.05

    init(_ observation: RadioObservation, order: Int, fit: BandpassFit, flagging: Flagging) {
        var generator = observation.generator("gains")
        // The bandpass's ripple that order 3 misses is 0.3 to 3 percent; the atmosphere leaves 0.5 to 3 degrees.
        let ripple = generator.uniform(0.003, 0.03)
        let atmosphere = generator.uniform(0.5, 3) * (observation.frequencyGHz / 3).squareRoot()
        let missed = ripple * pow(Self.missedPerOrder, Double(order - 3))
        let interference = Self.interferenceInGains * flagging.residualFraction
        let noise = Self.channelNoise(observation) * min(1e3, fit.meanLeverage).squareRoot()
        amplitude = (missed * missed + noise * noise + interference * interference).squareRoot()
        let phase = (noise * noise + interference * interference).squareRoot() * 180 / .pi
        phaseDegrees = (phase * phase + atmosphere * atmosphere).squareRoot()
    }

    /// The noise of one antenna's gain in one channel: SEFD / (η·S·√(2·Δν·t·(N − 3))).
    ///
    /// Cornwell and Fomalont 1999, ASP Conf. Ser. 180, 187: N − 3 for amplitude and phase.
    private static func channelNoise(_ observation: RadioObservation) -> Double {
        let channelHertz = observation.bandwidthMHz * 1e6 / Double(ChannelFlags.count)
        let samples = 2 * channelHertz * calibratorSeconds * Double(observation.antennas - 3)
        return observation.band.systemEquivalentFluxDensity
            / (Radiometer.efficiency * calibratorJanskys * samples.squareRoot())
    }
}
