extension StorageError {
    /// What an error of the server means (PostgreSQL manual, appendix A).
    init(sqlState: String?, message: String, sql: String, constraint: String, isConnectionAlive: Bool) {
        switch sqlState ?? "" {
        case "23505": self = .constraint(kind: .unique, name: constraint, detail: message)
        case "23514": self = .constraint(kind: .check, name: constraint, detail: message)
        case "23503": self = .constraint(kind: .foreignKey, name: constraint, detail: message)
        case "23502": self = .constraint(kind: .notNull, name: constraint, detail: message)
        case let state where state.hasPrefix("23"):
            self = .constraint(kind: .other, name: constraint, detail: message)
        case "40001", "40P01", "55P03": self = .contention(detail: message)
        case "57014", "25P03": self = .timedOut(detail: message)
        case "XX001", "XX002": self = .corrupted(detail: message)
        // Connection exceptions, insufficient resources (disk full, too many connections), operator intervention.
        case let state where ["08", "53", "57"].contains(state.prefix(2)) && state != "08P01":
            self = .unavailable(detail: message)
        case _ where !isConnectionAlive: self = .unavailable(detail: message)
        case let state:
            self = .statement(
                sql: Self.excerpt(sql),
                message: message,
                sqlState: state.isEmpty ? nil : state
            )
        }
    }
}
