import Foundation
import GRDB

/// A SQLite connection inside one transaction.
final class SQLiteConnection: StorageConnection {
    let dialect = Dialect.sqlite
    private let database: GRDB.Database
    private(set) var notes = TransactionNotes()
    private var savepoints = 0

    init(_ database: GRDB.Database) {
        self.database = database
    }

    @discardableResult
    func execute(_ sql: String, _ bindings: [SQLValue]) throws -> Int {
        try guarded(sql, bindings) { statement in
            let before = database.totalChangesCount
            try statement.execute()
            return database.totalChangesCount == before ? 0 : database.changesCount
        }
    }

    func query(_ sql: String, _ bindings: [SQLValue]) throws -> [Row] {
        try guarded(sql, bindings) { statement in
            let columns = statement.columnNames
            var rows: [Row] = []
            let cursor = try GRDB.Row.fetchCursor(statement)
            while let row = try cursor.next() {
                let values = columns.indices.map { SQLValue(row[$0] as DatabaseValue) }
                rows.append(Row(columns: columns, values: values))
            }
            return rows
        }
    }

    func signal(_ channel: String, _ payload: String) throws {
        try notes.requireSound()
        try notes.add(.init(channel: channel, payload: payload))
    }

    func savepoint<T>(_ body: () throws -> T) throws -> T {
        let before = notes
        savepoints += 1
        let name = "farfield_\(savepoints)"
        try execute("SAVEPOINT \(name)")
        do {
            let value = try body()
            try execute("RELEASE \(name)")
            return value
        } catch {
            notes = before
            try execute("ROLLBACK TO \(name)")
            try execute("RELEASE \(name)")
            throw error
        }
    }

    func lock(_ name: String) throws {
        try notes.requireSound()
    }

    private func guarded<T>(_ sql: String, _ bindings: [SQLValue], _ body: (Statement) throws -> T) throws -> T {
        try notes.requireSound()
        do {
            try bindings.validate()
            let statement = try database.cachedStatement(sql: sql)
            // `$1` is a name to SQLite, numbered by first appearance: bind by name, never by position.
            let named = bindings.enumerated().map { ("\($0.offset + 1)", $0.element.databaseValue) }
            try statement.setArguments(StatementArguments(Dictionary(uniqueKeysWithValues: named)))
            return try body(statement)
        } catch {
            throw notes.failed(StorageError(error, sql: sql))
        }
    }
}

extension SQLValue {
    fileprivate var databaseValue: DatabaseValue {
        switch self {
        case .null: .null
        case .text(let text): text.databaseValue
        case .integer(let number): number.databaseValue
        case .real(let number): number.databaseValue
        case .blob(let bytes): Data(bytes).databaseValue
        }
    }

    fileprivate init(_ value: DatabaseValue) {
        switch value.storage {
        case .null: self = .null
        case .int64(let number): self = .integer(number)
        case .double(let number): self = .real(number)
        case .string(let text): self = .text(text)
        case .blob(let data): self = .blob([UInt8](data))
        }
    }
}
