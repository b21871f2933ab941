/// An OpenSSH certificate for a user (PROTOCOL.certkeys of OpenSSH), read and not verified: that is for the site, which
/// knows whom it trusts.
package struct SSHCertificate: Sendable, Hashable {
    /// Of the certified key, such as `ssh-ed25519`.
    package let keyAlgorithm: String
    /// The certified key as it travels.
    package let keyBlob: [UInt8]
    /// The authority's number for it.
    package let serial: UInt64
    /// What the authority calls it.
    package let identity: String
    /// The accounts it is for; empty means any.
    package let principals: [String]
    /// Valid from then; seconds since 1970.
    package let validAfter: UInt64
    /// Valid until then; seconds since 1970, all ones for ever.
    package let validBefore: UInt64
    /// What it is bound to, such as `force-command`.
    package let criticalOptions: [String]
    /// Of the authority's key.
    package let authority: [UInt8]

    private static let suffix = "-cert-v01@openssh.com"
    /// How many fields the key itself has.
    private static let fields = [
        "ssh-ed25519": 1, "ssh-rsa": 2, "ecdsa-sha2-nistp256": 2, "ecdsa-sha2-nistp384": 2, "ecdsa-sha2-nistp521": 2,
    ]

    /// Reads a certificate; nil when this is no certificate of a user for an ed25519, ECDSA or RSA key.
    ///
    /// - Parameter line: as `ssh-keygen -s` writes it.
    package init?(line: some StringProtocol) {
        guard let key = SSHPublicKey(line: line), key.algorithm.hasSuffix(Self.suffix) else { return nil }
        keyAlgorithm = String(key.algorithm.dropLast(Self.suffix.count))
        var packet = KeyPacket(key.blob)
        guard let count = Self.fields[keyAlgorithm], packet.bytes() != nil, packet.bytes() != nil else { return nil }
        var blob = Self.field(Array(keyAlgorithm.utf8))
        for _ in 0..<count {
            guard let part = packet.bytes() else { return nil }
            blob += Self.field(part)
        }
        keyBlob = blob
        guard let serial = packet.number(8), let type = packet.number(4), type == 1, let identity = packet.text(),
            let principals = packet.bytes(), let after = packet.number(8), let before = packet.number(8),
            let critical = packet.bytes(), packet.bytes() != nil, packet.bytes() != nil,
            let authority = packet.bytes(), packet.bytes() != nil, packet.isEmpty,
            let names = Self.names(principals), let options = Self.pairs(critical)
        else { return nil }
        (self.serial, self.identity, self.authority) = (serial, identity, authority)
        (validAfter, validBefore) = (after, before)
        (self.principals, criticalOptions) = (names, options)
    }

    private static func field(_ bytes: [UInt8]) -> [UInt8] {
        let count = UInt32(bytes.count)
        return [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: count >> $0) } + bytes
    }

    private static func names(_ bytes: [UInt8]) -> [String]? {
        var packet = KeyPacket(bytes)
        var names: [String] = []
        while !packet.isEmpty {
            guard let name = packet.text() else { return nil }
            names.append(name)
        }
        return names
    }

    /// The names of options, each followed by its data.
    private static func pairs(_ bytes: [UInt8]) -> [String]? {
        var packet = KeyPacket(bytes)
        var names: [String] = []
        while !packet.isEmpty {
            guard let name = packet.text(), packet.bytes() != nil else { return nil }
            names.append(name)
        }
        return names
    }
}
