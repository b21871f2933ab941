/// What imaging makes of a calibrated observation, in numbers; ``pixels()`` makes the image itself.
package struct Imaging: Sendable, Hashable {
    /// What was observed.
    package let observation: RadioObservation
    /// What the data were like.
    package let calibration: Calibration
    /// What was decided.
    package let choice: ImagingChoice
    /// The restoring beam.
    package let beam: Beam
    /// What the noise is made of.
    package let noise: NoiseBudget
    /// The sources above the detection limit, the brightest first.
    package let sources: [RadioSource]

    /// A source is detected when its peak is so many times the noise.
    package static let detectionThreshold = 5.0

    /// Images.
    ///
    /// - Parameters:
    ///   - observation: what was observed.
    ///   - calibration: of the same observation; its verdict should be usable.
    ///   - choice: what is decided.
    package init(_ observation: RadioObservation, _ calibration: Calibration, _ choice: ImagingChoice) {
        let sky = SimulatedSky(observation, beamShape: choice.beamShape)
        self.observation = observation
        self.calibration = calibration
        self.choice = choice
        beam = observation.beam(choice.beamShape)
        noise = NoiseBudget(observation, calibration, choice, sky)
        let limit = Self.detectionThreshold * noise.total
        sources = sky.sources.filter { $0.peakJanskysPerBeam >= limit }
            .sorted { $0.peakJanskysPerBeam > $1.peakJanskysPerBeam }
    }

    /// The noise of the image in mJy/beam: the standard deviation of its pixels where there is no source.
    package var rmsMillijanskys: Double { noise.total * 1000 }

    /// The peak of the brightest source in mJy/beam; nil when there is none.
    package var peakMillijanskys: Double? { sources.first.map { $0.peakJanskysPerBeam * 1000 } }

    /// Peak over noise; nil when there is no source.
    package var dynamicRange: Double? { peakMillijanskys.map { $0 / rmsMillijanskys } }

    /// Pixels and directions.
    package var projection: SkyProjection { SkyProjection(observation) }
}
