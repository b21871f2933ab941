/// What a unit's name stands for: a dimension, and the factor to that dimension's base.
///
/// The spellings are those of IVOA VOUnits 1.1, FITS 4.0 §4.3 and astropy.
struct MeasurementUnit: Equatable {
    enum Dimension { case angle, fluxDensity, frequency, time, length, mass, temperature }

    let dimension: Dimension
    let factor: Double

    /// Knows the common ones; nil for every other text.
    init?(_ text: String) {
        let trimmed = String(text.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
        guard let known = Self.known[trimmed] else { return nil }
        self = known
    }

    private init(_ dimension: Dimension, _ factor: Double) {
        self.dimension = dimension
        self.factor = factor
    }

    /// The number by which values in `other` are multiplied to be in this unit; nil when they measure something else.
    func factor(from other: MeasurementUnit) -> Double? {
        guard dimension == other.dimension else { return nil }
        return other.factor / factor
    }

    private static let known: [String: MeasurementUnit] = {
        var units: [String: MeasurementUnit] = [:]
        func add(_ dimension: Dimension, _ factor: Double, _ names: String...) {
            for name in names { units[name] = MeasurementUnit(dimension, factor) }
        }
        add(.angle, 1, "deg", "degree", "degrees")
        add(.angle, 1.0 / 60, "arcmin")
        add(.angle, 1.0 / 3600, "arcsec", "\"")
        add(.angle, 1.0 / 3_600_000, "mas")
        add(.angle, 1.0 / 3_600_000_000, "uas")
        add(.angle, 15, "hourangle")
        add(.angle, 180 / Double.pi, "rad")
        add(.fluxDensity, 1, "Jy")
        add(.fluxDensity, 1e-3, "mJy")
        add(.fluxDensity, 1e-6, "uJy", "µJy")
        add(.fluxDensity, 1e-9, "nJy")
        add(.frequency, 1, "Hz")
        add(.frequency, 1e3, "kHz")
        add(.frequency, 1e6, "MHz")
        add(.frequency, 1e9, "GHz")
        add(.time, 1, "s", "sec")
        add(.time, 1e-3, "ms")
        add(.time, 1e-6, "us", "µs")
        add(.time, 1e-9, "ns")
        add(.time, 60, "min")
        add(.time, 3600, "h")
        add(.time, 86400, "d", "day")
        add(.time, 31_557_600, "yr", "a")
        add(.length, 1, "m")
        add(.length, 1e3, "km")
        add(.length, 1e-2, "cm")
        add(.length, 1e-3, "mm")
        add(.length, 1e-6, "um", "µm", "micron")
        add(.length, 1e-9, "nm")
        add(.length, 1e-10, "Angstrom", "angstrom")
        add(.mass, 1, "kg")
        add(.mass, 1e-3, "g")
        add(.temperature, 1, "K")
        add(.temperature, 1e-3, "mK")
        return units
    }()
}
