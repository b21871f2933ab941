/// What the noise of an image is made of: standard deviations in janskys per beam, which add in quadrature.
package struct NoiseBudget: Sendable, Hashable {
    /// Of the receivers (``Radiometer``).
    package let thermal: Double
    /// Of sources too faint to be told apart (``Confusion``).
    package let confusion: Double
    /// Sidelobes that deconvolution left.
    package let deconvolution: Double
    /// Sidelobes by errors of the gains.
    package let gains: Double
    /// Interference that was not flagged.
    package let interference: Double

    /// The noise of the image.
    package var total: Double {
        let squares = [thermal, confusion, deconvolution, gains, interference].map { $0 * $0 }
        return squares.reduce(0, +).squareRoot()
    }

    /// Sidelobes of every origin.
    package var sidelobes: Double { (deconvolution * deconvolution + gains * gains).squareRoot() }

    /// Residual interference counts so many times the receivers' noise: an assumption of this model.
    static let interferenceToNoise = 10.0

    init(_ observation: RadioObservation, _ calibration: Calibration, _ choice: ImagingChoice, _ sky: SimulatedSky) {
        let beam = observation.beam(choice.beamShape)
        thermal = Radiometer.noise(observation, usableFraction: calibration.flagging.usableFraction)
        confusion = Confusion.noise(frequencyGHz: observation.frequencyGHz, beam: beam)
        interference = thermal * Self.interferenceToNoise * calibration.flagging.residualFraction
        let sum = Self.quadrature(sky.sources.map(\.peakJanskysPerBeam))
        gains = sum / Self.dynamicRangeLimit(observation, calibration)
        deconvolution = Deconvolution(observation, choice, sky, beam: beam).residual
    }

    static func quadrature(_ values: [Double]) -> Double { values.reduce(0) { $0 + $1 * $1 }.squareRoot() }

    /// √M·N/ε for errors ε of the antennas' gains that differ between M solutions of 60 s.
    ///
    /// After Perley 1999, ASP Conf. Ser. 180, 275, up to a factor near one.
    static func dynamicRangeLimit(_ observation: RadioObservation, _ calibration: Calibration) -> Double {
        let phase = calibration.gainPhaseErrorDegrees * .pi / 180
        let error = (phase * phase + calibration.gainAmplitudeError * calibration.gainAmplitudeError).squareRoot()
        let solutions = max(1, observation.integrationSeconds / 60)
        return solutions.squareRoot() * Double(observation.antennas) / max(1e-6, error)
    }
}
