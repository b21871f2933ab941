/// A fault that a researcher asks for, to see how it looks.
enum RequestedFault: String, Sendable, CaseIterable {
    /// Interference that leaves no data to calibrate.
    case rfiTooStrong = "rfi_too_strong"
    /// More memory than was asked for.
    case outOfMemory = "out_of_memory"
    /// A node that goes down; the second attempt meets another one.
    case nodeFailure = "node_failure"
    /// A stage that takes longer than the walltime.
    case timeout

    /// The agent in whose stage it happens where the researcher names none.
    var usualAgent: PipelineAgent { self == .rfiTooStrong ? .alphaCal : .imageReconstruction }
}
