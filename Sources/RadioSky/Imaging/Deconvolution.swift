internal import Glibc

/// How far deconvolution gets.
struct Deconvolution {
    /// The sidelobes that are left, root mean square, janskys per beam.
    let residual: Double
    /// What is brighter has been cleaned down to this, janskys per beam.
    let level: Double

    /// Sidelobes of the dirty beam, 1/N for a snapshot and 1/(N·√M) for M of 300 s, of what is not taken away.
    ///
    /// That is what stays below ``level``, what the algorithm cannot take away of extended sources, and what it smears
    /// where the sky is not flat.
    init(_ observation: RadioObservation, _ choice: ImagingChoice, _ sky: SimulatedSky, beam: Beam) {
        let algorithm = choice.algorithm
        let peaks = sky.sources.map(\.peakJanskysPerBeam)
        level = Self.level(choice, sky, beamArea: beam.squareArcseconds)
        let left = NoiseBudget.quadrature(peaks.map { [level] in min($0, level) })
        let extended = NoiseBudget.quadrature(sky.sources.filter(\.isExtended).map(\.integratedJanskys))
        let smeared = algorithm.correctsCurvature ? 0 : Self.smeared(observation)
        let snapshots = max(1, observation.integrationSeconds / 300)
        let sidelobes = 1 / (Double(observation.antennas) * snapshots.squareRoot())
        residual =
            sidelobes
            * NoiseBudget.quadrature([left, smeared * NoiseBudget.quadrature(peaks), algorithm.leftover * extended])
    }

    /// The level that the iterations reach.
    ///
    /// The brightest point comes first, and each iteration takes the loop gain γ of it (Högbom 1974), so that to bring
    /// every source S of c components down to L takes n = Σ c·ln(S/L) / −ln(1 − γ). This is solved for L by bisection.
    private static func level(_ choice: ImagingChoice, _ sky: SimulatedSky, beamArea: Double) -> Double {
        let power = choice.algorithm.componentExponent
        let sources = sky.sources.map { source in
            (log(source.peakJanskysPerBeam), pow(source.apparent.squareArcseconds / beamArea, power))
        }
        guard let brightest = sources.map(\.0).max() else { return 0 }
        let effort = -log(1 - choice.algorithm.loopGain) * Double(choice.iterations)
        var (low, high) = (brightest - 30, brightest)
        for _ in 0..<40 {
            let middle = (low + high) / 2
            let needed = sources.reduce(0.0) { $0 + $1.1 * max(0, $1.0 - middle) }
            if needed > effort { low = middle } else { high = middle }
        }
        return exp(high)
    }

    /// The part of a source that is smeared when the w term is left out: φ²/24, at most 0.3.
    ///
    /// φ = π·θ²·B/λ at the field's edge (after Cornwell and Perley 1992, A&A 261, 353); the mean over the field is this
    /// model's own.
    private static func smeared(_ observation: RadioObservation) -> Double {
        let edge = observation.cellArcseconds * Double(observation.imageSize) / 2 * .pi / 648_000
        let metres = observation.configuration.longestBaselineKilometres * 1000
        let phase = Double.pi * edge * edge * metres * observation.frequencyGHz / 0.299_792_458
        return min(0.3, phase * phase / 24)
    }
}
