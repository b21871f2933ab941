internal import Logging
internal import Storage
internal import TaskQueue

/// The database as a gateway uses it: two ways to it, the schema up to date, the home folder its own.
struct GatewayDatabase: Sendable {
    /// For everything but leases.
    let main: MeteredDatabase
    /// For leases, so that they never wait behind requests; the same as ``main`` on SQLite.
    let upkeep: any Database
    /// Keeps other gateways out where there can be only one.
    let sole: SoleGateway?

    private static let connections = 6

    /// How far the clocks of gateways may differ before their operator is warned.
    private static let clockTolerance = Duration.seconds(1)

    /// After how long without a sign of life a gateway's tasks are taken over.
    ///
    /// With PostgreSQL another gateway waits for them. SQLite has one gateway only, and every extension costs it a
    /// synced write.
    static func lease(_ dialect: Dialect) -> Duration {
        switch dialect {
        case .postgreSQL: .seconds(5)
        case .sqlite: .seconds(30)
        }
    }

    /// Opens the database, waiting for a server that is not there yet.
    ///
    /// - Parameters:
    ///   - location: where it is.
    ///   - home: the home folder, which exists.
    ///   - keeper: tells the time.
    ///   - logger: where the waiting is told.
    /// - Returns: the open database; the caller closes both ways.
    /// - Throws: storage errors that waiting does not cure, ``HomeIdentity/Mismatch``.
    static func open(
        _ location: DatabaseLocation,
        home: String,
        keeper: TimeKeeper,
        logger: Logger
    ) async throws -> GatewayDatabase {
        while true {
            do {
                return try await openOnce(location, home: home, keeper: keeper, logger: logger)
            } catch let error as StorageError where error.isTransient && location.isServer {
                logger.warning("waiting for PostgreSQL; trying again in 2 s", metadata: ["reason": "\(error)"])
                try await Task.sleep(for: .seconds(2))
            }
        }
    }

    private static func openOnce(
        _ location: DatabaseLocation,
        home: String,
        keeper: TimeKeeper,
        logger: Logger
    ) async throws -> GatewayDatabase {
        let sole = location.isServer ? nil : try await SoleGateway.take(home: home)
        let main = MeteredDatabase(
            try await location.open(connections: connections, logger: logger),
            connections: connections
        )
        do {
            try await migrate(main, GatewayRuntime.migrations)
            try await HomeIdentity.check(home, main)
            try await compareClocks(main, keeper, logger)
            return GatewayDatabase(
                main: main,
                upkeep: location.isServer ? try await location.open(connections: 1, logger: logger) : main,
                sole: sole
            )
        } catch {
            await main.close()
            throw error
        }
    }

    /// Leases are times: a gateway whose clock is ahead takes over from its neighbours too early.
    private static func compareClocks(_ database: any Database, _ keeper: TimeKeeper, _ logger: Logger) async throws {
        let offset = try await database.read { connection in
            try InstallationStore.clockOffset(now: { keeper.now().microseconds }, on: connection)
        }
        let difference = Duration.microseconds(abs(offset))
        guard difference > clockTolerance else { return }
        logger.warning(
            "this machine's clock and the database's differ; gateways on one database need synchronised clocks (NTP)",
            metadata: ["difference": "\(difference)"]
        )
    }
}

extension DatabaseLocation {
    /// Whether it is a server that several gateways can use.
    fileprivate var isServer: Bool {
        switch self {
        case .postgreSQL: true
        case .sqlite: false
        }
    }
}
