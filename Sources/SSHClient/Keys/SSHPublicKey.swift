import FoundationEssentials

/// A public key or a certificate, as it stands in one line (sshd(8), AUTHORIZED_KEYS FILE FORMAT).
package struct SSHPublicKey: Sendable, Hashable {
    /// Such as `ssh-ed25519`.
    package let algorithm: String
    /// The key as it travels (RFC 4253 §6.6); its SHA-256 is the fingerprint.
    package let blob: [UInt8]

    /// Reads a line; nil when it is none, or when the bytes are of another algorithm than the word before them.
    ///
    /// - Parameter line: `ALGORITHM BASE64 [COMMENT]`.
    package init?(line: some StringProtocol) {
        let words = line.split(whereSeparator: \.isWhitespace)
        guard words.count >= 2, let data = Data(base64Encoded: String(words[1])) else { return nil }
        let blob = Array(data)
        var packet = KeyPacket(blob)
        guard let name = packet.text(), name == words[0] else { return nil }
        (algorithm, self.blob) = (name, blob)
    }

    /// Whether it is of a kind that libssh2 1.10 signs with.
    package var suitsLibssh2: Bool {
        algorithm == "ssh-ed25519" || algorithm.wholeMatch(of: /ecdsa-sha2-nistp(256|384|521)/) != nil
    }

    /// Whether it is an RSA key.
    package var isRSA: Bool { algorithm == "ssh-rsa" }
}

/// The fields of a key on the wire (RFC 4251 §5), taken off one after another.
struct KeyPacket {
    private var rest: ArraySlice<UInt8>

    init(_ bytes: [UInt8]) { rest = bytes[...] }

    var isEmpty: Bool { rest.isEmpty }

    mutating func bytes() -> [UInt8]? {
        guard let length = number(4).flatMap({ Int(exactly: $0) }), rest.count >= length else { return nil }
        defer { rest = rest.dropFirst(length) }
        return Array(rest.prefix(length))
    }

    mutating func text() -> String? { bytes().flatMap { String(validating: $0, as: UTF8.self) } }

    /// Big-endian, of 4 or 8 bytes.
    mutating func number(_ size: Int) -> UInt64? {
        guard rest.count >= size else { return nil }
        defer { rest = rest.dropFirst(size) }
        return rest.prefix(size).reduce(0) { $0 << 8 | UInt64($1) }
    }
}
