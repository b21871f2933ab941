internal import Documents
internal import Foundation
internal import SSHClient

/// What somebody uploads: the body of `PUT /api/v1/sites/{name}/credential`.
///
/// Not printable: nothing of it may reach a log or an error.
struct CredentialWish: Sendable, CustomReflectable {
    /// The secret part, as it is sealed.
    struct Secret: Codable, Sendable {
        let privateKey: String
        let passphrase: String?
    }

    let account: String
    let secret: Secret
    let certificate: String?

    var customMirror: Mirror { Mirror(self, children: ["account": account]) }

    private static let longestKey = 16 << 10

    /// Reads a wish and tells every fault in one pass; no fault quotes a value.
    static func read(_ document: Document) throws(GatewayError) -> CredentialWish {
        let collector = FaultCollector(lines: [:])
        let known = ["account", "privateKey", "passphrase", "certificate"]
        var wish: CredentialWish?
        if let object = Field(document.value, collector: collector).object(known: known) {
            let account = object.required("account", expected: "the account at the site").flatMap(account)
            let key = object.required("privateKey", expected: "the private key's text").flatMap(key)
            let passphrase = object["passphrase"].flatMap(passphrase)
            let certificate = object["certificate"].flatMap(certificate)
            if let account, let key {
                let secret = Secret(privateKey: key, passphrase: passphrase)
                wish = CredentialWish(account: account, secret: secret, certificate: certificate)
            }
        }
        if let wish, collector.faults.isEmpty { return wish }
        throw GatewayError(.invalidCredential, "The credential has faults.", faults: collector.faults)
    }

    /// What useradd(8) and site directories allow; it is never a word of a shell here.
    private static func account(_ field: Field) -> String? {
        let expected = "an account of letters, digits and . _ - @ +, at most 64"
        guard let text = field.string(expected: expected) else { return nil }
        guard text.wholeMatch(of: /[A-Za-z0-9_][A-Za-z0-9._@+-]{0,63}/) != nil else {
            field.fault("this is no account", expected: expected)
            return nil
        }
        return text
    }

    private static func key(_ field: Field) -> String? {
        let expected = "a private key in OpenSSH's or a PEM format, at most 16 KiB"
        guard let text = field.string(expected: expected) else { return nil }
        guard text.utf8.count <= longestKey, text.contains("PRIVATE KEY-----") else {
            field.fault("this is no private key", expected: expected)
            return nil
        }
        return text
    }

    private static func passphrase(_ field: Field) -> String? {
        if field.value == .null { return nil }
        let expected = "the key's passphrase, one line"
        guard let text = field.string(expected: expected) else { return nil }
        guard (1...1024).contains(text.utf8.count), !text.utf8.contains(where: { $0 < 32 }) else {
            field.fault("this is no passphrase", expected: expected)
            return nil
        }
        return text
    }

    private static func certificate(_ field: Field) -> String? {
        if field.value == .null { return nil }
        let expected = "the line of an OpenSSH certificate for a user, such as the file id_ed25519-cert.pub"
        guard let text = field.string(expected: expected) else { return nil }
        let line = String(text.drop(while: \.isWhitespace).prefix { !$0.isNewline })
        guard text.utf8.count <= longestKey, SSHCertificate(line: line) != nil else {
            field.fault("this is no certificate of a user", expected: expected)
            return nil
        }
        // The comment is of no use, and whatever it holds would be written into a file.
        return line.split(separator: " ").prefix(2).joined(separator: " ")
    }
}

/// Whether key, certificate and site go together; a pure decision.
enum CredentialVerdict {
    /// - Returns: every fault; empty when the credential can be kept.
    static func faults(
        _ wish: CredentialWish,
        key: SSHPublicKey,
        certificate: SSHCertificate?,
        site: SiteConfiguration,
        at now: Timestamp
    ) -> [Fault] {
        var faults: [Fault] = []
        func tell(_ path: String, _ message: String, _ expected: String) {
            faults.append(Fault(path: path, message: message, expected: expected))
        }
        if !key.suitsLibssh2, !key.isRSA {
            tell("/privateKey", "keys of type \(key.algorithm) cannot be used", "an ed25519 or ECDSA key")
        } else if key.isRSA, site.transport == .libssh2 {
            let expected = "an ed25519 or ECDSA key; RSA needs `transport: openssh` in the site's configuration"
            tell("/privateKey", "this site is reached by libssh2, which takes no RSA keys", expected)
        }
        guard let certificate else { return faults }
        if certificate.keyAlgorithm != key.algorithm || certificate.keyBlob != key.blob {
            tell("/certificate", "it certifies another key", "the certificate of this private key")
        }
        if let end = Self.end(certificate), now >= end {
            tell("/certificate", "it expired at \(end.iso8601)", "a certificate that is valid now")
        }
        if certificate.principals.isEmpty || !certificate.principals.contains(wish.account) {
            let names = certificate.principals.prefix(5).map { "'\($0.prefix(40))'" }.joined(separator: ", ")
            tell("/certificate", "it is for \(names.isEmpty ? "nobody" : names)", "the account among its principals")
        }
        if certificate.criticalOptions.contains("force-command") {
            tell("/certificate", "it allows one command only", "a certificate without force-command")
        }
        return faults
    }

    static func begin(_ certificate: SSHCertificate) -> Timestamp? {
        certificate.validAfter == 0 ? nil : moment(certificate.validAfter)
    }

    /// Nil for ever.
    static func end(_ certificate: SSHCertificate) -> Timestamp? { moment(certificate.validBefore) }

    private static func moment(_ seconds: UInt64) -> Timestamp? {
        seconds < 1 << 40 ? Timestamp(seconds: Int64(seconds)) : nil
    }
}
