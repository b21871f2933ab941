/// Paths of files in addresses and header fields.
enum PathText {
    private static let plain = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~".utf8)

    /// Percent-encodes every part of a path (RFC 3986 §2.1), keeping the slashes.
    static func encode(_ path: String) -> String { encode(path, keeping: plain.union([0x2F])) }

    private static func encode(_ text: String, keeping: Set<UInt8>) -> String {
        text.utf8.reduce(into: "") { result, byte in
            if keeping.contains(byte) {
                result.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                result += "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
            }
        }
    }

    /// What stands behind so many parts of an address's path, decoded.
    ///
    /// - Throws: ``Problem`` when it is not UTF-8.
    static func rest(of path: String, after count: Int) throws -> String {
        let parts = path.split(separator: "/", omittingEmptySubsequences: true).dropFirst(count)
        guard let text = decode(parts.joined(separator: "/")) else {
            throw Problem(kind: .invalidRequest, detail: "The path is not percent-encoded UTF-8.")
        }
        return text
    }

    private static func decode(_ text: String) -> String? {
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard rest.count >= 2, let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16) else {
                return nil
            }
            bytes.append(value)
            rest = rest.dropFirst(2)
        }
        return String(validating: bytes, as: UTF8.self)
    }

    /// `Content-Disposition` that saves under the last part of a path (RFC 6266, RFC 8187).
    static func disposition(_ path: String) -> String {
        let name = String(path.split(separator: "/").last ?? "file")
        let ascii = String(name.map { $0.isASCII && $0 != "\"" && $0 != "\\" && !$0.isNewline ? $0 : "_" })
        return "attachment; filename=\"\(ascii)\"; filename*=UTF-8''\(encode(name, keeping: plain))"
    }
}
