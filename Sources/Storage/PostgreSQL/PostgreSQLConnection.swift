/// A PostgreSQL connection inside one transaction.
final class PostgreSQLConnection: StorageConnection {
    let dialect = Dialect.postgreSQL
    private let link: PostgreSQLLink
    private(set) var notes = TransactionNotes()
    private var savepoints = 0

    init(_ link: PostgreSQLLink) {
        self.link = link
    }

    @discardableResult
    func execute(_ sql: String, _ bindings: [SQLValue]) throws -> Int {
        try run(sql, bindings).changes
    }

    func query(_ sql: String, _ bindings: [SQLValue]) throws -> [Row] {
        try run(sql, bindings).rows()
    }

    func signal(_ channel: String, _ payload: String) throws {
        try notes.requireSound()
        try notes.add(.init(channel: channel, payload: payload))
    }

    func savepoint<T>(_ body: () throws -> T) throws -> T {
        let before = notes
        savepoints += 1
        let name = "farfield_\(savepoints)"
        try execute("SAVEPOINT \(name)", [])
        do {
            let value = try body()
            try execute("RELEASE SAVEPOINT \(name)", [])
            return value
        } catch {
            notes = before
            try execute("ROLLBACK TO SAVEPOINT \(name)", [])
            try execute("RELEASE SAVEPOINT \(name)", [])
            throw error
        }
    }

    func lock(_ name: String) throws {
        try execute("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", [.text(name)])
    }

    /// Sends the signals, which the server delivers when the transaction commits.
    func sendSignals() throws {
        for signal in notes.signals {
            try execute("SELECT pg_notify($1, $2)", [.text(signal.channel), .text(signal.payload)])
        }
    }

    private func run(_ sql: String, _ bindings: [SQLValue]) throws(StorageError) -> PostgreSQLResult {
        try notes.requireSound()
        do {
            try bindings.validate()
            return try link.run(sql, bindings)
        } catch {
            throw notes.failed(error)
        }
    }
}
