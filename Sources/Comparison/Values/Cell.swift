/// One value of a table.
package enum Cell: Sendable, Hashable {
    /// No value: an empty field, a declared null.
    case missing
    /// A whole number, kept exactly: identifiers of sources need all 63 bits.
    case integer(Int64)
    /// A real number, in the unit of its column.
    case real(Double)
    /// A text, or a truth value as `true` and `false`.
    case text(String)
    /// An array of numbers.
    case list([Double])

    /// The value as a real number; nil when it is none.
    package var number: Double? {
        switch self {
        case .integer(let value): Double(value)
        case .real(let value): value
        case .missing, .text, .list: nil
        }
    }

    /// Whether it is a real number that is not a number.
    package var isNaN: Bool {
        if case .real(let value) = self { value.isNaN } else { false }
    }
}

extension Cell: CustomStringConvertible {
    /// The value for a person, at most 80 characters.
    package var description: String {
        switch self {
        case .missing: "missing"
        case .integer(let value): "\(value)"
        case .real(let value): "\(value)"
        case .text(let value): value.count <= 80 ? value : "\(value.prefix(79))…"
        case .list(let values): Cell.text("[\(values.prefix(20).map { "\($0)" }.joined(separator: ", "))]").description
        }
    }
}
