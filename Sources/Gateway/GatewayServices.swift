internal import CurlClient
internal import Foundation
internal import LanguageModels
package import Logging
package import ServiceLifecycle
internal import SSHClient
internal import Slurm
internal import Storage
package import TaskQueue

/// Everything the face calls, one value for each subject.
package struct GatewayServices: Sendable {
    /// Jobs.
    package let jobs: JobService
    /// Logs.
    package let logs: LogService
    /// Outputs.
    package let outputs: OutputService
    /// Inputs, records and known results.
    package let results: ResultService
    /// Artifacts.
    package let artifacts: ArtifactService
    /// Uploads that may be cut off.
    package let uploads: UploadService
    /// What jobs take at sites.
    package let siteStorage: SiteStorageService
    /// What can be freed.
    package let garbage: GarbageCollector
    /// Sites.
    package let sites: SiteService
    /// How people are let in at sites.
    package let identities: IdentityService
    /// Templates.
    package let templates: TemplateCatalog
    /// Who people are.
    package let people: People
    /// Who did what.
    package let audit: AuditService
    /// Whose things are.
    package let ownership: Ownership
    /// Health.
    package let health: HealthService
    /// The queue of background work.
    package let queue: QueueService
    /// Webhooks.
    package let webhooks: WebhookService
    /// Approvals.
    package let approvals: ApprovalService
    /// Projects.
    package let projects: ProjectService
    /// Allocations and their ledger.
    package let allocations: AllocationService
    /// What `/metrics` shows of the present moment.
    package let figures: FiguresService
}

