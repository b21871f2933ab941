/// The noise of receivers.
package enum Radiometer {
    /// The correlator's efficiency η (VLA Observational Status Summary: 0.92 for 8-bit samplers).
    package static let efficiency = 0.92
    /// Two polarisations make Stokes I.
    package static let polarisations = 2.0
    /// Robust weighting costs so much of the sensitivity of natural weighting (same source: about 1.2).
    package static let weighting = 1.2

    /// The noise of an image with natural weighting: SEFD / (η·√(n_pol·N·(N − 1)·Δν·t)).
    ///
    /// VLA Observational Status Summary, Sensitivity; Wrobel and Walker 1999, ASP Conf. Ser. 180, 171.
    ///
    /// - Parameters:
    ///   - systemEquivalentFluxDensity: of one antenna, janskys.
    ///   - antennas: N, at least 2.
    ///   - bandwidthHertz: Δν.
    ///   - seconds: t, on source.
    /// - Returns: the standard deviation in janskys per beam.
    package static func noise(
        systemEquivalentFluxDensity: Double,
        antennas: Int,
        bandwidthHertz: Double,
        seconds: Double
    ) -> Double {
        let pairs = Double(antennas * (antennas - 1))
        return systemEquivalentFluxDensity
            / (efficiency * (polarisations * pairs * bandwidthHertz * seconds).squareRoot())
    }

    /// The noise of an image of an observation, of which a part is usable, in janskys per beam.
    static func noise(_ observation: RadioObservation, usableFraction: Double) -> Double {
        weighting
            * noise(
                systemEquivalentFluxDensity: observation.band.systemEquivalentFluxDensity,
                antennas: observation.antennas,
                bandwidthHertz: observation.bandwidthMHz * 1e6 * max(1e-6, usableFraction),
                seconds: observation.integrationSeconds
            )
    }
}
