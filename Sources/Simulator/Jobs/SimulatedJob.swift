internal import Gateway
internal import Slurm

/// A job of a simulated site: one row of the table `simulated_jobs`.
struct SimulatedJob: Sendable, Hashable {
    /// What was asked for, as far as the site needs it.
    struct Request: Sendable, Hashable, Codable {
        /// The job's name for people.
        var name: String
        /// The manifest's parameters.
        var parameters: [String: String]
        /// Graphics processors, 1–8.
        var gpus: Int
        /// Processors.
        var cpus: Int
        /// Memory in MiB.
        var memory: Int
        /// The longest it may run, in seconds of simulated time.
        var walltime: Int
        /// Partition it is in.
        var partition: String
        /// The account that pays.
        var account: String
        /// Quality of service.
        var qos: String?
    }

    /// The attempt's key.
    let key: String
    /// The number it got.
    let id: Int64
    /// The site's name.
    let site: String
    /// The gateway's name of it.
    let job: String
    /// Counts the job's attempts from 1.
    let attempt: Int
    /// What was asked for.
    let request: Request
    /// Slurm's word for where it stands.
    var state: SlurmState
    /// Slurm's word for why it waits; nil while it runs.
    var reason: String?
    /// The program's exit code, once it has ended.
    var exitCode: Int?
    /// When it was taken.
    let submittedAt: Timestamp
    /// When it began; nil while it waits.
    var startedAt: Timestamp?
    /// When it ended.
    var endedAt: Timestamp?
    /// How long it ran, in milliseconds of simulated time; nil before its end.
    var ranMilliseconds: Int64?

    /// Whether nothing more will happen to it.
    var isEnded: Bool { endedAt != nil }
}

/// A stage of a simulated job that has begun: one row of the table `simulated_stages`.
struct SimulatedStage: Sendable, Hashable {
    /// Which agent plays it.
    let agent: PipelineAgent
    /// When it began, in milliseconds of simulated time since the job did.
    let beginsAt: Int64
    /// How long it is to take, in milliseconds of simulated time.
    let lasts: Int64
    /// What was decided, by whom, and why.
    let decisions: AgentDecisions
    /// How it will end badly, where it will.
    let ruin: StageRuin?
    /// When it began by the gateway's clock.
    let begunAt: Timestamp
    /// When it ended well by the gateway's clock; nil while it runs.
    var completedAt: Timestamp?
    /// What it produced, as JSON text; nil until it ended.
    var output: String?

    /// When it is to end, in milliseconds of simulated time since the job began.
    var endsAt: Int64 { beginsAt + lasts }
}

/// How a stage ends the job: decided when it begins, so that the same job ends the same way.
struct StageRuin: Sendable, Hashable, Codable {
    /// Slurm's word for it.
    var state: SlurmState
    /// The program's exit code.
    var exitCode: Int
    /// When, in milliseconds of simulated time since the job began.
    var at: Int64
    /// What is told on standard error.
    var lines: [String]
}
