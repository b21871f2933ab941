/// Something in an image that a person should look at.
package struct Anomaly: Sendable, Hashable {
    /// What it is.
    package let kind: Kind
    /// Where it is.
    package let position: SkyPosition
    /// The pixel's column, counted from 1 at the left.
    package let column: Double
    /// The pixel's row, counted from 1 at the bottom.
    package let row: Double
    /// How strong it is, mJy/beam; negative for a hole.
    package let peakMillijanskys: Double
    /// Its strength over the image's noise, not negative.
    package let signalToNoise: Double
    /// How much it matters.
    package let severity: Severity
    /// One plain sentence with the figures.
    package let description: String

    /// What an anomaly is.
    package enum Kind: String, Sendable, CaseIterable, Codable {
        /// Rings of sidelobes around the brightest source.
        case brightSourceArtifact = "BRIGHT_SOURCE_ARTIFACT"
        /// Stripes of interference that was not flagged.
        case rfiResidual = "RFI_RESIDUAL"
        /// Gains that are known badly.
        case calibrationError = "CALIBRATION_ERROR"
        /// A source wider than the beam.
        case extendedEmission = "EXTENDED_EMISSION"
        /// A source that changed since an earlier epoch.
        case transientCandidate = "TRANSIENT_CANDIDATE"
        /// A source that is much fainter at higher frequencies.
        case steepSpectrumSource = "STEEP_SPECTRUM_SOURCE"
    }

    /// How much an anomaly matters.
    package enum Severity: String, Sendable, CaseIterable, Codable {
        case low
        case medium
        case high

        /// By two thresholds.
        init(_ value: Double, medium: Double, high: Double) {
            self = value >= high ? .high : value >= medium ? .medium : .low
        }
    }
}
