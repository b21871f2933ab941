/// One row of an answer, read by column name.
///
/// The accessors throw ``StorageError/column(name:expected:found:)`` when the column is missing or holds another kind.
package struct Row: Sendable, Hashable {
    /// The columns' names, in the order of the statement.
    package let columns: [String]
    /// The values, one for each column.
    package let values: [SQLValue]

    /// Makes a row of equally many names and values.
    package init(columns: [String], values: [SQLValue]) {
        self.columns = columns
        self.values = values
    }

    /// The value of a column, of whatever kind; of two columns with one name, the first.
    package func value(_ column: String) throws(StorageError) -> SQLValue {
        guard let index = columns.firstIndex(of: column) else {
            throw .column(name: column, expected: "a column", found: "only " + columns.joined(separator: ", "))
        }
        return values[index]
    }

    /// Whether a column is null.
    package func isNull(_ column: String) throws(StorageError) -> Bool { try value(column) == .null }

    /// The text of a column.
    package func text(_ column: String) throws(StorageError) -> String {
        try present(optionalText(column), column, "text")
    }

    /// The text of a column, nil when it is null.
    package func optionalText(_ column: String) throws(StorageError) -> String? {
        switch try value(column) {
        case .text(let text): text
        case .null: nil
        case let other: throw .column(name: column, expected: "text", found: other.kind)
        }
    }

    /// The 64-bit integer of a column.
    package func integer(_ column: String) throws(StorageError) -> Int64 {
        try present(optionalInteger(column), column, "integer")
    }

    /// The 64-bit integer of a column, nil when it is null.
    package func optionalInteger(_ column: String) throws(StorageError) -> Int64? {
        switch try value(column) {
        case .integer(let number): number
        case .null: nil
        case let other: throw .column(name: column, expected: "integer", found: other.kind)
        }
    }

    /// The integer of a column as Swift's usual integer.
    @_disfavoredOverload
    package func integer(_ column: String) throws(StorageError) -> Int { Int(try integer(column) as Int64) }

    /// The integer of a column as Swift's usual integer, nil when it is null.
    @_disfavoredOverload
    package func optionalInteger(_ column: String) throws(StorageError) -> Int? {
        (try optionalInteger(column) as Int64?).map { Int($0) }
    }

    /// The truth value of a column that holds 0 or 1.
    package func boolean(_ column: String) throws(StorageError) -> Bool {
        switch try value(column) {
        case .integer(0): false
        case .integer(1): true
        case let other: throw .column(name: column, expected: "0 or 1", found: other.kind)
        }
    }

    /// The number of a column; an integer counts as one.
    package func real(_ column: String) throws(StorageError) -> Double {
        try present(optionalReal(column), column, "real")
    }

    /// The number of a column, nil when it is null; an integer counts as a number.
    package func optionalReal(_ column: String) throws(StorageError) -> Double? {
        switch try value(column) {
        case .real(let number): number
        case .integer(let number): Double(number)
        case .null: nil
        case let other: throw .column(name: column, expected: "real", found: other.kind)
        }
    }

    /// The bytes of a column.
    package func blob(_ column: String) throws(StorageError) -> [UInt8] {
        try present(optionalBlob(column), column, "blob")
    }

    /// The bytes of a column, nil when it is null.
    package func optionalBlob(_ column: String) throws(StorageError) -> [UInt8]? {
        switch try value(column) {
        case .blob(let bytes): bytes
        case .null: nil
        case let other: throw .column(name: column, expected: "blob", found: other.kind)
        }
    }

    private func present<T>(_ value: T?, _ column: String, _ expected: String) throws(StorageError) -> T {
        guard let value else { throw .column(name: column, expected: expected, found: "null") }
        return value
    }
}
