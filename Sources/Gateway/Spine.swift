package import LanguageModels
package import Logging
package import Storage
package import TaskQueue

/// What the spine lends to the wings that stand on it.
package struct Spine: Sendable {
    /// The gateway's database; a wing keeps tables of its own in it.
    package let database: any Database
    /// Durable background work.
    package let queue: TaskStore
    /// Turns what must be done with jobs into tasks.
    package let tasks: JobTasks
    /// What people do with jobs.
    package let jobs: JobService
    /// Jobs that have ended.
    package let finished: FinishedJobs
    /// Bytes by their digest.
    package let artifacts: ArtifactLibrary
    /// Asks language models.
    package let models: ModelDesk
    /// Who is asked whether a known result may be the answer.
    package let trust: ResultTrust
    /// Templates.
    package let templates: TemplateCatalog
    /// What the operator decided.
    package let configuration: GatewayConfiguration
    /// The installation's name as a URI.
    package let installation: String
    /// Tells the time.
    package let keeper: TimeKeeper
    /// Where an operator reads.
    package let logger: Logger
}
