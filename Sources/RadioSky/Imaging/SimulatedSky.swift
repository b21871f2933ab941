internal import Glibc

/// The sources of a field, drawn from the published counts.
///
/// They are the same whatever is decided about the data.
struct SimulatedSky {
    let sources: [RadioSource]

    /// Draws the field.
    ///
    /// It goes down to the larger of 0.05 mJy at 1.4 GHz, where the counts end, and five times the noise that the best
    /// image can have: fainter ones are in the confusion noise.
    init(_ observation: RadioObservation, beamShape: BeamShape) {
        var generator = observation.generator("sky")
        let counts = SourceCounts.cumulative(from: Self.limitMillijanskys(observation))
        let mean = (counts.last?.sources ?? 0) * observation.fieldSteradians
        let count = generator.poisson(mean: mean)
        let projection = SkyProjection(observation)
        let beam = observation.beam(beamShape)
        sources = (0..<count).map { _ in
            let flux = Self.flux(counts, share: generator.uniform())
            return Self.source(flux, observation, projection, beam, &generator)
        }
    }

    /// The least flux density drawn, at 1.4 GHz in mJy.
    static func limitMillijanskys(_ observation: RadioObservation) -> Double {
        let thermal = Radiometer.noise(observation, usableFraction: 1)
        let confusion = Confusion.noise(frequencyGHz: observation.frequencyGHz, beam: observation.naturalBeam)
        let limit = 5 * (thermal * thermal + confusion * confusion).squareRoot()
        let scale = pow(SourceCounts.frequencyGHz / observation.frequencyGHz, SourceCounts.meanSpectralIndex)
        return max(SourceCounts.millijanskys.lowerBound, limit * scale * 1000)
    }

    /// The flux density that a share of the sources is stronger than.
    private static func flux(_ counts: [(millijanskys: Double, sources: Double)], share: Double) -> Double {
        guard let total = counts.last?.sources else { return 0 }
        let wanted = share * total
        var (low, high) = (0, counts.count - 1)
        while high - low > 1 {
            let middle = (low + high) / 2
            if counts[middle].sources < wanted { low = middle } else { high = middle }
        }
        let (first, second) = (counts[low], counts[high])
        let part = (wanted - first.sources) / max(1e-300, second.sources - first.sources)
        return first.millijanskys * pow(second.millijanskys / first.millijanskys, part)
    }

    /// Draws a source of a flux density at 1.4 GHz; always the same count of numbers.
    private static func source(
        _ millijanskys: Double,
        _ observation: RadioObservation,
        _ projection: SkyProjection,
        _ beam: Beam,
        _ generator: inout SeededGenerator
    ) -> RadioSource {
        let side = Double(observation.imageSize)
        let (column, row) = (generator.uniform(0.5, side + 0.5), generator.uniform(0.5, side + 0.5))
        let major = size(millijanskys, largerShare: 1 - generator.uniform())
        let intrinsic = Beam(
            majorArcseconds: major,
            minorArcseconds: major * generator.uniform(0.3, 1),
            positionAngleDegrees: generator.uniform(0, 180)
        )
        let index =
            SourceCounts.meanSpectralIndex + 0.25 * (-2 * log(1 - generator.uniform())).squareRoot()
            * cos(2 * .pi * generator.uniform())
        // One compact source in a hundred varies by 30 to 90 percent (after Mooley et al. 2016, ApJ 818, 105).
        let (varies, amount) = (generator.uniform() < 0.01, generator.uniform(0.3, 0.9))
        let integrated = millijanskys / 1000 * pow(observation.frequencyGHz / SourceCounts.frequencyGHz, index)
        let apparent = (GaussianShape(beam) + GaussianShape(intrinsic)).ellipse
        return RadioSource(
            position: projection.position(column: column, row: row),
            column: column,
            row: row,
            integratedJanskys: integrated,
            peakJanskysPerBeam: integrated * beam.squareArcseconds / apparent.squareArcseconds,
            majorArcseconds: intrinsic.majorArcseconds,
            minorArcseconds: intrinsic.minorArcseconds,
            positionAngleDegrees: intrinsic.positionAngleDegrees,
            spectralIndex: index,
            variability: varies && major < 2 ? amount : 0,
            apparent: apparent
        )
    }

    /// The width of a source in arc seconds, at most 60.
    ///
    /// The median is 2″·S^0.30 with S in mJy at 1.4 GHz, and the part that is wider than θ is
    /// exp(−ln 2·(θ/θ_med)^0.62) (Windhorst, Mathis and Neuschaefer 1990, ASP Conf. Ser. 10, 389).
    private static func size(_ millijanskys: Double, largerShare: Double) -> Double {
        min(60, 2 * pow(millijanskys, 0.30) * pow(-log(largerShare) / M_LN2, 1 / 0.62))
    }
}
