package import Documents

extension QAReport {
    /// The report as JSON; figures are objects of `value` and `unit`.
    ///
    /// - Returns: an object.
    package func json() -> JSONValue {
        [
            "format": "farfield-qa-report/1",
            "simulated": true,
            "notice": "Simulated: the figures come from formulas and a seed, not from a telescope.",
            "observation": observation,
            "calibration": calibration,
            "image": image,
            "anomalies": .array(anomalies.map(Self.json)),
            "decisions": .array(decisions.map(Self.json)),
            "summary": ["text": .string(summary.text), "source": .string(summary.source)],
            "formulas": Self.formulas,
        ]
    }

    private static func quantity(_ value: Double?, _ unit: String) -> JSONValue {
        let number = value.flatMap { $0.isFinite ? JSONValue.number("\($0)") : nil }
        return ["value": number ?? .null, "unit": .string(unit)]
    }

    private static func json(_ position: SkyPosition) -> JSONValue {
        [
            "frame": "ICRS", "ra": quantity(position.rightAscension, "deg"),
            "dec": quantity(position.declination, "deg"),
            "sexagesimal": .string(position.sexagesimal),
        ]
    }

    private var observation: JSONValue {
        let observation = imaging.observation
        return [
            "dataset": .string(observation.dataset),
            // 64 bits do not fit every reader's numbers.
            "seed": .string("\(observation.seed)"),
            "centre": Self.json(observation.centre),
            "frequency": Self.quantity(observation.frequencyGHz, "GHz"),
            "bandwidth": Self.quantity(observation.bandwidthMHz, "MHz"),
            "integrationTime": Self.quantity(observation.integrationSeconds, "s"),
            "antennas": .integer(observation.antennas),
            "configuration": .string(observation.configuration.rawValue),
            "band": .string(observation.band.rawValue),
            "systemEquivalentFluxDensity": Self.quantity(observation.band.systemEquivalentFluxDensity, "Jy"),
            "datasetSize": Self.quantity(observation.datasetGigabytes, "GB"),
        ]
    }

    private var calibration: JSONValue {
        let (calibration, flagging) = (imaging.calibration, imaging.calibration.flagging)
        return [
            "verdict": .string(calibration.verdict.rawValue),
            "rfiStrategy": .string(calibration.strategy.rawValue),
            "polynomialOrder": .integer(calibration.polynomialOrder),
            "rfiFraction": Self.quantity(calibration.rfiFraction, "1"),
            "flaggedFraction": Self.quantity(flagging.flaggedFraction, "1"),
            "usableFraction": Self.quantity(flagging.usableFraction, "1"),
            "residualRFIFraction": Self.quantity(flagging.residualFraction, "1"),
            "conditionNumber": Self.quantity(calibration.conditionNumber, "1"),
            "gainAmplitudeError": Self.quantity(calibration.gainAmplitudeError, "1"),
            "gainPhaseError": Self.quantity(calibration.gainPhaseErrorDegrees, "deg"),
            "convergenceIterations": .integer(calibration.iterations),
        ]
    }

    private var image: JSONValue {
        let (noise, beam) = (imaging.noise, imaging.beam)
        let milli = { (janskys: Double) in Self.quantity(janskys * 1000, "mJy/beam") }
        return [
            "algorithm": .string(imaging.choice.algorithm.rawValue),
            "iterations": .integer(imaging.choice.iterations),
            "beamShape": .string(imaging.choice.beamShape.rawValue),
            "size": Self.quantity(Double(imaging.observation.imageSize), "pix"),
            "cell": Self.quantity(imaging.observation.cellArcseconds, "arcsec"),
            "beam": [
                "major": Self.quantity(beam.majorArcseconds, "arcsec"),
                "minor": Self.quantity(beam.minorArcseconds, "arcsec"),
                "positionAngle": Self.quantity(beam.positionAngleDegrees, "deg"),
            ],
            "rms": Self.quantity(imaging.rmsMillijanskys, "mJy/beam"),
            "noise": [
                "thermal": milli(noise.thermal), "confusion": milli(noise.confusion),
                "deconvolution": milli(noise.deconvolution), "gains": milli(noise.gains),
                "interference": milli(noise.interference),
            ],
            "peak": Self.quantity(imaging.peakMillijanskys, "mJy/beam"),
            "dynamicRange": Self.quantity(imaging.dynamicRange, "1"),
            "sourceCount": .integer(imaging.sources.count),
            "detectionLimit": Self.quantity(Imaging.detectionThreshold * imaging.rmsMillijanskys, "mJy/beam"),
        ]
    }

    private static func json(_ anomaly: Anomaly) -> JSONValue {
        [
            "type": .string(anomaly.kind.rawValue),
            "severity": .string(anomaly.severity.rawValue),
            "position": json(anomaly.position),
            "pixel": ["x": quantity(anomaly.column, "pix"), "y": quantity(anomaly.row, "pix")],
            "peak": quantity(anomaly.peakMillijanskys, "mJy/beam"),
            "signalToNoise": quantity(anomaly.signalToNoise, "1"),
            "description": .string(anomaly.description),
        ]
    }

    private static func json(_ decision: Decision) -> JSONValue {
        [
            "agent": .string(decision.agent.rawValue), "name": .string(decision.name), "value": decision.value,
            "source": .string(decision.source), "reason": .string(decision.reason),
        ]
    }

    /// What the figures follow from; docs/radio-model.md has them in full, with their sources.
    private static let formulas: JSONValue = [
        "thermal": "1.2 * SEFD / (0.92 * sqrt(2 * N * (N - 1) * bandwidth * time * usableFraction))",
        "confusion":
            "2.2 mJy * (GHz)^-0.7 * (beam / arcmin)^(10/3) below 0.17 arcmin, else 0.2 mJy * ... ^2 (Condon 2012)",
        "deconvolution": "sidelobe level * what CLEAN with this gain and count of iterations leaves",
        "gains": "sqrt(sum of squared peaks) * gain error / (sqrt(M) * N) (Perley 1999)",
        "interference": "thermal * 10 * residualRFIFraction",
        "rms": "square root of the sum of the squares of the five",
        "sources": "1.4 GHz counts of Hopkins et al. 2003, spectral index -0.7, sizes of Windhorst et al. 1990",
    ]
}
