import Testing

@testable import RadioSky

@Suite("Formulas of the radio model")
struct FormulaTests {
    private func observation(
        _ configuration: ArrayConfiguration = .c,
        rfiFraction: Double? = 0.2,
        seed: UInt64 = 1,
        imageSize: Int = 256
    ) throws -> RadioObservation {
        try RadioObservation(
            dataset: "VLASS2.1.J153200+421500",
            seed: seed,
            configuration: configuration,
            imageSize: imageSize,
            rfiFraction: rfiFraction
        )
    }

    @Test("The radiometer equation gives 4.00 µJy for the VLA at 3 GHz in an hour of 2 GHz")
    func radiometer() {
        // 370 / (0.92 · √(2 · 27 · 26 · 2e9 · 3600)), by hand.
        let noise = Radiometer.noise(
            systemEquivalentFluxDensity: 370,
            antennas: 27,
            bandwidthHertz: 2e9,
            seconds: 3600
        )
        #expect(abs(noise - 4.0000e-6) < 1e-10)
    }

    @Test("Counts are those of Hopkins et al. at 1 mJy, and near FIRST's 90 per square degree above it")
    func counts() {
        #expect(abs(SourceCounts.normalised(at: 1) - 7.2277) < 1e-4)
        let perSquareDegree = SourceCounts.perSteradian(above: 1) * (Double.pi / 180) * (Double.pi / 180)
        #expect((60...110).contains(perSquareDegree), "\(perSquareDegree)")
        #expect(SourceCounts.perSteradian(above: 2000) == 0)
    }

    @Test(
        "Confusion at 3.02 GHz and 8 arcsec is 1.2 µJy/beam, as Condon et al. measured; both branches meet",
        arguments: [(3.02, 8.0, 1.22e-6), (1.0, 10.19, 5.98e-6), (1.0, 10.21, 5.78e-6)]
    )
    func confusion(_ frequency: Double, _ width: Double, _ expected: Double) {
        let beam = Beam(majorArcseconds: width, minorArcseconds: width, positionAngleDegrees: 0)
        let noise = Confusion.noise(frequencyGHz: frequency, beam: beam)
        #expect(abs(noise / expected - 1) < 0.02, "\(noise)")
    }

    @Test(
        "Beams at 3 GHz are those of the VLA's tables, 1.2 times as wide for robust weighting",
        arguments: [
            (ArrayConfiguration.a, 0.65), (ArrayConfiguration.b, 2.1), (ArrayConfiguration.c, 7.0),
            (ArrayConfiguration.d, 23.0),
        ]
    )
    func beams(_ configuration: ArrayConfiguration, _ uniform: Double) throws {
        let observation = try observation(configuration)
        #expect(abs(observation.zenithBeamArcseconds / (1.2 * uniform) - 1) < 0.03)
        let natural = observation.naturalBeam
        #expect(natural.minorArcseconds == observation.zenithBeamArcseconds)
        #expect(natural.majorArcseconds >= natural.minorArcseconds)
        let round = observation.beam(.circular)
        #expect(round.majorArcseconds == round.minorArcseconds && round.majorArcseconds == natural.majorArcseconds)
    }

    @Test(
        "Configuration A has the VLA's beams in other bands, too",
        arguments: [(1.5, 1.3), (6, 0.33), (10, 0.20), (15, 0.13), (22, 0.089)]
    )
    func otherBands(_ frequency: Double, _ uniform: Double) throws {
        let observation = try RadioObservation(
            dataset: "x",
            seed: 1,
            frequencyGHz: frequency,
            configuration: .a
        )
        #expect(abs(observation.zenithBeamArcseconds / (1.2 * uniform) - 1) < 0.03)
    }

    @Test("A low source has a long beam that points to the zenith")
    func lowSource() throws {
        let centre = SkyPosition(rightAscension: 0, declination: -35)
        let low = try RadioObservation(dataset: "low", seed: 2, centre: centre)
        #expect(low.naturalBeam.majorArcseconds / low.naturalBeam.minorArcseconds > 2)
        // Within two hours of the meridian, far south, the zenith is nearly north.
        let angle = low.naturalBeam.positionAngleDegrees
        #expect(angle < 45 || angle > 135, "\(angle)")
    }

    @Test("More interference: less data, more noise; no strategy is best for all")
    func interference() throws {
        for strategy in RFIStrategy.allCases {
            let noises = try [0.0, 0.05, 0.1, 0.2, 0.4].map { fraction in
                let observation = try observation(rfiFraction: fraction)
                let calibration = Calibration(observation, strategy: strategy, polynomialOrder: 5)
                let choice = ImagingChoice(algorithm: .multiScale, iterations: 2000, beamShape: .elliptical)
                return Imaging(observation, calibration, choice).noise.total
            }
            #expect(zip(noises, noises.dropFirst()).allSatisfy(<), "\(strategy) \(noises)")
        }
        let quiet = try Heuristics.strategy(for: observation(rfiFraction: 0.02)).choice
        let loud = try Heuristics.strategy(for: observation(rfiFraction: 0.45)).choice
        #expect(quiet == .low && [.high, .highSensitivity].contains(loud), "\(quiet) \(loud)")
    }

