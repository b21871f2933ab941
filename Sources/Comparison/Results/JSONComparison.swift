package import Documents

/// How two JSON documents differ, value by value.
package struct JSONComparison: Sendable, Equatable {
    /// One value that is not the same.
    package struct Difference: Sendable, Hashable {
        /// JSON Pointer (RFC 6901) to it.
        package let pointer: String
        /// The original's value; nil when it is new.
        package let old: JSONValue?
        /// The new value; nil when it is gone.
        package let new: JSONValue?
        /// New minus old, for numbers.
        package let delta: Double?
    }

    /// Values compared.
    package internal(set) var compared = 0
    /// Values that differ by more than their tolerance.
    package internal(set) var changed = 0
    /// Numbers that differ within it.
    package internal(set) var within = 0
    /// Values of the new document only.
    package internal(set) var added = 0
    /// Values of the original only.
    package internal(set) var removed = 0
    /// The first differences, in the order of their pointers.
    package internal(set) var differences: [Difference] = []
    /// The list that the rules name as the table.
    package internal(set) var rows: TableComparison?

    /// Whether nothing differs by more than is declared.
    package var isEquivalent: Bool { changed + added + removed == 0 && rows?.isEquivalent ?? true }
}
