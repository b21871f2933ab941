import Dispatch
package import Logging

/// PostgreSQL through libpq: a pool of connections, each with blocking calls on a queue of its own.
package final class PostgreSQLDatabase: Database {
    private let pool: PostgreSQLPool
    private let listener: PostgreSQLListener
    private let hub = SignalHub()

    /// PostgreSQL.
    package var dialect: Dialect { .postgreSQL }

    /// Connects once to see that the server can be used; further connections open when they are needed.
    package static func open(uri: String, connections: Int, logger: Logger) async throws -> PostgreSQLDatabase {
        let options = PostgreSQLOptions(uri: uri) { attempt in
            // Full jitter up to 10, 20, 40… 640 ms, on the lane's own thread.
            let limit = UInt32(10_000) << UInt32(min(attempt - 1, 6))
            DispatchSemaphore(value: 0).pause(microseconds: UInt32.random(in: 0...limit))
        }
        let database = PostgreSQLDatabase(options: options, connections: max(1, connections), logger: logger)
        do {
            let encoding = try await database.read { try $0.first("SHOW server_encoding")?.text("server_encoding") }
            guard encoding == "UTF8" else {
                throw StorageError.configuration(detail: "the database's encoding is \(encoding ?? "?"), not UTF8")
            }
            return database
        } catch {
            await database.close()
            throw error
        }
    }

    private init(options: PostgreSQLOptions, connections: Int, logger: Logger) {
        pool = PostgreSQLPool(
            (1...connections).map { PostgreSQLLane(number: $0, options: options, logger: logger) }
        )
        listener = PostgreSQLListener(options: options, hub: hub, logger: logger)
    }

    /// Runs `body` on a snapshot (`REPEATABLE READ READ ONLY`).
    package func read<T: Sendable>(
        _ body: @escaping @Sendable (any StorageConnection) throws -> T
    ) async throws -> T {
        try await perform(.read, body)
    }

    /// Runs `body` in a `READ COMMITTED` transaction.
    package func transaction<T: Sendable>(
        _ body: @escaping @Sendable (any StorageConnection) throws -> T
    ) async throws -> T {
        try await perform(.write, body)
    }

    private func perform<T: Sendable>(
        _ mode: PostgreSQLLane.Mode,
        _ body: @escaping @Sendable (any StorageConnection) throws -> T
    ) async throws -> T {
        try await withCheckedThrowingContinuation { continuation in
            pool.submit { lane in
                continuation.resume(with: Result { try lane.get().run(mode, body) })
            }
        }
    }

    /// The signals of all programs on this database.
    package func signals(_ channel: String) -> AsyncStream<String> {
        let stream = hub.subscribe(channel)
        listener.listen(channel)
        return stream
    }

    /// Ends the streams of signals, lets running bodies end, closes all connections.
    package func close() async {
        hub.finish()
        await listener.close()
        await pool.close()
    }
}

extension DispatchSemaphore {
    /// Blocks the calling thread for a while.
    fileprivate func pause(microseconds: UInt32) {
        _ = wait(timeout: .now() + .microseconds(Int(microseconds)))
    }
}
