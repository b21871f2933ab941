/// Where two texts begin to differ.
package struct FirstDifference: Sendable, Hashable, CustomStringConvertible {
    /// How many bytes are the same before it.
    package let offset: Int
    /// What stands there in what was found; nil where it ends.
    package let found: UInt8?
    /// What should stand there; nil where it should end.
    package let expected: UInt8?

    /// The first byte that differs; nil for the same bytes.
    ///
    /// - Parameters:
    ///   - found: what is at hand.
    ///   - expected: what it should be.
    package init?(_ found: [UInt8], from expected: [UInt8]) {
        let same = zip(found, expected).prefix { $0 == $1 }.count
        guard same < max(found.count, expected.count) else { return nil }
        offset = same
        self.found = same < found.count ? found[same] : nil
        self.expected = same < expected.count ? expected[same] : nil
    }

    package var description: String {
        "the first byte that differs is byte \(offset) (counted from 0): \(Self.shown(found)) in place of "
            + Self.shown(expected)
    }

    private static func shown(_ byte: UInt8?) -> String {
        guard let byte else { return "the end" }
        let digits = String(byte, radix: 16)
        let hexadecimal = "0x" + (digits.count == 1 ? "0" : "") + digits
        return (0x21...0x7e).contains(byte) ? "\(hexadecimal) '\(Unicode.Scalar(byte))'" : hexadecimal
    }
}
