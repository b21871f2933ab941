package import Documents
package import SSHClient
package import Slurm

/// A place that runs jobs, as the pipeline sees it.
///
/// The seam between the spine and Slurm, or the simulator.
///
/// Every function may be called again after a failure; none declares anything final that it did not see.
package protocol Site: Sendable {
    /// Its configuration.
    var configuration: SiteConfiguration { get }

    /// Whose account it is entered through.
    var lane: Lane { get }

    /// What of a manifest this kind of site can never do; asked before a job is accepted, and no site is called for it.
    func faults(in manifest: JobManifest) -> [Fault]

    /// How long a job would take by the site's own formula, in minutes; nil where it has none.
    func estimatedMinutes(of manifest: JobManifest) -> Double?

    /// Makes sure that a connection stands; nothing is run.
    ///
    /// - Throws: ``SiteFailure`` that says what to do.
    func reach() async throws(SiteFailure)

    /// Delivers and submits attempts, each exactly once, all in one remote command.
    ///
    /// - Parameter submissions: attempts, each with its key.
    /// - Returns: one answer for each, in order. Never throws: not knowing is an answer.
    func submit(_ submissions: [Submission]) async -> [SubmissionAnswer]

    /// Looks for the jobs of keys whose answers were lost, all in one remote command.
    ///
    /// - Parameters:
    ///   - keys: the attempts' keys.
    ///   - since: before the first try of all.
    ///   - isThorough: whether to look a second time after a pause, as a resubmission needs: a controller that hung
    ///     may answer before it takes what waited in its socket.
    /// - Returns: what was found of each, in order. Never throws: not knowing is an answer.
    func find(keys: [String], since: Timestamp, isThorough: Bool) async -> [SearchAnswer]

    /// Looks at all active jobs at once.
    ///
    /// - Parameter jobs: what is followed.
    /// - Returns: what the site told.
    func observe(_ jobs: [FollowedJob]) async -> SiteObservation

    /// Tells the site to end a job.
    ///
    /// - Parameter slurmID: its id there.
    /// - Throws: ``SiteFailure``.
    func cancel(slurmID: String) async throws(SiteFailure)

    /// Reads a part of a file in a job's folder.
    ///
    /// - Returns: the bytes and the file's size; nil when there is no such file yet.
    /// - Throws: ``SiteFailure``.
    func read(_ path: String, key: String, offset: Int64, length: Int) async throws(SiteFailure) -> FilePart?

    /// Lists the files of a job's folder that match globs.
    ///
    /// - Throws: ``SiteFailure``.
    func list(_ globs: [String], key: String) async throws(SiteFailure) -> SiteListing

    /// Tries everything a job will need, and tells what does not work with its cure.
    func check() async -> [SiteCheck]

    /// How its connections are used now; nil for a site without connections.
    var figures: SSHFigures? { get }

    /// How it stands with the login of a person or with stored answers; nil where a key alone is enough.
    func login() -> SiteLoginState?

    /// Begins a login by hand.
    ///
    /// - Returns: the login under way; nil where a key alone is enough.
    func beginLogin() -> SSHLogin?

    /// Its files; nil for a site that takes none.
    var data: (any SiteData)? { get }

    /// Its accounting; nil for a site without one.
    var accounting: (any SiteAccounting)? { get }

    /// Closes connections.
    func close() async
}

extension Site {
    package var lane: Lane { Lane(site: configuration.name) }
    package func faults(in manifest: JobManifest) -> [Fault] { [] }
    package func estimatedMinutes(of manifest: JobManifest) -> Double? { nil }
    package var data: (any SiteData)? { nil }
    package var accounting: (any SiteAccounting)? { nil }
    package var figures: SSHFigures? { nil }
}

/// One attempt to be submitted.
package struct Submission: Sendable {
    /// The attempt's key.
    package let key: String
    /// Files for the job's folder, the batch script among them.
    package let files: [DeliverAndSubmit.File]
    /// Paths below the job's folder that must be there already.
    package let expected: [String]
    /// For Slurm's comment: whose job it is.
    package let comment: String
    /// Whether a search proved that no job of this key exists.
    package let resubmits: Bool
    /// The job.
    package let job: JobID
    /// Counts the job's attempts from 1.
    package let attempt: Int
    /// What was asked for; nil when this version cannot read it any more.
    package let manifest: JobManifest?

    /// An attempt.
    package init(
        key: String,
        files: [DeliverAndSubmit.File],
        expected: [String],
        comment: String,
        resubmits: Bool,
        job: JobID,
        attempt: Int,
        manifest: JobManifest?
    ) {
        self.key = key
        self.files = files
        self.expected = expected
        self.comment = comment
        self.resubmits = resubmits
        self.job = job
        self.attempt = attempt
        self.manifest = manifest
    }
}

/// What came of a submission.
package enum SubmissionAnswer: Sendable, Hashable {
    /// Slurm has it.
    case accepted(slurmID: String)
    /// Slurm will not take it; the text says what to change.
    case refused(reason: String)
    /// Certainly nothing was submitted by this try.
    case notSubmitted(reason: String)
    /// Nothing was submitted: its inputs are not there any more.
    case inputsLost(reason: String)
    /// Nobody knows yet.
    case unknown(reason: String)
}

