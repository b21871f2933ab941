/// An ORCID iD: 16 digits of which the last checks the others (ISO 7064, MOD 11-2).
package struct ORCID: Sendable, Hashable {
    /// With dashes, such as `0000-0002-1825-0097`.
    package let text: String

    /// Reads an iD, with or without the address of orcid.org before it; nil when it is none or its last digit is wrong.
    ///
    /// - Parameter written: what somebody wrote.
    package init?(_ written: String) {
        let prefix = "https://orcid.org/"
        let text = written.hasPrefix(prefix) ? String(written.dropFirst(prefix.count)) : written
        let groups = text.utf8.split(separator: 45, omittingEmptySubsequences: false)
        let digits = groups.joined()
        guard groups.map(\.count) == [4, 4, 4, 4], digits.dropLast().allSatisfy({ (48...57).contains($0) }),
            let last = digits.last
        else { return nil }
        let total = digits.dropLast().reduce(0) { ($0 + Int($1) - 48) * 2 }
        let check = (12 - total % 11) % 11
        guard last == (check == 10 ? 88 : UInt8(48 + check)) else { return nil }
        self.text = text
    }
}
