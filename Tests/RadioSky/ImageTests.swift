import Documents
import Testing

@testable import RadioSky

@Suite("Images, anomalies and reports")
struct ImageTests {
    private func imaging(
        seed: UInt64 = 1,
        rfiFraction: Double? = nil,
        strategy: RFIStrategy = .medium,
        algorithm: ImagingAlgorithm = .multiScale,
        iterations: Int = 2000,
        order: Int = 5
    ) throws -> Imaging {
        let observation = try RadioObservation(
            dataset: "VLASS2.1.J153200+421500",
            seed: seed,
            configuration: .c,
            imageSize: 192,
            rfiFraction: rfiFraction
        )
        let calibration = Calibration(observation, strategy: strategy, polynomialOrder: order)
        let choice = ImagingChoice(algorithm: algorithm, iterations: iterations, beamShape: .elliptical)
        return Imaging(observation, calibration, choice)
    }

    /// An image without noise and rings: for what is told by the figures alone.
    private func blank(_ imaging: Imaging) -> SkyImage {
        SkyImage(imaging: imaging, pixels: [Float](repeating: 0, count: 192 * 192))
    }

    private func files(_ image: SkyImage) -> [[UInt8]] {
        let anomalies = AnomalySearch.anomalies(in: image)
        let report = QAReport(imaging: image.imaging, anomalies: anomalies, decisions: [])
        return [
            image.fits(), image.preview(), image.imaging.catalogue.voTable(), image.imaging.catalogue.ecsv(),
            image.table(of: anomalies).voTable(), report.json().jsonBytes(),
        ]
    }

    @Test("The same seed gives the same bytes, another seed others")
    func seeds() throws {
        let (one, same, other) = (
            try files(imaging().pixels()), try files(imaging().pixels()), try files(imaging(seed: 2).pixels())
        )
        #expect(one == same)
        for (left, right) in zip(one, other) { #expect(left != right) }
    }

    @Test("The noise has exactly the standard deviation that is reported, with stripes and without")
    func deviation() throws {
        for fraction in [0.0, 0.5] {
            let imaging = try imaging(rfiFraction: fraction, strategy: .low)
            let values = NoiseField(imaging).values
            let squares = values.reduce(0.0) { $0 + Double($1) * Double($1) } / Double(values.count)
            #expect(abs(squares.squareRoot() / imaging.noise.total - 1) < 1e-4)
        }
    }

    @Test("Interference that was not flagged is found where its stripe is bright, and tells the strategy")
    func interference() throws {
        let loud = try imaging(rfiFraction: 0.5, strategy: .low).pixels()
        let found = AnomalySearch.anomalies(in: loud)
        let stripe = try #require(found.first { $0.kind == .rfiResidual })
        #expect(stripe.severity == .high && stripe.description.contains("strategy low"))
        // Along the crest the noise is on the bright side in the mean.
        let stripes = Stripes(loud.imaging.observation)
        let field = NoiseField(loud.imaging)
        let crest = (0..<192).map { column -> Float in
            let row = stripes.crest(column: Double(column), middle: stripe.row - 1)
            return field.values[min(191, max(0, Int(row.rounded()))) * 192 + column]
        }
        #expect(Double(crest.reduce(0, +)) / 192 > 0.4 * stripe.peakMillijanskys / 1000)
        let quiet = AnomalySearch.anomalies(in: blank(try imaging(rfiFraction: 0, strategy: .high)))
        #expect(!quiet.contains { $0.kind == .rfiResidual })
    }

    @Test("Too few iterations leave rings that are found near the brightest source; enough do not")
    func rings() throws {
        // A seed whose field has a bright source.
        let seed = try #require(
            try (1..<60).map(UInt64.init).first { try (imaging(seed: $0).dynamicRange ?? 0) > 2000 }
        )
        let shallow = try imaging(seed: seed, algorithm: .clean, iterations: 100).pixels()
        let ring = try #require(AnomalySearch.anomalies(in: shallow).first { $0.kind == .brightSourceArtifact })
        let source = try #require(shallow.imaging.sources.first)
        let away =
            ((ring.column - source.column) * (ring.column - source.column)
            + (ring.row - source.row) * (ring.row - source.row)).squareRoot()
        #expect((4...40).contains(away), "\(away)")
        #expect(ring.signalToNoise >= 3 && ring.description.contains(source.name))
        #expect(ring.position.separation(to: source.position) * 3600 < 40 * shallow.imaging.observation.cellArcseconds)
    }

    @Test("Extended, steep and varying sources are told by their figures")
    func sources() throws {
        var kinds: Set<Anomaly.Kind> = []
        for seed in 1...40 {
            let image = blank(try imaging(seed: UInt64(seed), rfiFraction: 0.1))
            for anomaly in AnomalySearch.anomalies(in: image) {
                kinds.insert(anomaly.kind)
                guard [.extendedEmission, .transientCandidate, .steepSpectrumSource].contains(anomaly.kind) else {
                    continue
                }
                let source = try #require(image.imaging.sources.first { anomaly.description.hasPrefix($0.name) })
                #expect(anomaly.signalToNoise >= 10 && anomaly.position.separation(to: source.position) < 1e-9)
            }
        }
        #expect(kinds.isSuperset(of: [.extendedEmission, .transientCandidate, .steepSpectrumSource]), "\(kinds)")
    }

