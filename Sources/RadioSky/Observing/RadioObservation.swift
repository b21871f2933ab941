internal import Glibc

/// What was observed, and with what: the only input of every formula besides the decisions.
///
/// A value is always within its ranges: there is no way to make another.
package struct RadioObservation: Sendable, Hashable {
    /// The dataset's name; it is part of every seed.
    package let dataset: String
    /// The seed.
    package let seed: UInt64
    /// The middle of the field.
    package let centre: SkyPosition
    /// The middle of the band, 1–50 GHz.
    package let frequencyGHz: Double
    /// 1–8,192 MHz.
    package let bandwidthMHz: Double
    /// Time on source, 1–1,000,000 s.
    package let integrationSeconds: Double
    /// 5–256.
    package let antennas: Int
    /// Where the antennas stand.
    package let configuration: ArrayConfiguration
    /// Pixels on a side, 64–2,048.
    package let imageSize: Int
    /// Size of the visibilities, above 0 to 1,000,000 GB.
    package let datasetGigabytes: Double
    /// The part of the data with interference, 0–1; nil when nobody said: then the seed draws it.
    package let statedRFIFraction: Double?

    /// An observation; what is nil is derived.
    ///
    /// - Parameters:
    ///   - dataset: the dataset's name.
    ///   - seed: the seed.
    ///   - centre: the middle of the field; nil for that of the name (``SkyPosition/named(in:)``), else from the seed.
    ///   - frequencyGHz: 1–50; nil for 3.
    ///   - bandwidthMHz: 1–8,192; nil for 2,000.
    ///   - integrationSeconds: 1–1,000,000; nil for one hour.
    ///   - antennas: 5–256; nil for 27.
    ///   - configuration: nil for B, that of the VLA Sky Survey.
    ///   - imageSize: 64–2,048 pixels on a side; nil for 512.
    ///   - datasetGigabytes: above 0 to 1,000,000; nil for 500.
    ///   - rfiFraction: 0–1; nil to let the seed draw it.
    /// - Throws: ``ObservationError`` for the first value that is out of its range.
    package init(
        dataset: String,
        seed: UInt64,
        centre: SkyPosition? = nil,
        frequencyGHz: Double? = nil,
        bandwidthMHz: Double? = nil,
        integrationSeconds: Double? = nil,
        antennas: Int? = nil,
        configuration: ArrayConfiguration? = nil,
        imageSize: Int? = nil,
        datasetGigabytes: Double? = nil,
        rfiFraction: Double? = nil
    ) throws(ObservationError) {
        let plain = RadioObservation.seeded(dataset: dataset, seed: seed)
        guard centre?.isDirection != false else {
            throw ObservationError(field: "centre", rule: "a right ascension and a declination in degrees")
        }
        self.dataset = dataset
        self.seed = seed
        self.centre = centre ?? plain.centre
        self.frequencyGHz = try Self.check(frequencyGHz, "frequencyGHz", 1...50) ?? plain.frequencyGHz
        self.bandwidthMHz = try Self.check(bandwidthMHz, "bandwidthMHz", 1...8192) ?? plain.bandwidthMHz
        self.integrationSeconds =
            try Self.check(integrationSeconds, "integrationSeconds", 1...1_000_000) ?? plain.integrationSeconds
        self.antennas = try Self.check(antennas, "antennas", 5...256) ?? plain.antennas
        self.configuration = configuration ?? plain.configuration
        self.imageSize = try Self.check(imageSize, "imageSize", 64...2048) ?? plain.imageSize
        self.datasetGigabytes =
            try Self.check(datasetGigabytes, "datasetGigabytes", 1e-6...1_000_000) ?? plain.datasetGigabytes
        statedRFIFraction = try Self.check(rfiFraction, "rfiFraction", 0...1)
    }

    private static func check<Value: Comparable>(_ value: Value?, _ field: String, _ range: ClosedRange<Value>)
        throws(ObservationError) -> Value?
    {
        guard let value else { return nil }
        guard range.contains(value) else {
            throw ObservationError(field: field, rule: "from \(range.lowerBound) to \(range.upperBound), not \(value)")
        }
        return value
    }

    /// An observation of which only the name and the seed are known.
    ///
    /// - Parameters:
    ///   - dataset: the dataset's name.
    ///   - seed: the seed.
    /// - Returns: one hour at 3 GHz with 27 antennas in configuration B.
    package static func seeded(dataset: String, seed: UInt64) -> RadioObservation {
        RadioObservation(plain: dataset, seed: seed)
    }

    private init(plain dataset: String, seed: UInt64) {
        self.dataset = dataset
        self.seed = seed
        centre = SkyPosition.named(in: dataset) ?? SkyPosition.drawn(seed: seed, dataset: dataset)
        frequencyGHz = 3
        bandwidthMHz = 2000
        integrationSeconds = 3600
        antennas = 27
        configuration = .b
        imageSize = 512
        datasetGigabytes = 500
        statedRFIFraction = nil
    }

    /// The receiver band.
    package var band: FrequencyBand { FrequencyBand(frequencyGHz: frequencyGHz) }

    /// Numbers for one purpose.
    func generator(_ purpose: String) -> SeededGenerator {
        SeededGenerator(seed: seed, dataset: dataset, purpose: purpose)
    }
}

extension SkyPosition {
    /// Anywhere north of −40°, each part of the sky as likely as any other: as the VLA Sky Survey.
    ///
    /// Lacy et al. 2020, PASP 132, 035001.
    fileprivate static func drawn(seed: UInt64, dataset: String) -> SkyPosition {
        var generator = SeededGenerator(seed: seed, dataset: dataset, purpose: "centre")
        let rightAscension = generator.uniform(0, 360)
        return SkyPosition(
            rightAscension: rightAscension,
            declination: asin(generator.uniform(sin(-40 * .pi / 180), 1)) * 180 / .pi
        )
    }
}
