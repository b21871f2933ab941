internal import Glibc

/// A source of the simulated sky: an elliptical Gaussian.
///
/// Its values are what was put in, not what a fit would find.
package struct RadioSource: Sendable, Hashable {
    /// Where it is.
    package let position: SkyPosition
    /// The pixel's column, counted from 1 at the left, with fraction (FITS).
    package let column: Double
    /// The pixel's row, counted from 1 at the bottom, with fraction (FITS).
    package let row: Double
    /// At the frequency of the observation, janskys.
    package let integratedJanskys: Double
    /// Its brightest point as restored, janskys per beam.
    package let peakJanskysPerBeam: Double
    /// The intrinsic width along the long axis, full width at half maximum, arc seconds.
    package let majorArcseconds: Double
    /// The intrinsic width along the short axis, arc seconds.
    package let minorArcseconds: Double
    /// From north through east, 0–180 degrees.
    package let positionAngleDegrees: Double
    /// Flux density goes as frequency to this power.
    package let spectralIndex: Double
    /// How much it changed since an earlier epoch, as a part of its flux density; 0 for nearly all.
    package let variability: Double
    /// As it appears: convolved with the beam.
    package let apparent: Beam

    /// `J153200.00+421500.0`: where it is.
    package var name: String {
        let letters: Set<Character> = ["h", "d", "m", "s"]
        return "J" + (position.hours + position.degrees).filter { !letters.contains($0) }
    }

    /// Whether it is clearly wider than the beam: its integrated flux density is more than 1.5 times its peak.
    package var isExtended: Bool { integratedJanskys > 1.5 * peakJanskysPerBeam }
}