/// What a search for a lost job found.
package enum SearchAnswer: Sendable, Hashable {
    /// The job.
    case found(slurmID: String)
    /// Neither the queue nor the accounting know it.
    case absent
    /// One of them did not answer.
    case unknown(reason: String)
}

/// A job whose state is asked for.
package struct FollowedJob: Sendable, Hashable {
    /// Its id there.
    package let slurmID: String
    /// The attempt's key, which is Slurm's job name: ids are used again by clusters that were reset.
    package let key: String
    /// Indexes of its array tasks in Slurm's notation; nil when it is no job array.
    package let arrayTasks: String?
    /// Whether somebody asked for it to end.
    package let isCancelling: Bool

    /// A followed job.
    package init(slurmID: String, key: String, arrayTasks: String? = nil, isCancelling: Bool = false) {
        self.slurmID = slurmID
        self.key = key
        self.arrayTasks = arrayTasks
        self.isCancelling = isCancelling
    }
}

/// What a site told in one look.
package struct SiteObservation: Sendable {
    /// What was seen of a job.
    package enum Answer: Sendable {
        /// Its state.
        case seen(Sighting)
        /// The site does not show it; `isWhole` when both the queue and the accounting did answer.
        case notVisible(String, isWhole: Bool)
    }

    /// Whether the site answered, and what is wrong with it.
    package let health: SiteHealth
    /// Answers by Slurm id; a job without one keeps its last known state.
    package let answers: [String: Answer]
    /// The site's partitions, where this look told them.
    package let partitions: [String]?

    /// What was told.
    package init(health: SiteHealth, answers: [String: Answer], partitions: [String]?) {
        self.health = health
        self.answers = answers
        self.partitions = partitions
    }
}

/// Whether a site answers.
package struct SiteHealth: Sendable, Hashable {
    /// Up, down, or not looked at yet.
    package let state: SiteState
    /// What is wrong, for a person.
    package let reason: String?
    /// Whether it is so for everybody, whatever the account.
    package var concernsHost = false

    /// A state, and what is wrong.
    package init(state: SiteState, reason: String?, concernsHost: Bool = false) {
        self.state = state
        self.reason = reason
        self.concernsHost = concernsHost
    }
}

/// Whether a site answers.
package enum SiteState: String, Sendable, CaseIterable {
    /// It answers.
    case up
    /// It does not.
    case down
    /// Nobody has looked yet.
    case unknown
}

/// A part of a remote file.
package struct FilePart: Sendable {
    /// The bytes asked for, fewer at the end.
    package let bytes: [UInt8]
    /// The file's size now.
    package let size: Int64

    /// A part.
    package init(bytes: [UInt8], size: Int64) {
        self.bytes = bytes
        self.size = size
    }
}

extension SiteHealth {
    /// A site that could not be asked.
    init(_ failure: SiteFailure) {
        self.init(state: .down, reason: failure.reason, concernsHost: failure.concernsHost)
    }
}

/// What a job's folder holds of its declared outputs.
package struct SiteListing: Sendable, Hashable {
    /// Files that can be brought home.
    package let files: [SiteFile]
    /// Names that match and cannot, each with why.
    package let refused: [String: String]
    /// Globs nothing matched.
    package let unmatched: [String]

    /// A listing.
    package init(files: [SiteFile], refused: [String: String], unmatched: [String]) {
        self.files = files
        self.refused = refused
        self.unmatched = unmatched
    }
}

/// A remote file that matches a glob.
package struct SiteFile: Sendable, Hashable {
    /// Path below the job's folder.
    package let path: String
    /// Bytes.
    package let size: Int64

    /// A file.
    package init(path: String, size: Int64) {
        self.path = path
        self.size = size
    }
}

/// A site that could not do what it was asked.
package struct SiteFailure: Error, Sendable, CustomStringConvertible {
    /// What failed and what to do, for a person.
    package let reason: String
    /// Whether trying again can help.
    package let isTransient: Bool
    /// Whether it is the account, its key or its certificate, so that a new credential of its person can help.
    package var concernsAccount = false
    /// Whether it is so for everybody, whatever the account.
    package var concernsHost = false

    /// A failure.
    package init(reason: String, isTransient: Bool, concernsAccount: Bool = false, concernsHost: Bool = false) {
        self.reason = reason
        self.isTransient = isTransient
        self.concernsAccount = concernsAccount
        self.concernsHost = concernsHost
    }

    package var description: String { reason }
}

/// One thing that was tried at a site.
package struct SiteCheck: Sendable, Hashable {
    /// How it went.
    package enum State: String, Sendable, CaseIterable {
        /// It works.
        case passed
        /// It does not, and jobs will fail.
        case failed
        /// It works, but will trouble somebody.
        case warning
        /// It could not be tried.
        case skipped
    }

    /// What was tried.
    package let name: String
    /// How it went.
    package let state: State
    /// What was seen.
    package let detail: String
    /// What to do about it.
    package let cure: String?

    /// A check.
    package init(name: String, state: State, detail: String, cure: String? = nil) {
        self.name = name
        self.state = state
        self.detail = detail
        self.cure = cure
    }
}
