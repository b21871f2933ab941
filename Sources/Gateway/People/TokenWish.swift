internal import Documents

/// What somebody wants of a new token: the body of `POST /api/v1/tokens`.
struct TokenWish: Sendable, Hashable {
    var label = ""
    /// Nil for what the maker's own proof allows of reading and writing.
    var scopes: Set<Scope>?
    var lifetime = PeoplePolicy.standardTokenLifetime

    /// Reads a wish and tells every fault in one pass; no token lasts longer than `longest`.
    static func read(_ document: Document, longest: Duration) throws(GatewayError) -> TokenWish {
        let collector = FaultCollector(lines: document.lines)
        var wish = TokenWish()
        wish.lifetime = min(wish.lifetime, longest)
        if let object = Field(document.value, collector: collector).object(known: ["label", "scopes", "expiresIn"]) {
            wish.label = object.required("label", expected: "what the token is for").flatMap(PeopleWords.line) ?? ""
            wish.scopes = object["scopes"].map(scopes)
            if let field = object["expiresIn"] { wish.lifetime = lifetime(field, longest) ?? wish.lifetime }
        }
        if collector.faults.isEmpty { return wish }
        throw GatewayError(.invalidRequest, "The token cannot be made.", faults: collector.faults)
    }

    private static func scopes(_ field: Field) -> Set<Scope> {
        let expected = "some of " + Scope.allCases.map(\.rawValue).joined(separator: ", ")
        var scopes: Set<Scope> = []
        for element in field.elements(limit: 20, of: "scopes") ?? [] {
            guard let text = element.string(expected: expected) else { continue }
            if let scope = Scope(rawValue: text) {
                scopes.insert(scope)
            } else {
                element.fault("'\(text.prefix(60))' is no scope", expected: expected)
            }
        }
        if scopes.isEmpty { field.fault("a token without scopes is good for nothing", expected: expected) }
        return scopes
    }

    private static func lifetime(_ field: Field, _ longest: Duration) -> Duration? {
        let most = longest.components.seconds
        let expected = "a time such as 12h or 30d, of at most \(most / 86_400) days"
        guard let text = field.string(expected: expected) else { return nil }
        guard text.utf8.count <= 32, let seconds = Quantity.seconds(text), seconds > 0, seconds <= most else {
            field.fault("'\(text.prefix(40))' cannot be used", expected: expected)
            return nil
        }
        return .seconds(seconds)
    }
}

/// What an admin says of somebody without an identity provider: the body of `POST /api/v1/people`.
struct PersonWish: Sendable, Hashable {
    var name = ""
    var role = Role.reader
    var email: String?
    var displayName: String?

    /// Reads a wish and tells every fault in one pass.
    static func read(_ document: Document) throws(GatewayError) -> PersonWish {
        let collector = FaultCollector(lines: document.lines)
        var wish = PersonWish()
        let keys = ["name", "role", "email", "displayName"]
        if let object = Field(document.value, collector: collector).object(known: keys) {
            wish.name = object.required("name", expected: PersonName.form).flatMap(PeopleWords.name) ?? ""
            wish.role = object.required("role", expected: PeopleWords.roles).flatMap(PeopleWords.role) ?? .reader
            wish.email = object["email"].flatMap(PeopleWords.line)
            wish.displayName = object["displayName"].flatMap(PeopleWords.line)
        }
        if collector.faults.isEmpty { return wish }
        throw GatewayError(.invalidRequest, "The person cannot be made.", faults: collector.faults)
    }
}

/// The kinds of words people are described by.
enum PeopleWords {
    static let roles = "one of " + Role.allCases.map(\.rawValue).joined(separator: ", ")

    /// Printable text on one line.
    static func line(_ field: Field) -> String? {
        let expected = "a text of 1 to 200 printable characters on one line"
        guard let text = field.string(expected: expected) else { return nil }
        let isPrintable = text.unicodeScalars.allSatisfy { scalar in
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .unassigned, .privateUse: false
            default: true
            }
        }
        guard isPrintable, (1...200).contains(text.unicodeScalars.count) else {
            field.fault("the text is empty, too long or holds unprintable characters", expected: expected)
            return nil
        }
        return text
    }

    static func name(_ field: Field) -> String? {
        guard let text = field.string(expected: PersonName.form) else { return nil }
        if PersonName.isValid(text) { return text }
        field.fault("'\(text.prefix(80))' is no name", expected: PersonName.form)
        return nil
    }

    static func role(_ field: Field) -> Role? {
        guard let text = field.string(expected: roles) else { return nil }
        if let role = Role(rawValue: text) { return role }
        field.fault("'\(text.prefix(60))' is no role", expected: roles)
        return nil
    }

    /// The body `{"role": …}`.
    static func role(_ document: Document) throws(GatewayError) -> Role {
        let collector = FaultCollector(lines: document.lines)
        let object = Field(document.value, collector: collector).object(known: ["role"])
        let role = object?.required("role", expected: roles).flatMap { Self.role($0) }
        guard let role, collector.faults.isEmpty else {
            throw GatewayError(.invalidRequest, "The role cannot be given.", faults: collector.faults)
        }
        return role
    }
}
