internal import Foundation
package import SSHClient
internal import Storage
package import TaskQueue

/// What monitoring wants to know of the present moment.
package struct GatewayFigures: Sendable {
    /// Jobs by site and state.
    package var jobs: [(site: String, state: JobState, count: Int)] = []
    /// The queue, kind by kind.
    package var queue: [QueueLine] = []
    /// Site by site, in the order of the configuration.
    package var sites: [SiteFigures] = []
    /// How many transactions can run at once.
    package let databaseConnections: Int
    /// Transactions that run now.
    package let databaseRunning: Int
    /// Transactions that wait for a connection.
    package let databaseWaiting: Int
    /// Messages that wait to be sent to webhooks.
    package var webhooksWaiting = 0
    /// Artifacts by state, with their bytes.
    package var artifacts: [(state: ArtifactState, count: Int, bytes: Int64)] = []
    /// Whether the database answered.
    package var isDatabaseUp = false
    /// Readers that follow jobs.
    package var followers = 0
    /// Bytes free for the state folder; nil when the system does not tell.
    package var homeFreeBytes: Int64?
    /// Bytes of the file system of the state folder; nil when the system does not tell.
    package var homeTotalBytes: Int64?
}

/// What monitoring wants to know of a site.
package struct SiteFigures: Sendable {
    /// Its name.
    package let name: String
    /// Whether it answers; nil before the first look and while the database is away.
    package var state: SiteState?
    /// When somebody last looked.
    package var observedAt: Timestamp?
    /// Submissions whose outcome is not written yet.
    package var submissionsUnderWay = 0
    /// Since when the first of them is under way.
    package var submissionsSince: Timestamp?
    /// Its connections.
    package let ssh: SSHFigures?
    /// How long the site lets a login by hand live; nil where a key is enough, zero where somebody has to log in.
    package let loginRemaining: Duration?
}

/// Gathers figures when they are asked for.
package struct FiguresService: Sendable {
    let database: MeteredDatabase
    let store: JobStore
    let queue: TaskStore
    let directory: SiteDirectory
    let feed: EventFeed
    let home: String

    init(
        _ database: MeteredDatabase,
        _ store: JobStore,
        _ queue: TaskStore,
        _ directory: SiteDirectory,
        _ feed: EventFeed,
        home: String
    ) {
        self.database = database
        self.store = store
        self.queue = queue
        self.directory = directory
        self.feed = feed
        self.home = home
    }

    /// The figures now; what the database knows is missing while it does not answer.
    package func collect() async -> GatewayFigures {
        let load = database.load
        var figures = GatewayFigures(
            databaseConnections: load.connections,
            databaseRunning: load.running,
            databaseWaiting: load.waiting
        )
        figures.sites = directory.sites.map {
            SiteFigures(name: $0.configuration.name, ssh: $0.figures, loginRemaining: SiteLogins.remaining($0))
        }
        figures.followers = await feed.followerCount
        let attributes = try? FileManager.default.attributesOfFileSystem(forPath: home)
        figures.homeFreeBytes = (attributes?[.systemFreeSize] as? NSNumber)?.int64Value
        figures.homeTotalBytes = (attributes?[.systemSize] as? NSNumber)?.int64Value
        let known = figures
        return (try? await database.read { try complete(known, on: $0) }) ?? known
    }

    private func complete(_ known: GatewayFigures, on connection: any StorageConnection) throws -> GatewayFigures {
        var figures = known
        figures.jobs = try store.counts(on: connection)
        let lines = try queue.lines(on: connection)
        let idle = TaskKind.all.filter { kind in !lines.contains { $0.kind == kind } }.map { QueueLine(kind: $0) }
        figures.queue = lines + idle
        let underWay = try SubmissionStore.underWay(on: connection)
        for index in figures.sites.indices {
            let name = figures.sites[index].name
            let record = try SiteStatusStore.find(name, on: connection)
            figures.sites[index].state = record?.state
            figures.sites[index].observedAt = record?.observedAt
            guard let open = underWay.first(where: { $0.site == name }) else { continue }
            figures.sites[index].submissionsUnderWay = open.count
            figures.sites[index].submissionsSince = open.since
        }
        let totals = try ArtifactRecordStore.totals(on: connection)
        figures.artifacts = ArtifactState.allCases.map { state in
            totals.first { $0.state == state } ?? (state, 0, 0)
        }
        figures.webhooksWaiting = try WebhookDeliveryStore.waiting(on: connection)
        figures.isDatabaseUp = true
        return figures
    }
}
