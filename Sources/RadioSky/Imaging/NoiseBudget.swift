internal import Glibc

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
        let deconvolved = Deconvolution(observation, choice, sky, beam: beam)
        deconvolution = deconvolved.residual
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

/// How far deconvolution gets.
struct Deconvolution {
    /// The sidelobes that are left, root mean square, janskys per beam.
    let residual: Double

    /// Each iteration takes the loop gain γ of one of K components, so (1 − γ)^(n/K) is left after n.
    ///
    /// To it come what the algorithm cannot take away of extended sources, and what it smears where the sky is not flat. Sidelobes of the
    /// dirty beam are 1/N for a snapshot and 1/(N·√M) for M of 300 s.
    init(_ observation: RadioObservation, _ choice: ImagingChoice, _ sky: SimulatedSky, beam: Beam) {
        let (algorithm, area) = (choice.algorithm, beam.squareArcseconds)
        let components = sky.sources.reduce(0.0) { sum, source in
            sum + pow(source.apparent.squareArcseconds / area, algorithm.componentExponent)
        }
        let left = pow(1 - algorithm.loopGain, Double(choice.iterations) / max(1, components))
        let all = NoiseBudget.quadrature(sky.sources.map(\.peakJanskysPerBeam))
        let extended = NoiseBudget.quadrature(sky.sources.filter(\.isExtended).map(\.integratedJanskys))
        let smeared = algorithm.correctsCurvature ? 0 : Self.smeared(observation)
        let snapshots = max(1, observation.integrationSeconds / 300)
        let sidelobes = 1 / (Double(observation.antennas) * snapshots.squareRoot())
        residual = sidelobes * NoiseBudget.quadrature([left * all, smeared * all, algorithm.leftover * extended])
    }

    /// The part of a source that is smeared when the w term is left out: φ²/24, at most 0.3, where φ = π·θ²·B/λ at the
    /// field's edge (after Cornwell and Perley 1992, A&A 261, 353; the mean over the field is this model's own).
    static func smeared(_ observation: RadioObservation) -> Double {
        let edge = observation.cellArcseconds * Double(observation.imageSize) / 2 * .pi / 648_000
        let wavelengths =
            observation.configuration.longestBaselineKilometres * 1e3 * observation.frequencyGHz / 0.299_792_458
        let phase = Double.pi * edge * edge * wavelengths
        return min(0.3, phase * phase / 24)
    }
}