    @Test("A harder strategy keeps less data and leaves less interference in them")
    func strategies() {
        let flaggings = RFIStrategy.allCases.map { Flagging(strategy: $0, rfiFraction: 0.2) }
        for (soft, hard) in zip(flaggings, flaggings.dropFirst()) {
            #expect(soft.usableFraction > hard.usableFraction && soft.residualFraction > hard.residualFraction)
        }
        // 0.9 · 0.2 + 0.03 · 0.8, and 0.02 of the rest.
        #expect(abs(flaggings[1].flaggedFraction - 0.204) < 1e-12)
        #expect(abs(flaggings[1].residualFraction - 0.02 / 0.796) < 1e-12)
    }

    @Test("Interference is too strong when too little is left or too much stays in", arguments: RFIStrategy.allCases)
    func tooStrong(_ strategy: RFIStrategy) throws {
        for fraction in [0.9, 1.0] {
            let calibration = Calibration(
                try observation(rfiFraction: fraction),
                strategy: strategy,
                polynomialOrder: 5
            )
            #expect(calibration.verdict == .interferenceTooStrong)
        }
        let calibration = Calibration(try observation(rfiFraction: 0.1), strategy: strategy, polynomialOrder: 5)
        #expect(calibration.verdict == .usable)
    }

    @Test("More iterations leave weaker sidelobes, with every algorithm", arguments: ImagingAlgorithm.allCases)
    func iterations(_ algorithm: ImagingAlgorithm) throws {
        let observation = try observation()
        let calibration = Calibration(observation, strategy: .medium, polynomialOrder: 5)
        let residuals = [100, 300, 1000, 3000, 10_000].map { count in
            let choice = ImagingChoice(algorithm: algorithm, iterations: count, beamShape: .elliptical)
            return Imaging(observation, calibration, choice).noise.deconvolution
        }
        #expect(zip(residuals, residuals.dropFirst()).allSatisfy(>), "\(residuals)")
        let choices = [1, 100_000].map { ImagingChoice(algorithm: algorithm, iterations: $0, beamShape: .circular) }
        #expect(choices.map(\.iterations) == [100, 10_000])
    }

    @Test("The noise is the root of the sum of its parts' squares, and nothing below five times it is listed")
    func budget() throws {
        let observation = try observation()
        let calibration = Calibration(observation, strategy: .medium, polynomialOrder: 5)
        let choice = ImagingChoice(algorithm: .clean, iterations: 1000, beamShape: .elliptical)
        let imaging = Imaging(observation, calibration, choice)
        let noise = imaging.noise
        let parts = [noise.thermal, noise.confusion, noise.deconvolution, noise.gains, noise.interference]
        #expect(parts.allSatisfy { $0 > 0 })
        #expect(abs(parts.reduce(0) { $0 + $1 * $1 } / (noise.total * noise.total) - 1) < 1e-12)
        #expect(imaging.sources.count > 10)
        #expect(imaging.sources.allSatisfy { $0.peakJanskysPerBeam >= 5 * noise.total })
        #expect(imaging.sources.allSatisfy { $0.peakJanskysPerBeam <= $0.integratedJanskys * 1.000_001 })
        #expect(imaging.dynamicRange == imaging.peakMillijanskys.map { $0 / imaging.rmsMillijanskys })
    }

    @Test("The sky is the same whatever is decided about the data")
    func sameSky() throws {
        let observation = try observation()
        let one = Imaging(
            observation,
            Calibration(observation, strategy: .low, polynomialOrder: 3),
            ImagingChoice(algorithm: .clean, iterations: 100, beamShape: .elliptical)
        )
        let two = Imaging(
            observation,
            Calibration(observation, strategy: .high, polynomialOrder: 6),
            ImagingChoice(algorithm: .multiScale, iterations: 9000, beamShape: .elliptical)
        )
        #expect(one.sources.count < two.sources.count)
        #expect(one.sources == Array(two.sources.prefix(one.sources.count)))
    }

    @Test("As many sources as the counts say, over many seeds")
    func numbers() throws {
        var (found, expected) = (0, 0.0)
        for seed in 0..<60 {
            let observation = try observation(.d, seed: UInt64(seed), imageSize: 128)
            found += SimulatedSky(observation, beamShape: .elliptical).sources.count
            let limit = SimulatedSky.limitMillijanskys(observation)
            expected += SourceCounts.perSteradian(above: limit) * observation.fieldSteradians
        }
        // Four standard deviations of a Poisson count.
        #expect(abs(Double(found) - expected) < 4 * expected.squareRoot(), "\(found) \(expected)")
    }
}
