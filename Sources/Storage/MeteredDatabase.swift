internal import Metrics
internal import Synchronization

/// How busy a database's connections are at one moment.
package struct DatabaseLoad: Sendable, Hashable {
    /// Bodies that run on a connection.
    package let running: Int
    /// Bodies that wait for a connection.
    package let waiting: Int
    /// How many bodies can run at once.
    package let connections: Int
}

/// Any database, with its work counted and timed.
///
/// Metrics: `database_transactions_total{mode,result}` and `database_transaction_seconds{mode}`, the wait for a
/// connection included.
package final class MeteredDatabase: Database {
    private enum Mode: String {
        case read, write
    }

    private struct InFlight {
        var reads = 0
        var writes = 0

        mutating func add(_ mode: Mode, _ number: Int) {
            switch mode {
            case .read: reads += number
            case .write: writes += number
            }
        }
    }

    private let base: any Database
    private let connections: Int
    private let inFlight = Mutex(InFlight())

    /// Counts what is done on a database.
    ///
    /// - Parameters:
    ///   - base: does the work.
    ///   - connections: PostgreSQL's pool or SQLite's readers, as given to `DatabaseLocation.open`.
    package init(_ base: any Database, connections: Int) {
        self.base = base
        self.connections = connections
    }

    /// The engine's own.
    package var dialect: Dialect { base.dialect }

    /// The engine's own.
    package var commits: UInt64? { base.commits }

    /// How busy the connections are now: PostgreSQL shares them all, SQLite has one writer beside its readers.
    package var load: DatabaseLoad {
        let (reads, writes) = inFlight.withLock { ($0.reads, $0.writes) }
        switch dialect {
        case .postgreSQL:
            let running = min(reads + writes, connections)
            return DatabaseLoad(running: running, waiting: reads + writes - running, connections: connections)
        case .sqlite:
            let running = min(reads, connections) + min(writes, 1)
            return DatabaseLoad(running: running, waiting: reads + writes - running, connections: connections + 1)
        }
    }

    /// Runs `body` on a snapshot.
    package func read<T: Sendable>(
        _ body: @escaping @Sendable (any StorageConnection) throws -> T
    ) async throws -> T {
        try await measured(.read) { try await self.base.read(body) }
    }

    /// Runs `body` in a transaction.
    package func transaction<T: Sendable>(
        _ body: @escaping @Sendable (any StorageConnection) throws -> T
    ) async throws -> T {
        try await measured(.write) { try await self.base.transaction(body) }
    }

    private func measured<T>(_ mode: Mode, _ work: () async throws -> T) async throws -> T {
        let begun = ContinuousClock.now
        inFlight.withLock { $0.add(mode, 1) }
        var result = "failed"
        defer {
            inFlight.withLock { $0.add(mode, -1) }
            let label = ("mode", mode.rawValue)
            Counter(label: "database_transactions_total", dimensions: [label, ("result", result)]).increment()
            Timer(label: "database_transaction_seconds", dimensions: [label])
                .recordNanoseconds((ContinuousClock.now - begun).nanoseconds)
        }
        let value = try await work()
        result = "done"
        return value
    }

    /// The wake-ups of a channel.
    package func signals(_ channel: String) -> AsyncStream<String> { base.signals(channel) }

    /// Closes the database.
    package func close() async { await base.close() }
}

extension Duration {
    /// The whole nanoseconds of a duration.
    fileprivate var nanoseconds: Int64 {
        components.seconds * 1_000_000_000 + components.attoseconds / 1_000_000_000
    }
}
