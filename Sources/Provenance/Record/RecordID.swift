/// The name of one record: a random UUID (RFC 9562) in lower case.
package struct RecordID: Sendable, Hashable, CustomStringConvertible {
    /// 36 characters, such as `0b54a2a6-8a0e-4a54-9f6d-3a0a9cd1b7ef`.
    package let text: String

    /// Reads a UUID; nil for anything but five groups of lower-case hexadecimal digits.
    ///
    /// - Parameter text: the written form.
    package init?(_ text: String) {
        let groups = text.split(separator: "-", omittingEmptySubsequences: false)
        let isDigits = groups.allSatisfy {
            $0.utf8.allSatisfy { (48...57).contains($0) || (97...102).contains($0) }
        }
        guard groups.map(\.utf8.count) == [8, 4, 4, 4, 12], isDigits else { return nil }
        self.text = text
    }

    package var description: String { text }
}
