/// A receiver band of a VLA-like array.
package enum FrequencyBand: String, Sendable, CaseIterable, Codable {
    case l = "L"
    case s = "S"
    case c = "C"
    case x = "X"
    case ku = "Ku"
    case k = "K"
    case ka = "Ka"
    case q = "Q"

    /// The band of a frequency.
    ///
    /// - Parameter frequencyGHz: 1 to 50; what is beyond falls to the first or the last band.
    package init(frequencyGHz: Double) {
        switch frequencyGHz {
        case ..<2: self = .l
        case ..<4: self = .s
        case ..<8: self = .c
        case ..<12: self = .x
        case ..<18: self = .ku
        case ..<26.5: self = .k
        case ..<40: self = .ka
        default: self = .q
        }
    }

    /// The noise of one antenna as a flux density in janskys (VLA Observational Status Summary, Sensitivity; rounded).
    package var systemEquivalentFluxDensity: Double {
        switch self {
        case .l: 420
        case .s: 370
        case .c: 310
        case .x: 250
        case .ku: 320
        case .k: 500
        case .ka: 600
        case .q: 1300
        }
    }

    /// The part of the data with interference that is typical: an assumption of this model, in the order of what
    /// observers lose.
    package var typicalRFIFraction: Double {
        switch self {
        case .l: 0.35
        case .s: 0.20
        case .c: 0.12
        case .x: 0.08
        case .ku: 0.05
        case .k, .ka, .q: 0.02
        }
    }
}
