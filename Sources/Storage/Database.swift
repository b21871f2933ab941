/// One SQL surface over two engines: a pool of connections, transactions, wake-ups.
///
/// A body is synchronous on purpose: nothing may be awaited while a transaction is open. It runs on a thread of the
/// engine's own, never on the cooperative pool, and may run **more than once** (a deadlock or a lost connection before
/// the commit starts it again), so it must have no effect outside the connection it is given.
///
/// Cancelling the calling task does not stop a body that was handed over: clean-up code may use the database.
package protocol Database: Sendable {
    /// Which of the two engines this is, for the few statements that differ.
    var dialect: Dialect { get }

    /// Counts the commits, where this process makes all of them; nil where others write, too.
    ///
    /// A read that began at a count shows what was committed by then; while the count stays, so does what it showed.
    /// The count has changed when ``transaction(_:)`` returns.
    var commits: UInt64? { get }

    /// Runs `body` on one snapshot of the committed data; writing in it is an error on both engines.
    func read<T: Sendable>(_ body: @escaping @Sendable (any StorageConnection) throws -> T) async throws -> T

    /// Runs `body` in one transaction: commits when it returns, rolls back when it throws.
    ///
    /// SQLite takes the single write lock first (`BEGIN IMMEDIATE`), so writers follow one another. PostgreSQL runs
    /// `READ COMMITTED`: a row that is read, decided on and written back must be read with ``Dialect/forUpdate`` or
    /// under ``StorageConnection/lock(_:)``. Serialisation failures and deadlocks are retried a bounded number of times.
    ///
    /// A statement that failed spoils the transaction on both engines, even when the body catches the error: use
    /// ``StorageConnection/savepoint(_:)`` around a statement that is allowed to fail.
    @discardableResult
    func transaction<T: Sendable>(_ body: @escaping @Sendable (any StorageConnection) throws -> T) async throws -> T

    /// The wake-ups of a channel, as sent by ``StorageConnection/signal(_:_:)`` of committed transactions.
    ///
    /// A payload is a hint, never the truth: listeners re-read the tables. An **empty** payload says "anything may have
    /// been missed": it comes first, when the listening has begun, again after a lost connection, and when a slow
    /// listener's buffer ran over. SQLite's signals reach only the listeners of the same process.
    func signals(_ channel: String) -> AsyncStream<String>

    /// Refuses new work, lets running bodies end, closes the connections and ends the streams of signals.
    func close() async
}

/// What a body may do inside a transaction; valid only until the body returns.
package protocol StorageConnection {
    /// Which of the two engines this is.
    var dialect: Dialect { get }

    /// Runs one statement, its parameters written `$1`, `$2`…, and says how many rows it changed.
    @discardableResult
    func execute(_ sql: String, _ bindings: [SQLValue]) throws -> Int

    /// Runs one statement and returns its rows; `INSERT … RETURNING` counts as a query.
    func query(_ sql: String, _ bindings: [SQLValue]) throws -> [Row]

    /// Wakes the listeners of `channel` if and when this transaction commits.
    ///
    /// The channel is at most 63 bytes long, the payload less than 8,000 (PostgreSQL's limits, kept on both engines).
    /// Equal signals of one transaction arrive once.
    func signal(_ channel: String, _ payload: String) throws

    /// Runs `body` so that its failure undoes only its own statements and leaves the transaction usable.
    @discardableResult
    func savepoint<T>(_ body: () throws -> T) throws -> T

    /// Waits for the lock with this name and holds it until the transaction ends.
    ///
    /// PostgreSQL takes an advisory lock; on SQLite the transaction already has the only write lock.
    func lock(_ name: String) throws
}

extension Database {
    /// Others may write.
    package var commits: UInt64? { nil }
}

extension StorageConnection {
    /// Runs one statement without parameters and says how many rows it changed.
    @discardableResult
    package func execute(_ sql: String) throws -> Int { try execute(sql, []) }

    /// Runs one statement without parameters and returns its rows.
    package func query(_ sql: String) throws -> [Row] { try query(sql, []) }

    /// Runs one statement and returns its first row, if it has any.
    package func first(_ sql: String, _ bindings: [SQLValue] = []) throws -> Row? {
        try query(sql, bindings).first
    }
}