/// The spine, put together: what the command runs and the end-to-end tests use.
package struct GatewayRuntime: Sendable {
    /// What the face calls.
    package let services: GatewayServices
    /// What the wings stand on.
    package let spine: Spine
    /// The first admin's token, when this start made it; it is told only now.
    package let firstToken: String?

    /// Every step of the schema.
    static let migrations =
        TaskQueueSchema.migrations + GatewaySchema.migrations + InstallationStore.migrations
        + RestorationStore.migrations + WebhookSchemaStore.migrations + ArtifactSchemaStore.migrations
        + StagingSchemaStore.migrations + ResultSchemaStore.migrations + AuditStore.migrations
        + PeopleSchemaStore.migrations + AllocationSchemaStore.migrations + ApprovalSchemaStore.migrations
        + CredentialStore.migrations + FairShareStore.migrations + AdviceStore.migrations

    /// What does the steps of jobs and everything else of the spine.
    private let handlers: [any TaskHandler]
    private let watches: [any Service]
    private let databases: [any Database]
    private let sole: SoleGateway?
    private let directory: SiteDirectory

    /// Lets the process open as many files as the system allows.
    ///
    /// - Parameter limits: what the operator decided.
    /// - Returns: the same, with no more connections than leave descriptors for everything else.
    package static func fitted(_ limits: Limits) -> Limits {
        var limits = limits
        limits.connections = min(limits.connections, max(64, OpenFiles.raiseLimit() - 256))
        return limits
    }

    /// Opens the state folder and the database, brings the schema up to date and puts the parts together.
    ///
    /// - Parameters:
    ///   - configuration: what the operator decided.
    ///   - program: path of the running program, beside which templates are looked for.
    ///   - makers: make the sites that wings know.
    ///   - keeper: tells the time.
    ///   - logger: where an operator reads.
    /// - Returns: the spine, not yet running.
    /// - Throws: storage and file errors that say what is wrong.
    package static func open(
        _ configuration: GatewayConfiguration,
        program: String,
        makers: [SiteMaker] = [],
        keeper: TimeKeeper,
        logger: Logger
    ) async throws -> GatewayRuntime {
        try FileManager.default.createDirectory(
            atPath: configuration.home,
            withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700]
        )
        try Restoration.requireFinished(home: configuration.home)
        let database = try await GatewayDatabase.open(
            try configuration.databaseLocation,
            home: configuration.home,
            keeper: keeper,
            logger: logger
        )
        let firstToken = try await FirstToken.settle(home: configuration.home, database.main, at: keeper.now())
        return try await assemble(
            configuration,
            firstToken,
            database,
            makers,
            templates: TemplateCatalog.locate(configured: configuration.templates, program: program),
            keeper,
            logger
        )
    }

    private static func assemble(
        _ configuration: GatewayConfiguration,
        _ firstToken: String?,
        _ database: GatewayDatabase,
        _ makers: [SiteMaker],
        templates folder: String,
        _ keeper: TimeKeeper,
        _ logger: Logger
    ) async throws -> GatewayRuntime {
        let (database, upkeep, sole) = (database.main, database.upkeep, database.sole)
        let queue = TaskStore()
        let accounts = configuration.sites.compactMap { site in site.account.map { (site.name, $0) } }
        let tasks = JobTasks(queue: queue, accounts: Dictionary(accounts) { first, _ in first })
        let feed = EventFeed(database: database)
        let ground = SiteGround(
            database: database,
            queue: queue,
            tasks: tasks,
            home: configuration.home,
            models: models(configuration, logger),
            keeper: keeper,
            logger: logger
        )
        let directory = SiteDirectory(configuration, makers, ground)
        let world = World(
            database: database,
            store: JobStore(tasks: tasks, keeper: keeper),
            tasks: tasks,
            sites: directory,
            artifacts: ArtifactRooms.library(configuration, database, keeper, logger),
            sources: sources(configuration, keeper),
            approvals: configuration.approvals,
            advice: try await AdviceDesk.over(ground.models, configuration, database, queue, keeper),
            mail: MailBox(policy: configuration.mail) { try PeopleStore.find($0, on: $1)?.email },
            limits: configuration.limits,
            restoredAt: try await database.read { try RestorationStore.latest(on: $0) },
            keeper: keeper,
            logger: logger
        )
        world.artifacts.onDamage { [staging = world.staging] in (try? await staging.bringHome($0, for: nil)) ?? false }
        try await takeUp(database, queue, isSole: sole != nil, at: keeper.now())
        try await beginLooking(at: directory, tasks, database, keeper)
        let templates = TemplateCatalog(folder: folder)
        let figures = FiguresService(database, world.store, queue, directory, feed, home: configuration.home)
        let services = try await services(in: world, configuration, templates, queue, feed, figures)
        return GatewayRuntime(
            services: services,
            spine: try await spine(in: world, on: ground, services, configuration),
            firstToken: firstToken,
            handlers: handlers(in: world, services, queue) + [DeliverMail(policy: configuration.mail)],
            watches: [feed, ground.models] + watches(on: ground, directory, services),
            databases: [database, upkeep],
            sole: sole,
            directory: directory
        )
    }

    /// What looks after parts of the spine, as long as the gateway runs.
    private static func watches(
        on ground: SiteGround,
        _ directory: SiteDirectory,
        _ services: GatewayServices
    ) -> [any Service] {
        let (database, keeper, logger) = (ground.database, ground.keeper, ground.logger)
        return [
            WebhookWatch(database: database, queue: ground.queue, keeper: keeper, logger: logger),
            LoginWatch(directory: directory, logger: logger), services.people.uses,
            IdentityWatch(identities: services.identities, logger: logger),
            AuditMemory(database: database, home: ground.home, logger: logger),
        ]
    }

    /// The language models of the configuration, all over one client.
    private static func models(_ configuration: GatewayConfiguration, _ logger: Logger) -> ModelDesk {
        let endpoints = configuration.models.endpoints
        if endpoints.isEmpty { return ModelDesk(models: [], logger: logger) }
        let client = HTTPClient(.init(userAgent: "farfield"))
        return ModelDesk(models: endpoints.map { ModelDriver.model($0, client: client) }, logger: logger)
    }

    /// Nobody else can hold a lease of a sole gateway: what a killed one left is taken up at once.
    private static func takeUp(
        _ database: any Database,
        _ queue: TaskStore,
        isSole: Bool,
        at now: Timestamp
    ) async throws {
        try await database.transaction { connection in
            if isSole {
                try queue.endAllLeases(on: connection)
                try UploadStore.freeAll(on: connection)
            }
            try CollectGarbage.plan(queue, at: now, on: connection)
        }
    }

    /// Where inputs are fetched from.
    private static func sources(_ configuration: GatewayConfiguration, _ keeper: TimeKeeper) -> RemoteSources {
        RemoteSources(
            policy: configuration.sources,
            client: HTTPClient(.init(userAgent: "farfield")),
            keeper: keeper
        )
    }

    /// What the wings stand on.
    private static func spine(
        in world: World,
        on ground: SiteGround,
        _ services: GatewayServices,
        _ configuration: GatewayConfiguration
    ) async throws -> Spine {
        Spine(
            database: world.database,
            queue: ground.queue,
            tasks: world.tasks,
            jobs: services.jobs,
            finished: FinishedJobs(store: world.store, holdings: world.holdings),
            artifacts: world.artifacts,
            models: ground.models,
            trust: world.results.trust,
            templates: services.templates,
            configuration: configuration,
            installation: try await world.database.read { try InstallationStore.urn(on: $0) },
            keeper: world.keeper,
            logger: world.logger
        )
    }

    /// What people do with jobs.
    private static func jobs(
        in world: World,
        _ configuration: GatewayConfiguration,
        _ templates: TemplateCatalog,
        _ feed: EventFeed
    ) -> JobService {
        JobService(
            database: world.database,
            store: world.store,
            tasks: world.tasks,
            admission: Admission(sites: world.sites, templates: templates),
            sources: configuration.sources,
            budget: Budget(database: world.database, keeper: world.keeper),
            results: world.results,
            approvals: world.approvals,
            advice: world.advice,
            artifacts: world.artifacts,
            backlog: Backlog(limit: configuration.limits.waitingJobs),
            caps: configuration.limits.jobsPerPerson,
            keeper: world.keeper,
            feed: feed
        )
    }

    /// What the face calls.
    private static func services(
        in world: World,
        _ configuration: GatewayConfiguration,
        _ templates: TemplateCatalog,
        _ queue: TaskStore,
        _ feed: EventFeed,
        _ figures: FiguresService
    ) async throws -> GatewayServices {
        let (database, keeper, directory) = (world.database, world.keeper, world.sites)
        let jobs = self.jobs(in: world, configuration, templates, feed)
        let files = ArtifactRooms.uploads(configuration)
        let projects = ProjectService(database: database, keeper: keeper)
        let allocations = AllocationService(world, sites: configuration.sites)
        let uploads = UploadService(library: world.artifacts, files: files)
        return GatewayServices(
            jobs: jobs,
            logs: LogService(database: database, artifacts: world.artifacts, jobs: jobs, sites: directory, feed: feed),
            outputs: OutputService(database: database, artifacts: world.artifacts, jobs: jobs),
            results: ResultService(database: database, jobs: jobs, keeper: keeper),
            artifacts: ArtifactService(library: world.artifacts),
            uploads: uploads,
            siteStorage: SiteStorageService(database: database, directory: directory),
            garbage: GarbageCollector(library: world.artifacts, uploads: files),
            sites: SiteService(database: database, directory: directory, desk: LoginDesk(), keeper: keeper),
            identities: IdentityService(in: world),
            templates: templates,
            people: People.over(database, configuration, keeper, world.logger),
            audit: AuditService(database: database),
            ownership: Ownership(
                jobs: jobs,
                artifacts: world.artifacts,
                uploads: uploads,
                projects: projects,
                allocations: allocations
            ),
            health: HealthService(
                database: database,
                store: world.store,
                templates: templates,
                models: world.advice.health
            ),
            queue: QueueService(database: database, queue: queue, keeper: keeper),
            webhooks: WebhookService(
                database: database,
                policy: configuration.webhooks,
                sender: .overHTTP(configuration.webhooks),
                source: try await database.read { try InstallationStore.urn(on: $0) },
                keeper: keeper
            ),
            approvals: ApprovalService(database: database, desk: world.approvals),
            projects: projects,
            allocations: allocations,
            figures: figures
        )
    }

    /// What must run for as long as the gateway does, in the order of starting.
    ///
    /// - Parameter wings: do the tasks of the wings.
    /// - Returns: the services.
    package func longLived(with wings: [any TaskHandler]) -> [any Service] {
        let workers = TaskWorkers(
            database: spine.database,
            upkeep: databases[1],
            handlers: handlers + wings,
            settings: .init(owner: UUID().uuidString, lease: GatewayDatabase.lease(spine.database.dialect)),
            logger: spine.logger
        )
        return [watches[0], workers] + watches.dropFirst()
    }

    /// Who does the tasks of the spine.
    private static func handlers(
        in world: World,
        _ services: GatewayServices,
        _ queue: TaskStore
    ) -> [any TaskHandler] {
        let delivering = DeliverWebhook(
            database: world.database,
            queue: queue,
            sender: services.webhooks.sender,
            source: services.webhooks.source,
            keeper: world.keeper,
            logger: world.logger,
            random: { Double.random(in: 0..<1) }
        )
        return Pipeline(world: world).handlers + [
            delivering, CollectGarbage(collector: services.garbage),
            ExpireApproval(database: world.database, desk: world.approvals),
            LateAdvice(desk: world.advice, store: world.store, logger: world.logger),
        ]
    }

    /// Plans a look at every site, so that its health is known before the first job.
    private static func beginLooking(
        at directory: SiteDirectory,
        _ tasks: JobTasks,
        _ database: any Database,
        _ keeper: TimeKeeper
    ) async throws {
        let common = directory.sites.map(\.configuration).filter { $0.identity == .community }
        try await database.transaction { connection in
            let lanes = try CredentialStore.lanes(on: connection).filter { directory[$0.site] != nil }
            for lane in common.map({ Lane(site: $0.name) }) + lanes {
                try tasks.follow(lane, at: keeper.now(), on: connection)
                try tasks.submit(lane, at: keeper.now(), on: connection)
                try tasks.clean(lane, at: keeper.now(), on: connection)
            }
            for site in directory.sites {
                try tasks.readAccounts(site: site.configuration.name, at: keeper.now(), on: connection)
            }
        }
    }

    /// Closes connections and the database, after everything long-lived has ended.
    package func close() async {
        defer { withExtendedLifetime(sole) {} }
        for site in directory.sites { await site.close() }
        await directory.personal?.closeAll()
        for database in databases { await database.close() }
    }
}

