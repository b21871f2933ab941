internal import Documents
internal import Gateway

/// The page on which people choose how to sign in; without scripts.
struct LoginPage: Sendable {
    /// Where it is.
    static let path = "/login"
    /// Nothing is loaded from anywhere, forms lead here alone, and no other page can frame it.
    static let contentSecurityPolicy =
        "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"

    /// Providers with a login by browser.
    let issuers: [String]
    /// The page to go to afterwards.
    let returnTo: String
    /// What went wrong.
    let message: String?
    /// Who is signed in.
    let person: Person?
    let csrfToken: String?

    /// The whole page.
    var html: String {
        """
        <!DOCTYPE html>
        <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
        <title>Sign in - Farfield</title>
        <style>
        body { font: 16px/1.5 system-ui, sans-serif; max-width: 32rem; margin: 4rem auto; padding: 0 1rem; }
        input, button, .button { font: inherit; padding: .5rem .8rem; width: 100%; box-sizing: border-box; }
        .button { display: block; text-align: center; border: 1px solid; border-radius: .3rem; margin: .5rem 0;
          text-decoration: none; }
        .message { border-left: .3rem solid #b00; padding: .5rem 1rem; }
        </style></head><body><main>
        <h1>Farfield</h1>
        \(message.map { "<p class=\"message\" role=\"alert\">\(Self.escape($0))</p>" } ?? "")
        \(signedIn)
        \(issuers.map(link).joined(separator: "\n"))
        <form method="post" action="/login/token">
        <p><label>One of the gateway's own tokens<br>
        <input type="password" name="token" autocomplete="off" required></label></p>
        <input type="hidden" name="return" value="\(Self.escape(returnTo))">\(csrf)
        <p><button>Sign in with the token</button></p>
        </form>
        </main></body></html>

        """
    }

    private var signedIn: String {
        guard let person else { return "" }
        return """
            <p>You are signed in as <b>\(Self.escape(person.name))</b> (\(person.role.rawValue)).</p>
            <form method="post" action="/logout"><p>\(csrf)<button>Sign out</button></p></form>
            """
    }

    private var csrf: String {
        csrfToken.map { "<input type=\"hidden\" name=\"csrf\" value=\"\(Self.escape($0))\">" } ?? ""
    }

    private func link(_ issuer: String) -> String {
        let query = FormText.encode([("issuer", issuer), ("return", returnTo)])
        return "<a class=\"button\" href=\"/login?\(Self.escape(query))\">Sign in at \(Self.escape(issuer))</a>"
    }

    /// Text between tags and in quoted attributes (HTML Standard §13.1.2.3).
    private static func escape(_ text: String) -> String {
        text.reduce(into: "") { result, character in
            switch character {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "'": result += "&#39;"
            default: result.append(character)
            }
        }
    }
}
