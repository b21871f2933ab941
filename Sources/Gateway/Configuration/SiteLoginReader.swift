internal import Documents
internal import FoundationEssentials
internal import SSHClient

/// How a site is reached and who we are there, as its entry says.
struct SiteLogin {
    let transport: SSHEndpoint.Transport
    let port: Int?
    let user: String?
    let privateKey: String?
    let passphraseFile: String?
    let knownHosts: String?
    let sshConfiguration: String?
    let jumps: [SSHJump]
    let authentication: SiteAuthentication?
}

/// Reads the part of a site's entry that is about SSH.
enum SiteLoginReader {
    static func read(_ object: ObjectReader, isPersonal: Bool) -> SiteLogin? {
        let transport = object["transport"].map(transport) ?? .libssh2
        // Only the system's ssh can find these out by itself; a password can stand for a key.
        let mustSay = transport == .libssh2 && !isPersonal
        let user = mustSay ? object.required("user", expected: "the account at the site") : object["user"]
        let mustHaveKey = mustSay && object["authentication"] == nil
        let key =
            mustHaveKey ? object.required("privateKey", expected: "the file of the SSH key") : object["privateKey"]
        let userName = user.flatMap { SiteReader.text($0, "a user name") }
        let keyFile = key.flatMap { SiteReader.text($0, "a file") }.map(HomePath.expand)
        let knownHosts =
            file("knownHosts", object) ?? (mustSay || isPersonal ? HomePath.expand("~/.ssh/known_hosts") : nil)
        let port = object["port"].flatMap { $0.integer(in: 1...65535) }
        let passphrase = file("passphraseFile", object)
        let configuration = object["sshConfig"].flatMap { sshConfiguration($0, transport) }
        let jumps = object["jump"].map(jumps) ?? []
        let authentication = object["authentication"].flatMap(authentication)
        guard let transport, !mustSay || userName != nil, !mustHaveKey || keyFile != nil else { return nil }
        return SiteLogin(
            transport: transport,
            port: port,
            user: userName,
            privateKey: keyFile,
            passphraseFile: passphrase,
            knownHosts: knownHosts,
            sshConfiguration: configuration,
            jumps: jumps,
            authentication: authentication
        )
    }

    private static func file(_ name: String, _ object: ObjectReader) -> String? {
        object[name].flatMap { SiteReader.text($0, "a file") }.map(HomePath.expand)
    }

    private static func transport(_ field: Field) -> SSHEndpoint.Transport? {
        let expected = SSHEndpoint.Transport.allCases.map(\.rawValue).joined(separator: " or ")
        guard let text = field.string(expected: expected) else { return nil }
        guard let transport = SSHEndpoint.Transport(rawValue: text) else {
            field.fault("\(ManifestWords.quoted(text)) is not a transport", expected: expected)
            return nil
        }
        return transport
    }

    private static func sshConfiguration(_ field: Field, _ transport: SSHEndpoint.Transport?) -> String? {
        if transport == .libssh2 {
            field.fault("libssh2 reads no ssh_config(5)", expected: "transport: openssh, or no sshConfig")
        }
        return SiteReader.text(field, "a file").map(HomePath.expand)
    }

    // MARK: - Jump hosts

    private static func jumps(_ field: Field) -> [SSHJump] {
        (field.elements(limit: 8, of: "jump hosts") ?? []).compactMap(jump)
    }

    private static func jump(_ field: Field) -> SSHJump? {
        let expected = "[user@]host[:port], or a mapping of address and privateKey"
        if field.value.objectValue != nil {
            guard let object = field.object(known: ["address", "privateKey"]),
                var jump = object.required("address", expected: "[user@]host[:port]").flatMap(jump)
            else { return nil }
            jump.privateKeyPath = file("privateKey", object)
            return jump
        }
        guard let text = field.string(expected: expected) else { return nil }
        guard let jump = SSHJump(text) else {
            field.fault("\(ManifestWords.quoted(text)) is not a jump host", expected: expected)
            return nil
        }
        return jump
    }

    // MARK: - Passwords and codes

    private static func authentication(_ field: Field) -> SiteAuthentication? {
        let known = [
            "passwordFile", "totpSecretFile", "codeCommand", "interactive", "loginLifetime", "warnBefore",
        ]
        guard let object = field.object(known: known) else { return nil }
        var codes: [SiteAuthentication.Code] = []
        if let secret = file("totpSecretFile", object) { codes.append(.secretFile(secret)) }
        if let words = object["codeCommand"]?.elements(limit: 64, of: "words"), !words.isEmpty {
            codes.append(.command(words.compactMap { SiteReader.text($0, "a word of the command") }))
        }
        if object["interactive"]?.boolean() == true { codes.append(.typed) }
        let password = file("passwordFile", object)
        if codes.count > 1 || codes.isEmpty && password == nil {
            field.fault(
                codes.isEmpty ? "nothing says how the server is answered" : "a code cannot come from two places",
                expected: "passwordFile, and at most one of totpSecretFile, codeCommand and interactive: true"
            )
        }
        return SiteAuthentication(
            passwordFile: password,
            code: codes.first,
            loginLifetime: object["loginLifetime"].flatMap(SiteReader.duration) ?? .seconds(24 * 3600),
            warnBefore: object["warnBefore"].flatMap(SiteReader.duration) ?? .seconds(2 * 3600)
        )
    }
}
