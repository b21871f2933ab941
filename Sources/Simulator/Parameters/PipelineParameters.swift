internal import RadioSky

/// What a manifest asks of the pipeline: every value is within its range.
struct PipelineParameters: Sendable, Hashable {
    /// The template whose jobs the simulator plays.
    static let template = "radio-pipeline"

    /// What is observed.
    let observation: RadioObservation
    /// The last agent that plays.
    let agent: PipelineAgent
    /// Graphics processors, 1–8.
    let gpus: Int
    /// What the researcher has decided already; the agents then only comment.
    let choices: Choices
    /// A fault that is asked for.
    let fault: RequestedFault?
    /// In whose stage it happens.
    let faultAgent: PipelineAgent

    /// Values that the researcher has decided; the agents decide the others.
    struct Choices: Sendable, Hashable {
        var strategy: RFIStrategy?
        var polynomialOrder: Int?
        var algorithm: ImagingAlgorithm?
        var iterations: Int?
        var beamShape: BeamShape?
    }

    /// The names that a manifest may give under `parameters`.
    static let names = [
        "dataset", "agent", "rfi_strategy", "polynomial_order", "algorithm", "iterations", "beam_shape", "ra", "dec",
        "frequency_ghz", "bandwidth_mhz", "integration_s", "configuration", "image_size", "dataset_size_gb",
        "rfi_fraction", "seed", "fault", "fault_stage",
    ]
}
