internal import Documents
internal import Gateway
internal import HTTPTypes
internal import Hummingbird
internal import Provenance

/// `/console/tokens`: one's own tokens.
struct TokenPages: Sendable {
    let tokens: TokenService
    private static let path = ConsoleSection.tokens.path

    var routes: [Route] {
        [
            Route(.get, Self.path, .listTokens, answer: list),
            Route(.post, Self.path, .manageTokens, answer: create),
            Route(.post, Self.path + "/{id}/revoke", .manageTokens, answer: revoke),
        ]
    }

    private func list(_ request: Request, _ context: GatewayContext) async throws -> Response {
        _ = try RequestQuery(request, known: [])
        return try await page(context)
    }

    /// Makes one and shows its secret in the answer itself: a page of its own could be asked for again.
    private func create(_ request: Request, _ context: GatewayContext) async throws -> Response {
        var request = request
        let form = try await PostedForm.read(&request)
        let scopes = Scope.allCases.map(\.rawValue).filter { form["scope-\($0)"] != nil }
        var wish: [String: JSONValue] = ["scopes": .array(scopes.map { .string($0) })]
        for name in ["label", "expiresIn"] { wish[name] = form.given(name).map { .string($0) } }
        let made = try await tokens.create(Document(.object(wish)), by: try context.authenticated)
        return try await page(context, made: made)
    }

    private func revoke(_ request: Request, _ context: GatewayContext) async throws -> Response {
        let text = context.parameters.get("id") ?? ""
        guard let id = TokenID(text) else {
            throw Problem(kind: .notFound, detail: "'\(text.prefix(60))' is no token.")
        }
        try await tokens.revoke(id, of: nil, by: try context.authenticated)
        return ConsolePage.goOn(to: Self.path)
    }

    private func page(_ context: GatewayContext, made: NewAPIToken? = nil) async throws -> Response {
        let person = try context.authenticated
        let found = try await tokens.list(of: nil, for: person)
        let visitor = context.visitor
        var contents: [Markup] = []
        if let made { contents.append(Self.shown(made)) }
        let rows = found.map { row($0, visitor) }
        let head = ["Label", "State", "May", "Made", "Until", "Last used", ""]
        contents.append(.table(head, rows, empty: "You have no tokens yet."))
        contents.append(.section("Make a token", Self.form(person, visitor)))
        return ConsolePage("Tokens", for: visitor, contents).response(status: made == nil ? .ok : .created)
    }

    private static func shown(_ made: NewAPIToken) -> Markup {
        .notice(
            .element("p", [], .element("strong", [], Markup("This is the token '\(made.token.label)'."))),
            .element("code", [("class", "secret")], Markup(made.secret)),
            .paragraph("Copy it now: it is not shown again, and nobody can read it back. For the command line:"),
            .element("pre", [], Markup("farfield login --token-stdin"))
        )
    }

    private func row(_ token: APIToken, _ visitor: ConsolePage.Visitor?) -> [Markup] {
        let state = tokens.state(of: token)
        let button = ConsoleForm.button("Revoke", style: "grave")
        let revocation = ConsoleForm("\(Self.path)/\(token.id.text)/revoke", for: visitor, [button]).markup
        return [
            Markup(token.label), .badge(state.rawValue, state == .active ? "good" : "over"),
            Markup(Scope.allCases.filter(token.scopes.contains).map(\.rawValue).joined(separator: ", ")),
            Markup(ConsoleText.moment(token.createdAt)), ConsoleText.moment(token.expiresAt, otherwise: "no end"),
            ConsoleText.moment(token.lastUsedAt, otherwise: "never"), state == .active ? revocation : Markup(""),
        ]
    }

    /// Only scopes the maker has are offered.
    private static func form(_ person: Gateway.Person, _ visitor: ConsolePage.Visitor?) -> Markup {
        let scopes = Scope.allCases.filter(person.scopes.contains).map { ($0.rawValue, $0 == .read || $0 == .write) }
        let lifetimes = [("1d", "1 day"), ("7d", "7 days"), ("30d", "30 days"), ("90d", "90 days"), ("365d", "1 year")]
        return ConsoleForm(
            fields: path,
            for: visitor,
            [
                ConsoleForm.text("label", "What it is for", more: [("required", ""), ("maxlength", "200")]),
                ConsoleForm.boxes("scope-", "What it may be used for", scopes),
                ConsoleForm.choice("expiresIn", "For how long", lifetimes, chosen: "30d"),
                .element("p", [], ConsoleForm.button("Make the token", style: "main")),
            ]
        ).markup
    }
}
