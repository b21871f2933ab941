/// One job as the gateway knows it: one row of the table `jobs`.
package struct Job: Sendable, Hashable {
    /// Where the submission of the present attempt stands (design §4).
    package enum Submission: String, Sendable, CaseIterable {
        /// Nothing of this attempt was sent, and it is not yet known whether it may be.
        case none
        /// It may be sent; Slurm certainly has nothing of this attempt.
        case ready
        /// "About to submit" is written: Slurm may or may not have the job.
        case trying
        /// Slurm's id is written.
        case accepted
    }

    /// Its name.
    package let id: JobID
    /// The normalised manifest, as JSON text.
    package let manifestText: String
    /// The name people gave it.
    package let name: String
    /// Where it runs.
    package let site: String
    /// Through whose account: the gateway's own, or its owner's.
    package let lane: Lane
    /// The owner as a part of ``submissionKey``; nil for jobs older than this.
    package let keyOwner: String?
    /// The template its script was made from.
    package let template: String
    /// `sha256:…` of the template's text; empty for jobs older than this.
    package let templateDigest: String
    /// The rendered batch script.
    package let script: String
    /// `sha256:…` of the script.
    package let scriptDigest: String
    /// Who submitted it.
    package let owner: String
    /// 0 to 100; larger goes first.
    package let priority: Int
    /// Words for finding it.
    package let labels: [String: String]
    /// When the gateway tries again by itself.
    package let retries: JobManifest.Retries
    /// When it was accepted.
    package let createdAt: Timestamp
    /// How many array tasks it has; nil when it is no job array.
    package let arrayCount: Int?

    /// Whether something must be settled before it can be submitted: inputs to bring, a known result to look for.
    package let isStagedFirst: Bool

    /// Where it stands.
    package var state: JobState
    /// Why it stands there, in words for a person.
    package var reason: String?
    /// Counts attempts from 1.
    package var attempt: Int
    /// Where the submission of this attempt stands.
    package var submission: Submission
    /// Whether the inputs of this attempt stand in its folder at the site.
    package var isStaged: Bool
    /// How it stands with results that are known already.
    package var cache: JobCache?
    /// When this attempt was first tried; the start of the search for a lost answer.
    package var firstTriedAt: Timestamp?
    /// When this attempt was last tried.
    package var lastTriedAt: Timestamp?
    /// What Slurm said last.
    package var slurm: SlurmFacts?
    /// How the present attempt ended, once it has.
    package var ending: JobEnding?
    /// When somebody asked for it to be cancelled.
    package var cancelRequestedAt: Timestamp?
    /// Array tasks by index, as last seen.
    package var tasks: [Int: ArrayTask]
    /// Stages of the attempt that the site had last, in order, where its site tells of stages.
    package var stages: [JobStage] = []
    /// When the row last changed.
    package var updatedAt: Timestamp
    /// When the site last told about it.
    package var observedAt: Timestamp?
    /// Whether the site's last answer showed it: then it was seen whenever the site was looked at since.
    package var isInSight: Bool
    /// When it reached a final state.
    package var finishedAt: Timestamp?
    /// Counts changes, so that two writers notice each other.
    package var version: Int
    /// The sequence number of its newest event.
    package var eventCount: Int

    /// The newest question to the admins about it; read where a job is shown, nil elsewhere and where none was asked.
    package var approval: Approval?
    /// What was said of it at its submission; read where a job is shown, nil elsewhere and where nobody was asked.
    package var advice: JobAdvice?
    /// What it costs, where the reader asked for it; nil also where nothing is paid for.
    package var cost: JobCost?

    /// The key of the present attempt: the remote folder's name and Slurm's job name.
    package var submissionKey: String { submissionKey(attempt: attempt) }

    /// The key of an attempt.
    func submissionKey(attempt: Int) -> String {
        "ff-" + (keyOwner.map { "\($0)-" } ?? "") + "\(id.text)-\(attempt)"
    }

    /// What stands in Slurm's comment: for whom the job runs, and as what the gateway knows it.
    ///
    /// Well below the 1024 bytes that Slurm takes, whatever the name is made of.
    var comment: String {
        let title = name.unicodeScalars.filter { $0.properties.generalCategory != .control }.prefix(128)
        return "farfield user=\(OwnerWord.of(owner) ?? "-") job=\(id) " + String(String.UnicodeScalarView(title))
    }
}

