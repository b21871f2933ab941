/// The name of a job: `job_` and 26 characters that sort by time of birth.
///
/// The characters are 48 bits of milliseconds since 1970 and 80 random bits in Crockford's base 32, lower case
/// (the layout of a ULID, github.com/ulid/spec).
package struct JobID: Sendable, Hashable {
    /// The whole text, prefix included.
    package let text: String

    /// A new name.
    ///
    /// - Parameters:
    ///   - now: the time of birth.
    ///   - random: where the random bits come from.
    package init(at now: Timestamp, random: inout some RandomNumberGenerator) {
        text = "job_" + SortableID.make(at: now, random: &random)
    }

    /// Reads a name; nil when it is none.
    ///
    /// - Parameter text: the written form.
    package init?(_ text: String) {
        guard text.hasPrefix("job_"), SortableID.isValid(text.dropFirst(4)) else { return nil }
        self.text = text
    }
}

extension JobID: CustomStringConvertible {
    package var description: String { text }
}

/// 26 characters that sort by time.
enum SortableID {
    private static let alphabet = Array("0123456789abcdefghjkmnpqrstvwxyz".utf8)

    static func make(at now: Timestamp, random: inout some RandomNumberGenerator) -> String {
        var time = UInt64(max(0, now.microseconds / 1000))
        var high = UInt64.random(in: 0..<(1 << 40), using: &random)
        var low = UInt64.random(in: 0..<(1 << 40), using: &random)
        var characters = [UInt8](repeating: 0, count: 26)
        for index in (18..<26).reversed() { characters[index] = take(&low) }
        for index in (10..<18).reversed() { characters[index] = take(&high) }
        for index in (0..<10).reversed() { characters[index] = take(&time) }
        return String(decoding: characters, as: UTF8.self)
    }

    private static func take(_ bits: inout UInt64) -> UInt8 {
        defer { bits >>= 5 }
        return alphabet[Int(bits & 31)]
    }

    static func isValid(_ text: Substring) -> Bool {
        text.utf8.count == 26 && text.utf8.allSatisfy { alphabet.contains($0) }
    }
}
