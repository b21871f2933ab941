package import Attestation

/// Writes texts into URIs (RFC 3986) and reads them back.
package enum URIText {
    /// One segment of a path: everything but unreserved characters is escaped.
    ///
    /// - Parameter text: any text.
    /// - Returns: the escaped text.
    package static func segment(_ text: String) -> String { escaped(text) { isUnreserved($0) } }

    /// A relative path: as ``segment(_:)``, with its slashes.
    ///
    /// - Parameter text: any path.
    /// - Returns: the escaped path.
    package static func path(_ text: String) -> String { escaped(text) { isUnreserved($0) || $0 == 47 } }

    /// A URI in which characters that no URI may hold are escaped; nil when it has no scheme and so is not absolute.
    ///
    /// - Parameter text: what somebody wrote.
    /// - Returns: an absolute URI.
    package static func absolute(_ text: String) -> String? {
        guard let colon = text.utf8.firstIndex(of: 58) else { return nil }
        let scheme = text.utf8[..<colon]
        guard let first = scheme.first, isLetter(first), colon != text.utf8.index(before: text.utf8.endIndex),
            scheme.allSatisfy({ isLetter($0) || isDigit($0) || [43, 45, 46].contains($0) })
        else { return nil }
        return escaped(text) { isUnreserved($0) || ":/?#[]@!$&'()*+,;=%".utf8.contains($0) }
    }

    /// The name of bytes by their digest (RFC 6920).
    ///
    /// - Parameter digest: SHA-256.
    /// - Returns: `ni:///sha-256;` and the digest in base64url.
    package static func named(_ digest: SHA256Digest) -> String { "ni:///sha-256;" + base64URL(digest.bytes) }

    /// A digest in base64 with padding (RFC 4648 §4).
    static func base64(_ digest: SHA256Digest) -> String {
        base64URL(digest.bytes).replacing("-", with: "+").replacing("_", with: "/") + "="
    }

    /// Undoes the escapes of a path; nil when one is broken or the bytes are no UTF-8.
    ///
    /// - Parameter text: an escaped path.
    /// - Returns: the path.
    package static func unescaped(_ text: String) -> String? {
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            guard byte == 37 else {
                bytes.append(byte)
                continue
            }
            guard let high = rest.popFirst().flatMap(digit), let low = rest.popFirst().flatMap(digit) else {
                return nil
            }
            bytes.append(high << 4 | low)
        }
        return String(validating: bytes, as: UTF8.self)
    }

    private static func escaped(_ text: String, keep: (UInt8) -> Bool) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var result: [UInt8] = []
        result.reserveCapacity(text.utf8.count)
        for byte in text.utf8 {
            if keep(byte) {
                result.append(byte)
            } else {
                result += [37, digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: result, as: UTF8.self)
    }

    private static func isLetter(_ byte: UInt8) -> Bool { (65...90).contains(byte) || (97...122).contains(byte) }
    private static func isDigit(_ byte: UInt8) -> Bool { (48...57).contains(byte) }
    /// `-`, `.`, `_` and `~` besides letters and digits (RFC 3986 §2.3).
    private static func isUnreserved(_ byte: UInt8) -> Bool {
        isLetter(byte) || isDigit(byte) || [45, 46, 95, 126].contains(byte)
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 48...57: byte - 48
        case 65...70: byte - 55
        case 97...102: byte - 87
        default: nil
        }
    }

    /// Base64 with `-` and `_`, without padding (RFC 4648 §5).
    private static func base64URL(_ bytes: [UInt8]) -> String {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
        var result = ""
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = bytes[start..<min(start + 3, bytes.count)]
            let bits = group.reduce(UInt32(0)) { $0 << 8 | UInt32($1) } << UInt32(8 * (3 - group.count))
            for index in 0...group.count { result.append(alphabet[Int(bits >> UInt32(18 - 6 * index) & 63)]) }
        }
        return result
    }
}