/// How a job stands with results that are known already.
package struct JobCache: Sendable, Hashable {
    /// What came of looking for a known result.
    package enum Status: String, Sendable, CaseIterable {
        /// A known result was the answer; nothing ran.
        case hit
        /// None was known: it is computed, and kept.
        case miss
        /// Another job computes the same; its result is waited for.
        case joined
        /// The researcher wants it computed anew.
        case refresh
        /// The researcher wants none of it.
        case off
        /// What determines the result is not all known by digest.
        case notCacheable
    }

    /// What came of it.
    package var status: Status
    /// The result key, where there is one.
    package var key: String?
    /// Who may see the result: `user:NAME`.
    package var scope: String?
    /// The job the result is from, or that is waited for.
    package var job: JobID?
    /// When the result was computed.
    package var computedAt: Timestamp?
    /// Why, in words for a person.
    package var reason: String?
}

/// What Slurm said of a job or an array task: `squeue` and `sacct` merged.
package struct SlurmFacts: Sendable, Hashable, Codable {
    /// Slurm's id, such as `123`, or `123_4` for an array task.
    package var jobId: String
    /// Slurm's own word, such as `RUNNING`.
    package var state: String?
    /// The program's exit code, 0 to 255.
    package var exitCode: Int?
    /// The signal that ended it.
    package var signal: Int?
    /// Slurm's reason, such as `Resources`.
    package var reason: String?
    /// Node list in Slurm's notation.
    package var nodes: String?
    /// Partition it is in.
    package var partition: String?
    /// Account that pays.
    package var account: String?
    /// Quality of service.
    package var qos: String?
    /// Seconds since 1970, UTC.
    package var submitTime: Int64?
    /// Seconds since 1970, UTC.
    package var startTime: Int64?
    /// Seconds since 1970, UTC.
    package var endTime: Int64?
    /// When Slurm expects to start it; seconds since 1970, UTC.
    package var startEstimate: Int64?
    /// Seconds it has run.
    package var elapsedSeconds: Int?
    /// Place among the pending jobs of its partition, 1 is next.
    package var queuePosition: Int?
    /// Trackable resources it was given, such as `cpu: 4`.
    package var tresAllocated: [String: String]
    /// Trackable resources it used, such as `mem: 1200K`.
    package var tresUsed: [String: String]
    /// The rows as Slurm printed them.
    package var raw: [String]
    /// Whether a simulator told all this, and nothing ran on a cluster; nil for a real site.
    package var isSimulated: Bool?

    /// Facts that hold only an id yet.
    ///
    /// - Parameter jobId: Slurm's id.
    package init(jobId: String) {
        self.jobId = jobId
        tresAllocated = [:]
        tresUsed = [:]
        raw = []
    }
}

/// One task of a job array.
package struct ArrayTask: Sendable, Hashable {
    /// Its index in the array.
    package let index: Int
    /// Where it stands: `pending`, `running` or a final state.
    package var state: JobState
    /// What Slurm said of it.
    package var slurm: SlurmFacts
}

/// How an attempt ended.
package struct JobEnding: Sendable, Hashable {
    /// The final state it leads to.
    package let state: JobState
    /// What happened, for a person.
    package let reason: String?
    /// The cause, where a further attempt may help.
    package let cause: JobManifest.Retries.Cause?

    /// An ending.
    package init(state: JobState, reason: String?, cause: JobManifest.Retries.Cause?) {
        self.state = state
        self.reason = reason
        self.cause = cause
    }
}
