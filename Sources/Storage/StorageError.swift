/// What can go wrong in a database, in words both engines share.
package enum StorageError: Error, Sendable, Hashable {
    /// The rule of the schema that a statement broke.
    package enum Constraint: String, Sendable, Hashable {
        /// `UNIQUE` or `PRIMARY KEY`.
        case unique
        /// `CHECK`.
        case check
        /// `REFERENCES`.
        case foreignKey
        /// `NOT NULL`.
        case notNull
        /// Any other rule, for example an exclusion or a trigger.
        case other
    }

    /// The database cannot be reached, is starting or stopping, or was closed; nothing was written.
    case unavailable(detail: String)
    /// The connection was lost while committing: the transaction may or may not have happened.
    case outcomeUnknown(detail: String)
    /// Other transactions were in the way (deadlock, serialisation failure, busy) and stayed there; nothing was written.
    case contention(detail: String)
    /// The statement took longer than the engine's limit; nothing was written.
    case timedOut(detail: String)
    /// A rule of the schema was broken. `name` is PostgreSQL's constraint name, or SQLite's `table.column` list or
    /// constraint name; for ``Constraint/notNull`` it is `table.column` on both.
    case constraint(kind: Constraint, name: String, detail: String)
    /// The statement could not be run.
    case statement(sql: String, message: String, sqlState: String?)
    /// An earlier statement of this transaction failed, and the body went on without a savepoint.
    case transactionSpoilt(cause: String)
    /// A parameter (counted from 1) that one of the engines cannot store.
    case unusableValue(parameter: Int, reason: String)
    /// A row has no such column, or a value of another kind in it.
    case column(name: String, expected: String, found: String)
    /// The database was written by a newer version of the program.
    case newerSchema(module: String, found: Int, known: Int)
    /// The list of migrations contradicts itself or what was applied before.
    case wrongMigrations(detail: String)
    /// The file or the server's answer is damaged.
    case corrupted(detail: String)
    /// The place or the settings of the database cannot be used.
    case configuration(detail: String)

    /// Whether the same call may succeed later without anybody changing anything.
    ///
    /// After ``outcomeUnknown(detail:)`` the caller must look before repeating what may not happen twice.
    package var isTransient: Bool {
        switch self {
        case .unavailable, .outcomeUnknown, .contention, .timedOut: true
        case .constraint, .statement, .transactionSpoilt, .unusableValue, .column, .newerSchema, .wrongMigrations,
            .corrupted, .configuration:
            false
        }
    }

    /// Whether this is a broken `UNIQUE` rule.
    package var isUniqueViolation: Bool {
        guard case .constraint(.unique, _, _) = self else { return false }
        return true
    }
}

extension StorageError: CustomStringConvertible {
    /// One sentence for logs; never contains a statement's parameters.
    package var description: String {
        switch self {
        case .unavailable(let detail): "database unavailable: \(detail)"
        case .outcomeUnknown(let detail): "database connection lost while committing: \(detail)"
        case .contention(let detail): "database contention: \(detail)"
        case .timedOut(let detail): "database statement timed out: \(detail)"
        case .constraint(let kind, let name, let detail): "\(kind.rawValue) constraint \(name) broken: \(detail)"
        case .statement(let sql, let message, let state):
            "statement failed\(state.map { " (\($0))" } ?? ""): \(message) in: \(sql)"
        case .transactionSpoilt(let cause): "an earlier statement of this transaction failed: \(cause)"
        case .unusableValue(let parameter, let reason): "parameter $\(parameter) cannot be stored: \(reason)"
        case .column(let name, let expected, let found): "column \(name): expected \(expected), found \(found)"
        case .newerSchema(let module, let found, let known):
            "the database has schema \(found) of \(module), this program knows \(known): run a newer version"
        case .wrongMigrations(let detail): "migrations do not fit: \(detail)"
        case .corrupted(let detail): "database damaged: \(detail)"
        case .configuration(let detail): "database settings: \(detail)"
        }
    }

    /// The beginning of a statement on one line, for messages.
    static func excerpt(_ sql: String) -> String {
        let line = sql.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        return line.count > 200 ? line.prefix(200) + "…" : line
    }
}
