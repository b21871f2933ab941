internal import Documents

/// Who somebody is here, as a provider's claims tell it.
struct Profile: Sendable, Hashable {
    /// The name they would like, not yet folded.
    let wishedName: String
    let email: String?
    let displayName: String?
    let role: Role
    let projects: Set<String>
}

extension IssuerPolicy {
    /// What claims mean here: a pure decision.
    ///
    /// - Parameters:
    ///   - claims: of a token whose signature and times were found right.
    ///   - subject: `sub`.
    /// - Returns: the profile; nil when the claims give no role and there is none for everybody.
    func profile(_ claims: JSONValue, subject: String) -> Profile? {
        let groups = Self.words(claims, at: groupsClaim)
        let roleWords = rolesClaim.map { Self.words(claims, at: $0) } ?? groups
        let given = Role.allCases.last { role in !roleWords.isDisjoint(with: roles[role] ?? []) }
        guard let role = [given, defaultRole].compactMap({ $0 }).max() else { return nil }
        return Profile(
            wishedName: Self.value(claims, at: nameClaim)?.stringValue ?? subject,
            email: claims["email"]?.stringValue.flatMap { Self.line($0, limit: 254) },
            displayName: claims["name"]?.stringValue.flatMap { Self.line($0, limit: 200) },
            role: role,
            projects: Set(projects.filter { groups.contains($0.key) }.values)
        )
    }

    /// Whether the claims hold anything where roles stand.
    func tellsRoles(_ claims: JSONValue) -> Bool { Self.value(claims, at: rolesClaim ?? groupsClaim) != nil }

    /// A claim by its name, else by its path: `realm_access.roles`, and also `https://example.org/groups`.
    static func value(_ claims: JSONValue, at path: String) -> JSONValue? {
        if let value = claims[path] { return value }
        return path.split(separator: ".").reduce(claims as JSONValue?) { $0?[String($1)] }
    }

    /// A list of words, or one word.
    private static func words(_ claims: JSONValue, at path: String) -> Set<String> {
        let value = value(claims, at: path)
        return Set(value?.arrayValue?.prefix(10_000).compactMap(\.stringValue) ?? value?.stringValue.map { [$0] } ?? [])
    }

    /// Printable text on one line; nil when nothing of it is.
    private static func line(_ text: String, limit: Int) -> String? {
        let scalars = text.unicodeScalars.prefix(limit).filter { scalar in
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .unassigned, .privateUse: false
            default: true
            }
        }
        return scalars.isEmpty ? nil : String(String.UnicodeScalarView(scalars))
    }
}
