internal import Logging
internal import Storage
internal import TaskQueue

/// What every step may use.
package struct World: Sendable {
    let database: any Database
    let store: JobStore
    let tasks: JobTasks
    let sites: SiteDirectory
    let artifacts: ArtifactLibrary
    let holdings: JobHoldings
    let inputs: InputResolver
    let staging: SiteStaging
    let results: ResultCache
    let approvals: ApprovalDesk
    let advice: AdviceDesk
    let limits: Limits
    /// When the database was last restored from a backup; older jobs may have been sent since the backup was made.
    let restoredAt: Timestamp?
    let keeper: TimeKeeper
    let logger: Logger
    /// The task that is being done.
    private(set) var task: LeasedTask?

    /// A world, put together.
    init(
        database: any Database,
        store: JobStore,
        tasks: JobTasks,
        sites: SiteDirectory,
        artifacts: ArtifactLibrary,
        sources: RemoteSources,
        approvals: ApprovalPolicy = .none,
        advice: AdviceDesk,
        mail: MailBox = MailBox(policy: nil),
        limits: Limits,
        restoredAt: Timestamp?,
        keeper: TimeKeeper,
        logger: Logger
    ) {
        self.database = database
        self.store = store
        self.tasks = tasks
        self.sites = sites
        self.artifacts = artifacts
        self.advice = advice
        self.limits = limits
        self.restoredAt = restoredAt
        self.keeper = keeper
        self.logger = logger
        let accounts = sites.sites.compactMap { site in
            site.configuration.account.map { (site.configuration.name, $0) }
        }
        holdings = JobHoldings(
            policy: artifacts.policy,
            accounts: Dictionary(accounts) { first, _ in first },
            keeper: keeper
        )
        inputs = InputResolver(database: database, library: artifacts, sources: sources, keeper: keeper)
        staging = SiteStaging(
            database: database,
            library: artifacts,
            sources: sources,
            shipments: Shipments(),
            sites: sites,
            keeper: keeper,
            logger: logger
        )
        self.approvals = ApprovalDesk(
            policy: approvals,
            pricing: .booked(sites.sites.map(\.configuration)),
            store: store,
            mail: mail,
            keeper: keeper
        )
        results = ResultCache(
            store: store,
            holdings: holdings,
            salt: artifacts.policy.resultSalt,
            trust: ResultTrust(),
            keeper: keeper,
            logger: logger
        )
    }

    /// The same world for the doing of a task.
    func holding(_ task: LeasedTask) -> World {
        var world = self
        world.task = task
        return world
    }

    /// Writes what a step did, in one transaction; nothing if its task has passed to another gateway meanwhile.
    ///
    /// - Throws: `LeaseLost`, storage errors, what `body` throws.
    @discardableResult
    func write<T: Sendable>(_ body: @escaping @Sendable (any StorageConnection) throws -> T) async throws -> T {
        try await database.transaction { connection in
            let value = try body(connection)
            if let task { try tasks.requireLease(task, on: connection) }
            return value
        }
    }

    /// Applies an input to a job in a transaction of its own.
    @discardableResult
    func apply(_ input: JobInput, to id: JobID) async throws -> Job? {
        try await write { try store.apply(input, to: id, on: $0) }
    }

    /// The job of a task's key; nil when the key is none.
    func job(of task: LeasedTask) async throws -> Job? {
        guard let id = task.key.flatMap(JobID.init) else { return nil }
        return try await database.read { try store.find(id, on: $0) }
    }
}
