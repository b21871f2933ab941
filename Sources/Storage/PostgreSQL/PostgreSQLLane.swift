import Dispatch
import Logging
import Metrics

/// One connection of the pool and the queue its blocking calls run on.
///
/// Sendable without a check: everything but `queue` is used on `queue` only.
final class PostgreSQLLane: @unchecked Sendable {
    /// What a body may do.
    enum Mode {
        case read
        case write

        fileprivate var begin: String {
            switch self {
            case .read: "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
            case .write: "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE"
            }
        }
    }

    let queue: DispatchQueue
    private let options: PostgreSQLOptions
    private let logger: Logger
    private var link: PostgreSQLLink?
    private var hasConnected = false

    init(number: Int, options: PostgreSQLOptions, logger: Logger) {
        self.queue = DispatchQueue(label: "farfield.postgresql.\(number)")
        self.options = options
        self.logger = logger
    }

    /// Runs `body` in a transaction, again when that is known to be harmless and likely to help.
    func run<T>(_ mode: Mode, _ body: (any StorageConnection) throws -> T) throws -> T {
        var attempt = 1
        while true {
            do {
                return try once(mode, body)
            } catch let failure as Retriable {
                guard attempt < options.attempts else { throw failure.error }
                Counter(label: "database_retries_total").increment()
                options.pause(attempt)
                attempt += 1
            }
        }
    }

    /// Closes the connection; the next transaction opens another.
    func disconnect() {
        link = nil
    }

    /// A failure before anything was written, which another try may cure.
    private struct Retriable: Error {
        let error: any Error
    }

    private func once<T>(_ mode: Mode, _ body: (any StorageConnection) throws -> T) throws -> T {
        let link = try connected()
        defer { if !link.isAlive || link.isInTransaction { disconnect() } }
        let connection = PostgreSQLConnection(link)
        do {
            try connection.execute(mode.begin)
            let value = try body(connection)
            try connection.notes.requireSound()
            try connection.sendSignals()
            try commit(link)
            return value
        } catch {
            if link.isAlive, link.isInTransaction {
                // If even this fails the connection is dropped, and the server rolls back by itself.
                try? link.run(script: "ROLLBACK")
            }
            throw judged(error, connection.notes.failure, link)
        }
    }

    private func commit(_ link: PostgreSQLLink) throws(StorageError) {
        let result: PostgreSQLResult
        do throws(StorageError) {
            result = try link.run("COMMIT", [])
        } catch {
            guard link.isAlive else { throw .outcomeUnknown(detail: error.description) }
            throw error
        }
        guard result.command == "COMMIT" else { throw .transactionSpoilt(cause: "the server rolled back") }
    }

    /// Decides whether a failed transaction may be tried again.
    private func judged(_ error: any Error, _ failure: StorageError?, _ link: PostgreSQLLink) -> any Error {
        switch failure ?? (error as? StorageError) {
        case .contention: Retriable(error: error)
        case .unavailable where !link.isAlive: Retriable(error: error)
        case .unavailable, .outcomeUnknown, .timedOut, .constraint, .statement, .transactionSpoilt, .unusableValue,
            .column, .newerSchema, .wrongMigrations, .corrupted, .configuration, nil:
            error
        }
    }

    private func connected() throws -> PostgreSQLLink {
        if let link, link.isAlive { return link }
        let opened = try PostgreSQLLink(uri: options.uri, setup: options.setup)
        if hasConnected { logger.notice("reconnected to PostgreSQL") }
        hasConnected = true
        link = opened
        return opened
    }
}
