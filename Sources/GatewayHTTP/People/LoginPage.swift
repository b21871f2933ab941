internal import Documents
internal import Gateway
internal import Provenance

/// The page on which people choose how to sign in.
struct LoginPage: Sendable {
    /// Where it is.
    static let path = "/login"

    /// Providers with a login by browser.
    let issuers: [String]
    /// The page to go to afterwards.
    let returnTo: String
    /// What went wrong.
    let message: String?
    /// Who is signed in.
    let visitor: ConsolePage.Visitor?

    /// The whole page.
    var page: ConsolePage {
        let notice = message.map { Markup.element("aside", [("class", "banner"), ("role", "alert")], Markup($0)) }
        return ConsolePage(
            "Sign in",
            for: visitor,
            [notice, signedIn].compactMap(\.self) + issuers.map(link) + [pasted]
        )
    }

    private var signedIn: Markup? {
        visitor.map { .paragraph("You are signed in as \($0.person.name), \($0.person.role.rawValue).") }
    }

    private var pasted: Markup {
        let secret = [("type", "password"), ("name", "token"), ("autocomplete", "off"), ("required", "")]
        return ConsoleForm(
            fields: "/login/token",
            for: visitor,
            [
                .element("label", [], Markup("One of the gateway's own tokens"), .void("input", secret)),
                ConsoleForm.hidden("return", returnTo),
                .element("p", [], ConsoleForm.button("Sign in with the token")),
            ]
        ).markup
    }

    private func link(_ issuer: String) -> Markup {
        let query = FormText.encode([("issuer", issuer), ("return", returnTo)])
        let attributes = [("class", "button main"), ("href", "\(Self.path)?\(query)")]
        return .element("p", [], .element("a", attributes, Markup("Sign in at \(issuer)")))
    }
}
