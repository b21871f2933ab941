package import Attestation

/// Everything that is known of one finished job: the one value that all its documents are rendered from.
///
/// The same value gives the same bytes always. What is not known is nil, and the documents say so; it is never
/// invented and never an empty text. ``internalDetails`` are rendered while ``publication`` is nil, and left out of
/// every document afterwards.
package struct ReproducibilityManifest: Sendable, Hashable {
    /// The record's own name, and the analysis's once it is published.
    package var id: RecordID
    /// Who wrote the record.
    package var gateway: GatewayIdentity
    /// The job.
    package var job: JobIdentity
    /// Where it ran.
    package var place: Place
    /// What it ran on.
    package var hardware = Hardware()
    /// How it ended.
    package var ending: Ending
    /// What ran.
    package var program: Program
    /// The image it ran in; nil when it ran in none.
    package var container: Container?
    /// Models it used.
    package var models: [Model] = []
    /// Files it was given.
    package var inputs: [Input] = []
    /// Files it made.
    package var outputs: [Output] = []
    /// What it printed.
    package var logs: [LogFile] = []
    /// Whose job it was.
    package var owner: Person
    /// Who allowed it; nil when nobody had to.
    package var approval: Approval?
    /// Where the result came from, when nothing ran for this job.
    package var cacheOrigin: CacheOrigin?
    /// The digest of everything that determines the result; nil when something had no digest.
    package var recipe: SHA256Digest?
    /// Digest of the statement of the analysis that was run again.
    package var replayOf: SHA256Digest?
    /// What stays inside: rendered only as long as the record is not published.
    package var internalDetails = InternalDetails()
    /// What the researchers say of it; nil until it is published.
    package var publication: Publication?

    /// A record of what every job has; the rest is filled in as far as it is known.
    package init(
        id: RecordID,
        gateway: GatewayIdentity,
        job: JobIdentity,
        place: Place,
        ending: Ending,
        program: Program,
        owner: Person
    ) {
        self.id = id
        self.gateway = gateway
        self.job = job
        self.place = place
        self.ending = ending
        self.program = program
        self.owner = owner
    }

    /// Whether readers outside may see it.
    package var isPublished: Bool { publication != nil }
}

/// The gateway that ran a job and signs for it.
package struct GatewayIdentity: Sendable, Hashable {
    /// Its base URL without a slash at the end, such as `https://gw.example.org`.
    package var baseURL: String
    /// Its name for people.
    package var name: String
    /// The version of its code.
    package var version: String
    /// Where people write to; nil when the configuration names no address.
    package var email: String?

    /// A gateway.
    package init(baseURL: String, name: String, version: String, email: String? = nil) {
        self.baseURL = baseURL.hasSuffix("/") ? String(baseURL.dropLast()) : baseURL
        self.name = name
        self.version = version
        self.email = email
    }
}

/// How a job is called.
package struct JobIdentity: Sendable, Hashable {
    /// Its id, such as `job_01j…`.
    package var id: String
    /// Its name for people.
    package var name: String

    /// A job.
    package init(id: String, name: String) {
        self.id = id
        self.name = name
    }
}

/// What readers outside must not see (names of accounts and nodes, places of files).
package struct InternalDetails: Sendable, Hashable {
    /// The allocation that paid.
    package var account: String?
    /// The nodes by name, as Slurm writes them.
    package var nodeList: String?
    /// The job's folder at the site.
    package var workFolder: String?

    /// Details, each as far as known.
    package init(account: String? = nil, nodeList: String? = nil, workFolder: String? = nil) {
        self.account = account
        self.nodeList = nodeList
        self.workFolder = workFolder
    }
}

/// The result of another job that answered this one.
package struct CacheOrigin: Sendable, Hashable {
    /// Digest of the statement that was the cache's entry.
    package var record: SHA256Digest
    /// The job that ran.
    package var job: String
    /// When the result was computed.
    package var computedAt: Moment

    /// An origin.
    package init(record: SHA256Digest, job: String, computedAt: Moment) {
        self.record = record
        self.job = job
        self.computedAt = computedAt
    }
}
