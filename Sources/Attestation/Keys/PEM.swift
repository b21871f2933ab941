/// One PEM block (RFC 7468) with nothing around it but white space, since a verifier must not choose among several.
enum PEM {
    /// The block: label lines and Base 64 of at most 64 digits a line.
    static func text(_ bytes: [UInt8], label: String) -> String {
        var lines = ["-----BEGIN \(label)-----"]
        var rest = Base64.text(bytes)[...]
        while !rest.isEmpty {
            lines.append(String(rest.prefix(64)))
            rest = rest.dropFirst(64)
        }
        lines.append("-----END \(label)-----\n")
        return lines.joined(separator: "\n")
    }

    /// The bytes of the only block of a text.
    ///
    /// - Parameters:
    ///   - text: the file, at most 16 KiB of it.
    ///   - label: what the block must be.
    /// - Returns: the bytes within.
    /// - Throws: ``MalformedKey``.
    static func bytes(_ text: some Sequence<UInt8>, label: String) throws(MalformedKey) -> [UInt8] {
        let text = Array(text)
        guard text.count <= 16_384 else { throw MalformedKey("the file is longer than any key") }
        var lines = text.split { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") }.map(trimmed)
        lines.removeAll { $0.isEmpty }
        guard let first = lines.first, let last = lines.last, lines.count >= 2 else {
            throw MalformedKey("there is no PEM block")
        }
        guard first.elementsEqual("-----BEGIN \(label)-----".utf8) else {
            throw MalformedKey("it does not begin with -----BEGIN \(label)-----")
        }
        guard last.elementsEqual("-----END \(label)-----".utf8) else {
            throw MalformedKey("it does not end with -----END \(label)-----, or something follows")
        }
        guard let bytes = Base64.bytes(lines.dropFirst().dropLast().joined()) else {
            throw MalformedKey("what stands between the PEM lines is not one block of Base 64")
        }
        return bytes
    }

    private static func trimmed(_ line: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        let isBlank = { (byte: UInt8) in byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }
        guard let end = line.lastIndex(where: { !isBlank($0) }) else { return [] }
        return line[...end].drop(while: isBlank)
    }
}

/// Why bytes or a text are not a key that this module takes.
package struct MalformedKey: Error, Hashable, CustomStringConvertible {
    /// What is wrong, for a person.
    package let description: String

    init(_ description: String) { self.description = description }
}
