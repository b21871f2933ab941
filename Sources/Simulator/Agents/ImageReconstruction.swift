internal import Documents
internal import LanguageModels
internal import RadioSky

/// The second agent: how the calibrated data become an image.
struct ImageReconstruction: Sendable {
    static let question = "image_reconstruction"

    let parameters: PipelineParameters
    /// What the agent before it produced.
    let calibration: Calibration
    /// What it decided.
    let before: AgentDecisions

    private var observation: RadioObservation { parameters.observation }

    /// What rules and the researcher decide.
    var rules: [AgentDecisions.Decision] {
        let imaging = Heuristics.imaging(for: observation, calibration: calibration)
        let choices = parameters.choices
        return [
            .fixed("algorithm", choices.algorithm.map { .string($0.rawValue) })
                ?? .rule("algorithm", .string(imaging.choice.algorithm.rawValue), imaging.reason),
            .fixed("iterations", choices.iterations.map { .integer($0) })
                ?? .rule("iterations", .integer(imaging.choice.iterations), imaging.reason),
            .fixed("beamShape", choices.beamShape.map { .string($0.rawValue) })
                ?? .rule("beamShape", .string(imaging.choice.beamShape.rawValue), imaging.reason),
        ]
    }

    func decide(asking adviser: Adviser) async -> AgentDecisions {
        let rules = rules
        return await adviser.decide(structuredQuestion(rules), rules: rules, read: read)
    }

    private func structuredQuestion(_ rules: [AgentDecisions.Decision]) -> StructuredQuestion {
        StructuredQuestion(
            name: Self.question,
            version: 1,
            instructions: """
                You are ImageReconstruction, the imaging agent of a simulated radio interferometer. Choose the \
                deconvolution algorithm, its iterations (100 to 10000) and the shape of the restoring beam for the \
                calibrated data. More iterations leave fewer sidelobes and take longer; MS-CLEAN suits extended \
                sources, WF-CLEAN wide fields, NNLS-CLEAN bright compact ones. What stands under "decided" with source \
                researcher stays as it is: comment on it. Give your analysis first.
                """,
            facts: [
                "observation": observation.facts, "calibration": calibration.facts,
                "calibrationDecisions": .array(before.decisions.map(\.fact)), "decided": .array(rules.map(\.fact)),
                "naturalBeamAxisRatio": .figure(
                    observation.naturalBeam.majorArcseconds / observation.naturalBeam.minorArcseconds
                ),
            ],
            schema: AnswerSchema.object([
                AnswerSchema.analysis: AnswerSchema.text(400), "method": AnswerSchema.word(ImagingAlgorithm.self),
                "iterations": AnswerSchema.whole(ImagingChoice.iterationRange),
                "beamShape": AnswerSchema.word(BeamShape.self),
            ])
        )
    }

    private func read(_ answer: JSONValue) -> Adviser.Reading {
        var reading = Adviser.Reading()
        if let algorithm = answer["method"]?.stringValue.flatMap(ImagingAlgorithm.init(rawValue:)) {
            reading.values["algorithm"] = .string(algorithm.rawValue)
        } else {
            reading.refused.append("method: it is none that is known")
        }
        if let count = answer["iterations"]?.integerValue, ImagingChoice.iterationRange.contains(count) {
            reading.values["iterations"] = .integer(count)
        } else {
            reading.refused.append("iterations: they are not from 100 to 10,000")
        }
        if let shape = answer["beamShape"]?.stringValue.flatMap(BeamShape.init(rawValue:)) {
            reading.values["beamShape"] = .string(shape.rawValue)
        } else {
            reading.refused.append("beamShape: it is neither circular nor elliptical")
        }
        return reading
    }
}

extension ImagingChoice {
    /// The choice that decisions lead to; what cannot be read is the usual.
    init(_ decisions: [AgentDecisions.Decision]) {
        self.init(
            algorithm: decisions.text("algorithm").flatMap(ImagingAlgorithm.init(rawValue:)) ?? .clean,
            iterations: decisions.integer("iterations") ?? ProcessingTime.referenceIterations,
            beamShape: decisions.text("beamShape").flatMap(BeamShape.init(rawValue:)) ?? .elliptical
        )
    }
}

extension Calibration {
    /// What it produced, with units.
    var facts: JSONValue {
        [
            "rfiStrategy": .string(strategy.rawValue), "polynomialOrder": .integer(polynomialOrder),
            "rfiFraction": .quantity(rfiFraction, "1"), "flaggedFraction": .quantity(flagging.flaggedFraction, "1"),
            "residualRFIFraction": .quantity(flagging.residualFraction, "1"),
            "usableFraction": .quantity(flagging.usableFraction, "1"),
            "conditionNumber": .quantity(conditionNumber, "1"),
            "gainAmplitudeError": .quantity(gainAmplitudeError, "1"),
            "gainPhaseError": .quantity(gainPhaseErrorDegrees, "deg"), "solverIterations": .integer(iterations),
            "processingOverhead": .quantity(strategy.overhead * 100, "percent"), "verdict": .string(verdict.rawValue),
        ]
    }
}

extension Imaging {
    /// What it produced, with units.
    var facts: JSONValue {
        [
            "algorithm": .string(choice.algorithm.rawValue), "iterations": .integer(choice.iterations),
            "beamShape": .string(choice.beamShape.rawValue), "rms": .quantity(rmsMillijanskys, "mJy/beam"),
            "thermalNoise": .quantity(noise.thermal * 1000, "mJy/beam"),
            "peak": .quantity(peakMillijanskys, "mJy/beam"), "dynamicRange": .quantity(dynamicRange, "1"),
            "sourceCount": .integer(sources.count), "detectionThreshold": .quantity(Self.detectionThreshold, "rms"),
            "beamMajor": .quantity(beam.majorArcseconds, "arcsec"),
            "beamMinor": .quantity(beam.minorArcseconds, "arcsec"),
            "beamPositionAngle": .quantity(beam.positionAngleDegrees, "deg"),
            "cellSize": .quantity(observation.cellArcseconds, "arcsec"),
            "imageSize": .quantity(Double(observation.imageSize), "pixel"),
        ]
    }
}
