/// How hard radio-frequency interference is looked for and flagged.
package enum RFIStrategy: String, Sendable, CaseIterable, Codable {
    /// Only the strongest interference is flagged.
    case low
    /// The usual thresholds.
    case medium
    /// Low thresholds, and flags are grown in time and frequency.
    case high
    /// As `high`, with a second pass on the residuals.
    case highSensitivity = "high_sensitivity"

    /// The part of the processing time that it adds: 5, 15, 30 and 45 percent.
    package var overhead: Double {
        switch self {
        case .low: 0.05
        case .medium: 0.15
        case .high: 0.30
        case .highSensitivity: 0.45
        }
    }

    /// The part of the interference that it catches: an assumption of this model.
    package var completeness: Double {
        switch self {
        case .low: 0.70
        case .medium: 0.90
        case .high: 0.97
        case .highSensitivity: 0.99
        }
    }

    /// The part of the good data that it flags with it: an assumption of this model.
    package var falseAlarms: Double {
        switch self {
        case .low: 0.01
        case .medium: 0.03
        case .high: 0.08
        case .highSensitivity: 0.15
        }
    }
}
