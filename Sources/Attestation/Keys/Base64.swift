/// Base 64 (RFC 4648), read in one way only, so that no two texts stand for the same bytes.
package enum Base64 {
    private static let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    /// The value of each ASCII byte as a digit of the standard alphabet; 255 for none.
    private static let values: [UInt8] = {
        var values = [UInt8](repeating: 255, count: 256)
        for (value, digit) in digits.enumerated() { values[Int(digit)] = UInt8(value) }
        return values
    }()

    /// The standard form with padding (RFC 4648 §4).
    ///
    /// - Parameter bytes: any bytes.
    /// - Returns: the text, without line breaks.
    package static func text(_ bytes: [UInt8]) -> String {
        var result: [UInt8] = []
        result.reserveCapacity((bytes.count + 2) / 3 * 4)
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let left = bytes.count - start
            let second = left > 1 ? bytes[start + 1] : 0
            let third = left > 2 ? bytes[start + 2] : 0
            let group = UInt32(bytes[start]) << 16 | UInt32(second) << 8 | UInt32(third)
            result.append(digits[Int(group >> 18)])
            result.append(digits[Int(group >> 12 & 63)])
            result.append(left > 1 ? digits[Int(group >> 6 & 63)] : UInt8(ascii: "="))
            result.append(left > 2 ? digits[Int(group & 63)] : UInt8(ascii: "="))
        }
        return String(decoding: result, as: UTF8.self)
    }

    /// Reads the standard form: padded, no white space, unused bits zero.
    ///
    /// - Parameter text: the text.
    /// - Returns: the bytes; nil for anything else.
    package static func bytes(_ text: some Sequence<UInt8>) -> [UInt8]? {
        let text = Array(text)
        guard text.count.isMultiple(of: 4) else { return nil }
        let padding = text.suffix(2).reversed().prefix { $0 == UInt8(ascii: "=") }.count
        var result: [UInt8] = []
        result.reserveCapacity(text.count / 4 * 3)
        var (group, held) = (UInt32(0), 0)
        for digit in text.dropLast(padding) {
            let value = values[Int(digit)]
            guard value != 255 else { return nil }
            group = group << 6 | UInt32(value)
            held += 6
            guard held >= 8 else { continue }
            held -= 8
            result.append(UInt8(truncatingIfNeeded: group >> UInt32(held)))
            group &= (1 << UInt32(held)) - 1
        }
        return group == 0 ? result : nil
    }

    /// Reads the standard or the URL-safe alphabet (RFC 4648 §5), not a mixture, as DSSE asks of verifiers.
    ///
    /// - Parameter text: the text, padded.
    /// - Returns: the bytes; nil for anything else.
    package static func bytesOfEitherAlphabet(_ text: some Sequence<UInt8>) -> [UInt8]? {
        let text = Array(text)
        let (minus, underscore) = (UInt8(ascii: "-"), UInt8(ascii: "_"))
        guard text.contains(where: { $0 == minus || $0 == underscore }) else { return bytes(text) }
        guard !text.contains(where: { $0 == UInt8(ascii: "+") || $0 == UInt8(ascii: "/") }) else { return nil }
        return bytes(
            text.map { $0 == minus ? UInt8(ascii: "+") : $0 == underscore ? UInt8(ascii: "/") : $0 }
        )
    }
}
