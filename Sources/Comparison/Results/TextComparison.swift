/// How two texts differ, line by line.
package struct TextComparison: Sendable, Equatable {
    /// Lines of the new text only.
    package let added: Int
    /// Lines of the original only.
    package let removed: Int
    /// The first differences with their signs `-` and `+`, behind the line before the first.
    package let lines: [String]
    /// Whether more differences follow than are shown.
    package let isCut: Bool

    /// Whether every line is the same, whatever it ends in.
    package var isEquivalent: Bool { added + removed == 0 }
}
