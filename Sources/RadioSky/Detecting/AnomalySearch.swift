/// Looks for what is wrong or remarkable in an image, by formula: nothing is drawn here.
package enum AnomalySearch {
    /// Of each kind so many are told, the strongest.
    package static let mostOfAKind = 20
    /// Sources below this signal-to-noise ratio are not judged.
    package static let leastSignalToNoise = 10.0
    /// Rings around the brightest source are told from so many times the noise.
    package static let leastRing = 3.0
    /// Interference is told when it is this part of the noise.
    package static let leastInterference = 0.2

    /// What is to be found.
    ///
    /// - Parameter image: an image; its noise is ``Imaging/rmsMillijanskys``.
    /// - Returns: the most severe first, and the strongest of those.
    package static func anomalies(in image: SkyImage) -> [Anomaly] {
        let imaging = image.imaging
        let judged = imaging.sources.filter { $0.peakJanskysPerBeam >= leastSignalToNoise * imaging.noise.total }
        var found = [rings(image), interference(imaging), calibration(imaging)].compactMap { $0 }
        found += judged.lazy.compactMap { extended($0, imaging) }.prefix(mostOfAKind)
        found += judged.lazy.compactMap { transient($0, imaging) }.prefix(mostOfAKind)
        found += judged.lazy.compactMap { steep($0, imaging) }.prefix(mostOfAKind)
        let order: [Anomaly.Severity: Int] = [.high: 0, .medium: 1, .low: 2]
        return found.enumerated().sorted { left, right in
            let (first, second) = (order[left.element.severity] ?? 2, order[right.element.severity] ?? 2)
            if first != second { return first < second }
            let (strong, weak) = (left.element.signalToNoise, right.element.signalToNoise)
            return strong == weak ? left.offset < right.offset : strong > weak
        }.map(\.element)
    }

    private static func rings(_ image: SkyImage) -> Anomaly? {
        let imaging = image.imaging
        guard let source = imaging.sources.first else { return nil }
        let rings = SidelobeRings(imaging, around: source)
        guard rings.amplitude >= leastRing * imaging.noise.total,
            let worst = image.strongestResidual(near: source, from: rings.start, to: rings.start + rings.spacing)
        else { return nil }
        let ratio = abs(Double(worst.value)) / imaging.noise.total
        let range = Decimals.text(imaging.dynamicRange ?? 0, 0)
        return anomaly(
            .brightSourceArtifact,
            (Double(worst.column), Double(worst.row)),
            janskys: Double(worst.value),
            Anomaly.Severity(ratio, medium: 6, high: 9),
            "Rings of sidelobes around \(source.name), the brightest source (\(milli(source.peakJanskysPerBeam)) mJy/beam, "
                + "dynamic range \(range)), reach \(Decimals.text(ratio, 1)) times the noise: more iterations or better "
                + "gains would lower them.",
            imaging
        )
    }

    private static func interference(_ imaging: Imaging) -> Anomaly? {
        let part = imaging.noise.interference / imaging.noise.total
        guard part >= leastInterference else { return nil }
        let amplitude = (2 * NoiseField.stripeShare(imaging.noise)).squareRoot() * imaging.noise.total
        let middle = imaging.projection.referencePixel
        let row = Stripes(imaging.observation).crest(column: middle - 1, middle: middle - 1) + 1
        return anomaly(
            .rfiResidual,
            (middle, row),
            janskys: amplitude,
            Anomaly.Severity(part, medium: 0.35, high: 0.5),
            "Stripes from east to west across the whole image, crests of \(milli(amplitude)) mJy/beam: interference is left "
                + "in \(percent(imaging.calibration.flagging.residualFraction)) of the data that strategy "
                + "\(imaging.calibration.strategy.rawValue) kept.",
            imaging
        )
    }

    private static func calibration(_ imaging: Imaging) -> Anomaly? {
        let calibration = imaging.calibration
        let excess = max(
            calibration.gainAmplitudeError / 0.02,
            calibration.gainPhaseErrorDegrees / 5,
            calibration.conditionNumber / 1000
        )
        guard excess >= 1 else { return nil }
        let middle = imaging.projection.referencePixel
        let brightest = imaging.sources.first
        let error = calibration.gainAmplitudeError + calibration.gainPhaseErrorDegrees * .pi / 180
        return anomaly(
            .calibrationError,
            (brightest?.column ?? middle, brightest?.row ?? middle),
            janskys: error * (brightest?.peakJanskysPerBeam ?? 0),
            Anomaly.Severity(excess, medium: 2, high: 4),
            "The gains are known to \(percent(calibration.gainAmplitudeError)) and "
                + "\(Decimals.text(calibration.gainPhaseErrorDegrees, 1)) degrees only (condition number "
                + "\(Decimals.text(min(1e9, calibration.conditionNumber), 0)), order \(calibration.polynomialOrder)): "
                + "flux densities carry that error.",
            imaging
        )
    }

    private static func extended(_ source: RadioSource, _ imaging: Imaging) -> Anomaly? {
        let ratio = source.integratedJanskys / source.peakJanskysPerBeam
        guard ratio >= 2 else { return nil }
        return anomaly(
            .extendedEmission,
            (source.column, source.row),
            janskys: source.peakJanskysPerBeam,
            Anomaly.Severity(ratio, medium: 5, high: 10),
            "\(source.name) is \(Decimals.text(source.majorArcseconds, 1)) by \(Decimals.text(source.minorArcseconds, 1)) "
                + "arcsec and has \(Decimals.text(ratio, 1)) times its peak in total: \(imaging.choice.algorithm.rawValue) "
                + "leaves \(percent(imaging.choice.algorithm.leftover)) of such emission in sidelobes.",
            imaging
        )
    }

    private static func transient(_ source: RadioSource, _ imaging: Imaging) -> Anomaly? {
        guard source.variability >= 0.3 else { return nil }
        return anomaly(
            .transientCandidate,
            (source.column, source.row),
            janskys: source.peakJanskysPerBeam,
            Anomaly.Severity(source.variability, medium: 0.5, high: 0.7),
            "\(source.name), compact, changed by \(percent(source.variability)) since an earlier epoch: it varies, or is a "
                + "transient.",
            imaging
        )
    }

    private static func steep(_ source: RadioSource, _ imaging: Imaging) -> Anomaly? {
        guard source.spectralIndex <= -1.3 else { return nil }
        return anomaly(
            .steepSpectrumSource,
            (source.column, source.row),
            janskys: source.peakJanskysPerBeam,
            Anomaly.Severity(-source.spectralIndex, medium: 1.5, high: 1.8),
            "\(source.name) has a spectral index of \(Decimals.text(source.spectralIndex, 2)): a distant radio galaxy, a "
                + "pulsar or a relic.",
            imaging
        )
    }

    private static func anomaly(
        _ kind: Anomaly.Kind,
        _ place: (column: Double, row: Double),
        janskys: Double,
        _ severity: Anomaly.Severity,
        _ description: String,
        _ imaging: Imaging
    ) -> Anomaly {
        Anomaly(
            kind: kind,
            position: imaging.projection.position(column: place.column, row: place.row),
            column: place.column,
            row: place.row,
            peakMillijanskys: janskys * 1000,
            signalToNoise: abs(janskys) / imaging.noise.total,
            severity: severity,
            description: description
        )
    }

    private static func milli(_ janskys: Double) -> String { Decimals.text(janskys * 1000, 3) }

    private static func percent(_ part: Double) -> String { "\(Decimals.text(part * 100, 1)) percent" }
}
