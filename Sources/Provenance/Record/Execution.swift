package import Attestation

/// Where a job ran.
package struct Place: Sendable, Hashable {
    /// The gateway's name of the site.
    package var site: String
    /// Whether a simulator played the job: nothing was computed on a cluster, and nothing was observed.
    package var isSimulated = false
    /// Slurm's name of the cluster.
    package var cluster: String?
    /// Slurm's partition.
    package var partition: String?
    /// Slurm's version, such as `22.05.8`.
    package var slurmVersion: String?
    /// Slurm's id of the job; nil when it never reached Slurm.
    package var slurmJobID: String?
    /// Indices of a job array in Slurm's notation; nil for a job without.
    package var arrayTasks: String?

    /// What every document says of a simulated job.
    static let simulationText =
        "It was SIMULATED: agents played the pipeline by formulas, nothing was computed on a cluster, and the data are"
        + " no observation of the sky."

    /// A place.
    package init(site: String) { self.site = site }
}

/// What a job ran on.
package struct Hardware: Sendable, Hashable {
    /// How many nodes.
    package var nodes: Int?
    /// The processor as the node names it.
    package var cpuModel: String?
    /// CPUs allocated in all.
    package var cpuCount: Int?
    /// The graphics processor; meaningful only when some were allocated.
    package var gpuModel: String?
    /// Graphics processors allocated in all; 0 is none, nil is not known.
    package var gpuCount: Int?
    /// Version of the graphics driver.
    package var gpuDriver: String?
    /// Memory allocated in all, in bytes.
    package var memoryBytes: Int64?

    /// Hardware of which nothing is known yet.
    package init() {}
}

/// How a job ended.
package struct Ending: Sendable, Hashable {
    /// The states a finished job can be in.
    package enum State: String, Sendable, CaseIterable {
        case completed, failed, cancelled, timedOut
    }

    /// Its state.
    package var state: State
    /// What the program returned.
    package var exitCode: Int?
    /// The signal that ended it.
    package var signal: Int?
    /// Why it did not complete, in words for a person.
    package var reason: String?
    /// Run time in whole seconds.
    package var elapsedSeconds: Int64?
    /// When it was handed in.
    package var submittedAt: Moment?
    /// When the program began.
    package var startedAt: Moment?
    /// When it ended.
    package var finishedAt: Moment?
    /// When its outputs are removed; nil when they are kept.
    package var retainUntil: Moment?
    /// Figures of Slurm's accounting as it writes them, by name, such as `AllocTRES`.
    package var accounting: [String: String] = [:]
    /// Digest of the accounting record as it was read.
    package var accountingRecord: SHA256Digest?

    /// An ending.
    package init(_ state: State) { self.state = state }
}
