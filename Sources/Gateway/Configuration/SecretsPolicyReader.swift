internal import Documents

/// Reads `secrets:` and what a site says of identities.
enum SecretsPolicyReader {
    static func read(_ field: Field) -> SecretsPolicy {
        var policy = SecretsPolicy()
        guard let object = field.object(known: ["keyFile", "keyFiles"]) else { return policy }
        let expected = "a file of 32 bytes in hexadecimal or Base64"
        if let file = object["keyFile"] { policy.keyFiles += [key(file, expected)].compactMap { $0 } }
        policy.keyFiles += (object["keyFiles"]?.elements(limit: 16, of: "files") ?? []).compactMap { key($0, expected) }
        return policy
    }

    private static func key(_ field: Field, _ expected: String) -> String? {
        guard let path = SiteReader.text(field, expected).map(HomePath.expand) else { return nil }
        if SecretKey(file: path) == nil {
            field.fault("the file '\(path)' is not there, not readable or holds no key", expected: expected)
        }
        return path
    }

    static func identity(_ field: Field) -> SiteIdentity? {
        let expected = SiteIdentity.allCases.map(\.rawValue).joined(separator: " or ")
        guard let text = field.string(expected: expected) else { return nil }
        guard let identity = SiteIdentity(rawValue: text) else {
            field.fault("\(ManifestWords.quoted(text)) is no identity", expected: expected)
            return nil
        }
        return identity
    }

    /// What cannot stand beside `identity: personal`: everything that would let somebody in by the gateway's own means.
    static let excluded = ["user", "privateKey", "passphraseFile", "sshConfig", "authentication"]

    /// Tells what contradicts `identity: personal`.
    static func check(_ object: ObjectReader) {
        for name in excluded {
            object[name]?.fault("a personal site has no '\(name)'", expected: "each person uploads their own")
        }
        for jump in object["jump"]?.elements(limit: 8, of: "jump hosts") ?? [] where jump.value["privateKey"] != nil {
            jump.fault("a personal site has no key of its own for a jump host", expected: "no privateKey")
        }
    }
}
