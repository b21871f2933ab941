/// The agents, in the order in which they play the pipeline.
enum PipelineAgent: String, Sendable, CaseIterable, Codable {
    /// Looks for interference and calibrates.
    case alphaCal = "AlphaCal"
    /// Makes the image.
    case imageReconstruction = "ImageReconstruction"
    /// Looks for what is strange in it.
    case anomalyDetection = "AnomalyDetection"

    /// The name of its stage.
    var stage: String {
        switch self {
        case .alphaCal: "ALPHACAL"
        case .imageReconstruction: "IMAGE_RECONSTRUCTION"
        case .anomalyDetection: "ANOMALY_DETECTION"
        }
    }

    /// The steps of its stage, each with the part of the stage's time after which it is reached, in thousandths.
    var steps: [(name: String, after: Int64)] {
        switch self {
        case .alphaCal: [("RFI_ASSESSMENT", 300), ("POLYNOMIAL_FIT", 700), ("CALIBRATION_COMPLETE", 1000)]
        case .imageReconstruction:
            [("DECONVOLUTION", 200), ("WEIGHTING", 350), ("CLEAN", 900), ("RECONSTRUCTION_COMPLETE", 1000)]
        case .anomalyDetection: [("ANOMALY_SCAN", 500), ("CLASSIFICATION", 850), ("DETECTION_COMPLETE", 1000)]
        }
    }

    /// It and those before it.
    var pipeline: [PipelineAgent] {
        Array(Self.allCases.prefix { $0 != self }) + [self]
    }

    /// By its own name or that of its stage.
    init?(named name: String) {
        guard let agent = Self.allCases.first(where: { $0.rawValue == name || $0.stage == name }) else { return nil }
        self = agent
    }
}
