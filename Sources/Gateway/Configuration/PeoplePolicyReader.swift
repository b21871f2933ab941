internal import CurlClient
internal import Documents

/// Reads `people:`.
enum PeoplePolicyReader {
    private static let keys = ["publicURL", "tokenLifetime", "issuers"]
    private static let issuerKeys = [
        "issuer", "audience", "clientID", "clientSecretFile", "deviceClientID", "nameClaim", "groupsClaim",
        "rolesClaim",
        "roles", "defaultRole", "projects", "scopes", "allow",
    ]

    static func read(_ field: Field) -> PeoplePolicy {
        var policy = PeoplePolicy()
        guard let object = field.object(known: keys) else { return policy }
        policy.publicURL = object["publicURL"].flatMap {
            ManifestWords.matching(
                $0,
                /https?:\/\/[A-Za-z0-9._\[\]:\-]*[A-Za-z0-9\]]/,
                expected: "an address without path, such as https://gateway.example.org"
            )
        }
        policy.tokenLifetime = object["tokenLifetime"].flatMap(SiteReader.duration) ?? policy.tokenLifetime
        policy.issuers = (object["issuers"]?.elements(limit: 50, of: "issuers") ?? []).compactMap(issuer)
        for (name, same) in Dictionary(grouping: policy.issuers, by: \.issuer) where same.count > 1 {
            object["issuers"]?.fault("the issuer '\(name)' stands \(same.count) times", expected: "each issuer once")
        }
        return policy
    }

    private static func issuer(_ field: Field) -> IssuerPolicy? {
        guard let object = field.object(known: issuerKeys) else { return nil }
        let form = "its address, letter by letter as it stands in 'iss', such as https://login.example.org/realms/lab"
        let issuer = object.required("issuer", expected: form).flatMap {
            ManifestWords.matching($0, /https?:\/\/[A-Za-z0-9._\[\]:\-]+(\/[A-Za-z0-9._~:@%\/\-]*)?/, expected: form)
        }
        let audience = object.required("audience", expected: "what 'aud' of an access token must contain")
            .flatMap { word($0) }
        guard let issuer, let audience else { return nil }
        var policy = IssuerPolicy(issuer: issuer, audience: audience)
        policy.clientID = object["clientID"].flatMap(word)
        policy.clientSecret = object["clientSecretFile"].flatMap { file in
            file.string(expected: "a file that holds the secret").flatMap { SecretFile.read($0, file) }
        }
        policy.deviceClientID = object["deviceClientID"].flatMap(word)
        policy.nameClaim = object["nameClaim"].flatMap(word) ?? policy.nameClaim
        policy.groupsClaim = object["groupsClaim"].flatMap(word) ?? policy.groupsClaim
        policy.rolesClaim = object["rolesClaim"].flatMap(word)
        policy.roles = object["roles"].map(roles) ?? [:]
        policy.projects = object["projects"].map(projects) ?? [:]
        if let field = object["defaultRole"] { policy.defaultRole = defaultRole(field) }
        if let field = object["scopes"] { policy.scopes = scopes(field) }
        policy.allowed = object["allow"].map(SourcePolicyReader.addresses) ?? []
        checkTransport(policy, object)
        return policy
    }

    private static func checkTransport(_ policy: IssuerPolicy, _ object: ObjectReader) {
        guard policy.issuer.hasPrefix("http://"), policy.allowed.isEmpty else { return }
        object["issuer"]?.fault(
            "'\(policy.issuer)' is spoken to without TLS",
            expected: "an https address, or its address under 'allow'"
        )
    }

    private static func word(_ field: Field) -> String? {
        ManifestWords.matching(field, /[!-~]{1,200}/, expected: "1 to 200 printable characters without spaces")
    }

    private static func roles(_ field: Field) -> [Role: Set<String>] {
        var roles: [Role: Set<String>] = [:]
        for (key, values) in field.entries(limit: 3) ?? [] {
            guard let role = Role(rawValue: key) else {
                values.fault("'\(key.prefix(60))' is no role", expected: PeopleWords.roles)
                continue
            }
            let groups = values.elements(limit: 1000, of: "groups") ?? []
            roles[role] = Set(groups.compactMap { $0.string(expected: "a group") })
        }
        return roles
    }

    private static func projects(_ field: Field) -> [String: String] {
        let pairs = (field.entries(limit: 10_000) ?? []).compactMap { key, value in
            ManifestWords.identifier(value).map { (key, $0) }
        }
        return Dictionary(pairs) { first, _ in first }
    }

    private static func defaultRole(_ field: Field) -> Role? {
        let expected = "reader, researcher, or none to let nobody else in"
        guard let text = field.string(expected: expected), text != "none" else { return nil }
        // Whoever has an account at the provider would decide for everybody.
        guard let role = Role(rawValue: text), role != .admin else {
            field.fault("'\(text.prefix(60))' cannot be everybody's role", expected: expected)
            return nil
        }
        return role
    }

    private static func scopes(_ field: Field) -> [String] {
        let scopes = (field.elements(limit: 50, of: "scopes") ?? []).compactMap(word)
        if !scopes.contains("openid") {
            field.fault("'openid' is missing", expected: "the scopes to ask for, openid among them")
        }
        return scopes
    }
}