/// Makes sites from their configuration.
enum SiteFactory {
    static func site(_ configuration: SiteConfiguration, logger: Logger) -> any Site {
        if configuration.identity == .personal { return UnenteredSite(configuration: configuration) }
        let passphrase = configuration.passphraseFile.flatMap { path in
            (try? String(contentsOfFile: path, encoding: .utf8)).map { String($0.prefix { $0 != "\n" }) }
        }
        let endpoint = SSHEndpoint(
            host: configuration.host,
            port: configuration.port,
            user: configuration.user,
            privateKeyPath: configuration.privateKey,
            passphrase: passphrase,
            knownHostsPath: configuration.knownHosts,
            transport: configuration.transport,
            clientConfigurationPath: configuration.sshConfiguration,
            jumps: configuration.jumps
        )
        var limits = SSHLimits(maxSessions: configuration.maxSessions)
        if let authentication = configuration.authentication {
            // A code is valid for half a minute and for one login: none is spent because nothing was to do for a while.
            limits.connectTimeout = .seconds(60)
            limits.idleTimeout = authentication.loginLifetime + .seconds(365 * 86400)
        }
        var logger = logger
        logger[metadataKey: "site"] = "\(configuration.name)"
        let pool = SSHConnectionPool(
            endpoint: endpoint,
            authentication: SiteLogins.authentication(configuration),
            limits: limits,
            logger: logger
        )
        return SlurmSite(configuration: configuration, pool: pool)
    }

    /// The way of one person to a site: by their key alone, without a file or a configuration of the operator's.
    static func site(
        _ configuration: SiteConfiguration,
        _ credential: SiteCredential,
        _ material: SSHKeyMaterial,
        logger: Logger
    ) -> any Site {
        let endpoint = SSHEndpoint(
            host: configuration.host,
            port: configuration.port,
            user: credential.account,
            privateKeyPath: nil,
            keyMaterial: material,
            knownHostsPath: configuration.knownHosts,
            // libssh2 1.10 knows no certificates.
            transport: credential.kind == .certificate ? .openssh : configuration.transport,
            jumps: configuration.jumps
        )
        var logger = logger
        logger[metadataKey: "site"] = "\(credential.lane)"
        let pool = SSHConnectionPool(
            endpoint: endpoint,
            limits: SSHLimits(maxSessions: configuration.maxSessions),
            logger: logger
        )
        return SlurmSite(configuration: configuration, lane: credential.lane, pool: pool)
    }
}
