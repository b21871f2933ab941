/// The number by which a Slurm controller knows a job (of an array: the whole array).
package struct SlurmJobID: Hashable, Comparable, Sendable, Codable, CustomStringConvertible {
    /// The number itself, never 0.
    package let number: UInt32

    package init?(_ number: UInt32) {
        guard number > 0 else { return nil }
        self.number = number
    }

    /// Reads a plain decimal number, nothing else.
    package init?(_ text: some StringProtocol) {
        guard text.utf8.allSatisfy({ (48...57).contains($0) }), let number = UInt32(text), number > 0 else {
            return nil
        }
        self.number = number
    }

    package var description: String { String(number) }

    package static func < (left: SlurmJobID, right: SlurmJobID) -> Bool { left.number < right.number }
}
