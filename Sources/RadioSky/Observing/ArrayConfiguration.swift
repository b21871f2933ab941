/// How far the antennas of a VLA-like array stand apart.
package enum ArrayConfiguration: String, Sendable, CaseIterable, Codable {
    case a = "A"
    case b = "B"
    case c = "C"
    case d = "D"

    /// The longest baseline in kilometres (VLA Observational Status Summary, Resolution).
    package var longestBaselineKilometres: Double {
        switch self {
        case .a: 36.4
        case .b: 11.1
        case .c: 3.4
        case .d: 1.03
        }
    }
}
