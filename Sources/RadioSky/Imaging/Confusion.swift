internal import Glibc

/// The noise of sources too faint to be told apart.
package enum Confusion {
    /// Root mean square in janskys per beam.
    ///
    /// 2.2 mJy·(ν/GHz)^−0.7·(θ/′)^(10/3) for beams below 0.17′, 0.2 mJy·(ν/GHz)^−0.7·(θ/′)² above (Condon and Ransom
    /// 2016, Essential Radio Astronomy, §3.6.3; after Condon et al. 2012, ApJ 758, 23).
    ///
    /// - Parameters:
    ///   - frequencyGHz: ν.
    ///   - beam: θ is the geometric mean of its widths.
    /// - Returns: janskys per beam.
    package static func noise(frequencyGHz: Double, beam: Beam) -> Double {
        let minutes = (beam.majorArcseconds * beam.minorArcseconds).squareRoot() / 60
        let millijanskys = minutes < 0.17 ? 2.2 * pow(minutes, 10.0 / 3) : 0.2 * minutes * minutes
        return millijanskys * pow(frequencyGHz, -0.7) / 1000
    }
}
