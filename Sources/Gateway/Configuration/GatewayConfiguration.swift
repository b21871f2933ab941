package import SSHClient

/// Everything an operator decides, read from `config/farfield.yaml` and the environment.
package struct GatewayConfiguration: Sendable, Hashable {
    /// Address the HTTP server binds.
    package var listen: ListenAddress
    /// Folder that holds all state: database, artifacts, first token.
    package var home: String
    /// `postgresql://…`, or nil for SQLite in ``home``.
    package var database: String?
    /// Folder of batch script templates; searched for when nil.
    package var templates: String?
    /// Smallest level that is logged: trace, debug, info, notice, warning, error.
    package var logLevel: String
    /// How log lines are written.
    package var logFormat: LogFormat
    /// Sizes and times beyond which a request is refused.
    package var limits: Limits
    /// How the door is kept: TLS, and who is believed.
    package var protection = ProtectionPolicy.standard
    /// Where webhooks may lead.
    package var webhooks: WebhookPolicy
    /// Where inputs may be fetched from.
    package var sources: SourcePolicy
    /// How long artifacts are kept, and how many.
    package var storage = StoragePolicy.standard
    /// Who signs reproducibility manifests, and under which name.
    package var provenance = ProvenancePolicy()
    /// The keys that seal what people entrust to the gateway.
    package var secrets = SecretsPolicy()
    /// Who is let in, and how.
    package var people = PeoplePolicy()
    /// When people must approve jobs.
    package var approvals = ApprovalPolicy.none
    /// By which server mail is sent; nil for no mail.
    package var mail: MailPolicy?
    /// Which language models may be asked.
    package var models = ModelPolicy.none
    /// How jobs are advised on when they are submitted.
    package var advice = AdvicePolicy.standard
    /// Places that run jobs, in order of preference.
    package var sites: [SiteConfiguration]

    /// The built-in defaults: no site, SQLite, loopback.
    package static let standard = GatewayConfiguration(
        listen: ListenAddress(host: "127.0.0.1", port: 8700),
        home: ".farfield",
        database: nil,
        templates: nil,
        logLevel: "info",
        logFormat: .text,
        limits: .standard,
        webhooks: WebhookPolicy(),
        sources: .standard,
        sites: []
    )
}