    @Test("A bad fit of the gains is told")
    func gains() throws {
        let seeds = (1..<40).map(UInt64.init)
        let found = try seeds.compactMap { seed in
            try AnomalySearch.anomalies(in: blank(imaging(seed: seed, rfiFraction: 0.1, order: 3))).first {
                $0.kind == .calibrationError
            }
        }
        #expect(!found.isEmpty && found.count < seeds.count)
        #expect(found.allSatisfy { $0.description.contains("order 3") })
    }

    @Test("The report has every figure with its unit, every decision with its source, and says that it is simulated")
    func report() throws {
        let imaging = try imaging()
        let image = imaging.pixels()
        let decision = QAReport.Decision(
            agent: .alphaCal,
            name: "rfiStrategy",
            value: "medium",
            source: "heuristic",
            reason: Heuristics.strategy(for: imaging.observation).reason
        )
        let anomalies = AnomalySearch.anomalies(in: image)
        let json = QAReport(imaging: imaging, anomalies: anomalies, decisions: [decision]).json()
        #expect(json["simulated"]?.isTrue == true)
        #expect(json["image"]?["rms"] == ["value": .number("\(imaging.rmsMillijanskys)"), "unit": "mJy/beam"])
        #expect(json["image"]?["sourceCount"]?.integerValue == imaging.sources.count)
        #expect(json["decisions"]?.arrayValue?.first?["source"] == "heuristic")
        #expect(json["anomalies"]?.arrayValue?.count == anomalies.count)
        #expect(json["summary"]?["text"]?.stringValue?.contains("sources: \(imaging.sources.count);") == true)
        // The bytes are read back without loss.
        #expect(try JSONValue(json: json.jsonBytes())["image"]?["rms"] == json["image"]?["rms"])
    }

    @Test("Heuristics choose what the formulas say is good, and give reasons", arguments: ArrayConfiguration.allCases)
    func heuristics(_ configuration: ArrayConfiguration) throws {
        let observation = try RadioObservation(dataset: "x", seed: 5, configuration: configuration, imageSize: 512)
        let strategy = Heuristics.strategy(for: observation)
        let order = Heuristics.polynomialOrder(for: observation, strategy: strategy.choice)
        let calibration = Calibration(observation, strategy: strategy.choice, polynomialOrder: order.choice)
        let chosen = Heuristics.imaging(for: observation, calibration: calibration)
        #expect(Calibration.orders.contains(order.choice) && calibration.verdict == .usable)
        for text in [strategy.reason, order.reason, chosen.reason] { #expect(text.count > 40 && text.hasSuffix(".")) }
        let noise = Imaging(observation, calibration, chosen.choice).noise.total
        for algorithm in ImagingAlgorithm.allCases {
            let other = ImagingChoice(algorithm: algorithm, iterations: 10_000, beamShape: chosen.choice.beamShape)
            #expect(noise <= 1.08 * Imaging(observation, calibration, other).noise.total, "\(algorithm)")
        }
        if configuration == .d { #expect(chosen.choice.algorithm == .wideField) }
    }

    @Test("Any observation within its ranges has finite figures and files")
    func extremes() throws {
        var generator = SeededGenerator(seed: 1, dataset: "extremes", purpose: "test")
        for seed in 0..<60 {
            let ends = { (low: Double, high: Double) in
                [low, high, generator.uniform(low, high)][Int(generator.uniform() * 3)]
            }
            let observation = try RadioObservation(
                dataset: "extreme",
                seed: UInt64(seed),
                centre: SkyPosition(rightAscension: ends(0, 360), declination: ends(-90, 90)),
                frequencyGHz: ends(1, 50),
                bandwidthMHz: ends(1, 8192),
                integrationSeconds: ends(1, 1_000_000),
                antennas: Int(ends(5, 256)),
                configuration: ArrayConfiguration.allCases.randomElement(using: &generator),
                imageSize: 64,
                rfiFraction: ends(0, 1)
            )
            let strategy = Heuristics.strategy(for: observation).choice
            let order = Heuristics.polynomialOrder(for: observation, strategy: strategy).choice
            let calibration = Calibration(observation, strategy: strategy, polynomialOrder: order)
            let choice = Heuristics.imaging(for: observation, calibration: calibration).choice
            let image = Imaging(observation, calibration, choice).pixels()
            #expect(image.imaging.noise.total.isFinite && image.imaging.noise.total > 0, "\(observation)")
            #expect(image.pixels.allSatisfy { $0.isFinite }, "\(observation)")
            #expect(image.fits().count.isMultiple(of: 2880))
            for anomaly in AnomalySearch.anomalies(in: image) { #expect(anomaly.position.isDirection) }
        }
    }
}
