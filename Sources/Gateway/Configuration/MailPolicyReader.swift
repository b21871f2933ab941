internal import CurlClient
internal import Documents

/// Reads `mail:`.
enum MailPolicyReader {
    private static let relayForm = "smtp://host:port or smtps://host:port, without user and path"

    static func read(_ field: Field) -> MailPolicy? {
        let keys = ["relay", "from", "user", "passwordFile", "startTLS", "certificates", "admins"]
        guard let object = field.object(known: keys) else { return nil }
        let url = object.required("relay", expected: relayForm).flatMap { $0.string(expected: relayForm) }
        let from = object.required("from", expected: MailAddress.form).flatMap(address)
        let user = object["user"].flatMap { $0.string() }
        let password = object["passwordFile"].flatMap { file in file.string().flatMap { SecretFile.read($0, file) } }
        if (user == nil) != (object["passwordFile"] == nil) {
            field.fault("half of the login is missing", expected: "user and passwordFile, or neither")
        }
        let admins = (object["admins"]?.elements(limit: 100, of: "addresses") ?? []).compactMap(address)
        guard let url, let from else { return nil }
        let relay = MailRelay(
            url: url,
            security: object["startTLS"].flatMap(security) ?? .required,
            user: user,
            password: password,
            trustedCertificatesPath: object["certificates"].flatMap { $0.string() }
        )
        guard let relay else {
            object["relay"]?.fault("\(ManifestWords.quoted(url)) is no mail relay", expected: relayForm)
            return nil
        }
        if user != nil, !relay.keepsSecrets {
            field.fault("the password would travel in the clear", expected: "startTLS: required, or smtps://")
        }
        return MailPolicy(relay: relay, from: from, admins: admins)
    }

    private static func address(_ field: Field) -> MailAddress? {
        guard let text = field.string(expected: MailAddress.form) else { return nil }
        if let address = MailAddress(text) { return address }
        field.fault("\(ManifestWords.quoted(text)) is no address", expected: MailAddress.form)
        return nil
    }

    private static func security(_ field: Field) -> MailRelay.Security? {
        let expected = "one of " + MailRelay.Security.allCases.map(\.rawValue).joined(separator: ", ")
        guard let text = field.string(expected: expected) else { return nil }
        if let security = MailRelay.Security(rawValue: text) { return security }
        field.fault("\(ManifestWords.quoted(text)) is not known", expected: expected)
        return nil
    }
}
