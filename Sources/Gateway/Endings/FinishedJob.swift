package import Slurm

/// Everything the spine knows of a job that has ended, read at one moment: what a reproducibility manifest is made of.
package struct FinishedJob: Sendable {
    /// The job.
    package let job: Job
    /// What was asked for; nil when this version cannot read it any more.
    package let manifest: JobManifest?
    /// The text of the template its script was made from; nil when it was not kept.
    package let templateText: String?
    /// What its node wrote of itself; nil when it wrote nothing.
    package let node: NodeRecord?
    /// What its inputs were found to be.
    package let inputs: [StagedInput]
    /// The files that were brought home.
    package let outputs: [JobOutput]
    /// Standard output and standard error.
    package let logs: [JobOutput]
    /// Until when the gateway keeps its files; nil is for ever.
    package let keptUntil: Timestamp?
    /// The allocation it counts against.
    package let account: String
    /// The recipe of its result key, as canonical JSON; nil when it has none.
    package let recipe: String?
    /// Who allowed it to be sent, in the order of their decisions; empty where nobody was asked.
    package var approvals: [ApprovalDecision] = []
}