/// Where the HTTP server listens.
package struct ListenAddress: Sendable, Hashable {
    /// Host name or address.
    package let host: String
    /// TCP port, 0 to 65535; 0 lets the system choose.
    package let port: Int

    /// An address.
    package init(host: String, port: Int) {
        self.host = host
        self.port = port
    }

    /// Reads `host:port` or `[v6]:port`; nil when it is neither.
    ///
    /// - Parameter text: the written form.
    package init?(_ text: String) {
        guard let colon = text.lastIndex(of: ":"), let port = Int(text[text.index(after: colon)...]),
            (0...65535).contains(port)
        else { return nil }
        var host = text[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") { host = host.dropFirst().dropLast() }
        guard !host.isEmpty else { return nil }
        self.init(host: String(host), port: port)
    }
}

/// Sizes and times beyond which a request is refused.
package struct Limits: Sendable, Hashable {
    /// Largest request body, in bytes.
    package var bodyBytes: Int
    /// Longest a request that is not a stream may take.
    package var requestTimeout: Duration
    /// Most requests that are answered at once, streams aside.
    package var requestsAtOnce: Int
    /// Most streams (events, followed logs, downloads) open at once.
    package var streamsAtOnce: Int
    /// Most connections open at once; further ones wait until one closes.
    package var connections: Int
    /// After how long a connection on which nothing comes is closed, a half-sent request included.
    package var idleTimeout: Duration
    /// Most jobs that may wait to be sent to their sites.
    package var waitingJobs: Int
    /// How many requests are answered in a time; see ``RateClass``.
    package var rates = RatePolicy.standard
    /// Least speed at which the body of a request comes, in bytes a second, over half a minute; 0 for none.
    package var leastBodySpeed = 100
    /// The most jobs one person may have, admins aside.
    package var jobsPerPerson = PersonalCaps.standard
    /// Largest single output file that is brought home, in bytes.
    package var outputFileBytes: Int
    /// Most bytes of all outputs of one job that are brought home.
    package var outputTotalBytes: Int

    /// 2 MiB bodies, 30 s, 256 requests and 12,000 streams at once, 50,000 waiting jobs, outputs of 1 GiB each and 4 GiB in all.
    package static let standard = Limits(
        bodyBytes: 2 << 20,
        requestTimeout: .seconds(30),
        requestsAtOnce: 256,
        streamsAtOnce: 12_000,
        connections: 16_000,
        idleTimeout: .seconds(60),
        waitingJobs: 50_000,
        outputFileBytes: 1 << 30,
        outputTotalBytes: 4 << 30
    )
}

/// One place that runs jobs.
package struct SiteConfiguration: Sendable, Hashable {
    /// Its name in manifests.
    package var name: String
    /// What kind of place it is.
    package var kind = SiteKind.slurm
    /// How it simulates; nil for a real site.
    package var simulation: SimulationPolicy?
    /// Login node.
    package var host: String
    /// SSH port of the login node; nil is 22, or what ssh_config(5) says.
    package var port: Int?
    /// Account there; nil leaves it to ssh_config(5).
    package var user: String?
    /// File of the private key (ed25519 or ECDSA with libssh2); nil leaves it to ssh_config(5) and the agent.
    package var privateKey: String?
    /// File that holds the key's passphrase, if it has one.
    package var passphraseFile: String?
    /// File of trusted host keys; nil leaves it to ssh_config(5).
    package var knownHosts: String?
    /// By which program the site is reached.
    package var transport = SSHEndpoint.Transport.libssh2
    /// A file that `ssh` reads instead of the user's and the system's own configuration.
    package var sshConfiguration: String?
    /// Hosts to go through, the first one first.
    package var jumps: [SSHJump] = []
    /// What the server is answered when it asks for a password or a code; nil when it does not ask.
    package var authentication: SiteAuthentication?
    /// Folder for job folders at the site: absolute, or beginning with `~/`, `$HOME/`, `$SCRATCH/` or `$WORK/`.
    package var workFolder: String
    /// Most SSH sessions at once on the one connection; sshd's MaxSessions counts.
    package var maxSessions: Int
    /// Folders at the site searched for Slurm's programs before the login shell's `PATH`.
    package var searchPath: [String]
    /// Used where a manifest names no partition.
    package var partition: String?
    /// Used where a manifest names no account.
    package var account: String?
    /// Used where a manifest names no quality of service.
    package var qos: String?
    /// Shortest time between two polls.
    package var pollFastest: Duration
    /// Longest time between two polls while a job is active.
    package var pollSlowest: Duration
    /// How long a lost submission must be absent everywhere before it is sent again.
    package var resubmitAfter: Duration
    /// Longest one remote command may take.
    package var commandDeadline: Duration
    /// Whether the gateway may choose this site by itself.
    package var isChosenByGateway: Bool
    /// Whose account jobs run as.
    package var identity = SiteIdentity.community
    /// What the site keeps.
    package var cache = SiteCachePolicy()
    /// What a node-hour costs, partition by partition.
    package var chargeRates = ChargeRates()
    /// The most jobs that Slurm holds of the gateway at once; nil for no limit.
    package var maximumActive: Int?
}

/// What a site keeps of inputs and of ended jobs.
package struct SiteCachePolicy: Sendable, Hashable {
    /// The most bytes of its cache; nil sets no limit.
    package var quotaBytes: Int64?
    /// How long a digest computed there is trusted while size and time stay the same.
    package var verifyAfter = Duration.seconds(86400)
    /// Whether it can reach the gateway's bucket and fetch from it.
    package var fetchesFromBuckets = false
    /// How long folders of ended jobs stay when their manifests do not say; nil for ever.
    package var folderSeconds: Int? = 7 * 86400
    /// A word that is set anew when the site's software changes: results of before are not used any more.
    package var software = ""
}
