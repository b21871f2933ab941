import GRDB

extension StorageError {
    /// What an error of SQLite means (sqlite.org/rescode.html).
    init(_ error: any Error, sql: String) {
        if let error = error as? StorageError {
            self = error
            return
        }
        guard let error = error as? DatabaseError else {
            self = .statement(sql: Self.excerpt(sql), message: "\(error)", sqlState: nil)
            return
        }
        let message = error.message ?? "code \(error.extendedResultCode.rawValue)"
        switch error.resultCode {
        case .SQLITE_CONSTRAINT:
            self = Self.constraint(error.extendedResultCode, message)
        case .SQLITE_BUSY, .SQLITE_LOCKED:
            self = .contention(detail: message)
        case .SQLITE_CORRUPT, .SQLITE_NOTADB:
            self = .corrupted(detail: message)
        case .SQLITE_CANTOPEN, .SQLITE_IOERR, .SQLITE_FULL, .SQLITE_INTERRUPT, .SQLITE_ABORT:
            self = .unavailable(detail: message)
        default:
            self = .statement(
                sql: Self.excerpt(sql),
                message: message,
                sqlState: "\(error.extendedResultCode.rawValue)"
            )
        }
    }

    private static func constraint(_ code: ResultCode, _ message: String) -> StorageError {
        let kind: Constraint =
            switch code {
            case .SQLITE_CONSTRAINT_UNIQUE, .SQLITE_CONSTRAINT_PRIMARYKEY, .SQLITE_CONSTRAINT_ROWID: .unique
            case .SQLITE_CONSTRAINT_CHECK: .check
            case .SQLITE_CONSTRAINT_FOREIGNKEY: .foreignKey
            case .SQLITE_CONSTRAINT_NOTNULL: .notNull
            default: .other
            }
        let parts = message.split(separator: ": ", maxSplits: 1)
        return .constraint(kind: kind, name: parts.count == 2 ? String(parts[1]) : "", detail: message)
    }
}
