/// One value on its way into or out of a database.
///
/// Truth values are stored as the integers 0 and 1, times as microseconds since 1970 UTC, JSON as text.
package enum SQLValue: Sendable, Hashable {
    /// SQL's `NULL`. PostgreSQL takes its type from the place where it stands; `$1 IS NULL` alone gives it none.
    case null
    /// Text without the character U+0000, which PostgreSQL cannot store.
    case text(String)
    /// A 64-bit integer.
    case integer(Int64)
    /// A finite number. SQLite's `RETURNING` hands a whole one out as an integer: read it by ``Row/real(_:)``.
    case real(Double)
    /// Bytes.
    case blob([UInt8])

    /// Text, or null.
    package init(_ value: String?) { self = value.map(SQLValue.text) ?? .null }

    /// A 64-bit integer, or null.
    package init(_ value: Int64?) { self = value.map(SQLValue.integer) ?? .null }

    /// An integer, or null.
    package init(_ value: Int?) { self = value.map { .integer(Int64($0)) } ?? .null }

    /// The integer 1 or 0, or null.
    package init(_ value: Bool?) { self = value.map { .integer($0 ? 1 : 0) } ?? .null }

    /// A finite number, or null.
    package init(_ value: Double?) { self = value.map(SQLValue.real) ?? .null }

    /// Bytes, or null.
    package init(_ value: [UInt8]?) { self = value.map(SQLValue.blob) ?? .null }

    /// The name of the value's kind, for messages that must not show the value.
    package var kind: String {
        switch self {
        case .null: "null"
        case .text: "text"
        case .integer: "integer"
        case .real: "real"
        case .blob: "blob"
        }
    }
}

extension SQLValue: ExpressibleByStringLiteral {
    /// Text written in the source.
    package init(stringLiteral value: String) { self = .text(value) }
}

extension SQLValue: ExpressibleByIntegerLiteral {
    /// An integer written in the source.
    package init(integerLiteral value: Int64) { self = .integer(value) }
}

extension SQLValue: ExpressibleByFloatLiteral {
    /// A number written in the source.
    package init(floatLiteral value: Double) { self = .real(value) }
}

extension SQLValue: ExpressibleByBooleanLiteral {
    /// The integer 1 or 0.
    package init(booleanLiteral value: Bool) { self = .integer(value ? 1 : 0) }
}

extension SQLValue: ExpressibleByNilLiteral {
    /// Null.
    package init(nilLiteral: ()) { self = .null }
}

extension [SQLValue] {
    /// Refuses what one of the two engines would refuse, or would change in silence.
    func validate() throws(StorageError) {
        for (index, value) in enumerated() {
            switch value {
            case .text(let text) where text.utf8.contains(0):
                throw .unusableValue(parameter: index + 1, reason: "text contains the character U+0000")
            case .real(let number) where !number.isFinite:
                throw .unusableValue(parameter: index + 1, reason: "the number is not finite")
            case .null, .text, .integer, .real, .blob:
                continue
            }
        }
    }
}
