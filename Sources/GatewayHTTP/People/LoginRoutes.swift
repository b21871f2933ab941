internal import Documents
internal import Gateway
internal import HTTPTypes
internal import Hummingbird

/// Login with a browser: at an identity provider, or with a pasted token; and how programs find the providers.
struct LoginRoutes: Sendable {
    private let signIn: SignIn

    init(services: GatewayServices) { signIn = services.people.signIn }

    var routes: [Route] {
        [
            Route(.get, "/api/v1/login", .signIn, answer: providers),
            Route(.get, "/login", .signIn, answer: login),
            Route(.get, "/login/callback", .signIn, answer: callback),
            Route(.post, "/login/token", .signIn, answer: pasted),
            Route(.post, "/logout", .signOut, answer: logout),
        ]
    }

    private var isSecure: Bool { signIn.publicURL.hasPrefix("https:") }

    private func providers(_ request: Request, _ context: GatewayContext) async throws -> Response {
        let issuers = signIn.issuers.map { policy -> JSONValue in
            [
                "issuer": .string(policy.issuer), "audience": .string(policy.audience),
                "deviceClientID": JobJSON.text(policy.deviceClientID),
                "scopes": .array(policy.scopes.map { .string($0) }),
                "browser": .boolean(policy.clientID != nil),
            ]
        }
        return Answers.json(["issuers": .array(issuers)])
    }

    /// Sends the browser to the only provider there is, or shows the choice.
    private func login(_ request: Request, _ context: GatewayContext) async throws -> Response {
        var query = try RequestQuery(request, known: ["return", "issuer", "choose"])
        let isChoice = query.flag("choose")
        let target = query.text("return") ?? ConsoleSection.home.path
        if !SignIn.isLocal(target) {
            query.fault("return", "'\(target.prefix(80))' cannot be used", "a path of this gateway, such as /login")
        }
        try query.check()
        let offered = signIn.issuers.filter { $0.clientID != nil }.map(\.issuer)
        let only = offered.count == 1 && !isChoice && context.person == nil ? offered.first : nil
        guard let issuer = query.text("issuer") ?? only else {
            return page(context, issuers: offered, target)
        }
        do {
            let beginning = try await signIn.begin(issuer, returnTo: target)
            return redirect(
                beginning.location,
                [GatewayCookie.signIn.setting(beginning.cookie, for: SignIn.ticketLife, isSecure: isSecure)]
            )
        } catch let refusal as Refusal {
            return page(context, issuers: offered, target, message: "\(refusal)", status: .serviceUnavailable)
        }
    }

    /// Where the provider sends the browser back to.
    private func callback(_ request: Request, _ context: GatewayContext) async throws -> Response {
        let removal = GatewayCookie.signIn.removing(isSecure: isSecure)
        let query = try CallbackQuery(request)
        guard let code = query.code, let state = query.state else {
            let reason =
                query.error.map { "The identity provider says: \($0)." } ?? "Nothing came back to sign in with."
            return page(context, message: reason, status: .forbidden, cookies: [removal])
        }
        do {
            let session = try await signIn.finish(
                .init(code: code, state: state, issuer: query.issuer),
                cookie: GatewayCookie.signIn.value(request, isSecure: isSecure),
                from: context.caller
            )
            return redirect(session.returnTo, [removal, cookie(session.secret)])
        } catch let refusal as Refusal {
            let status = Problem(refusal).kind.status
            return page(context, message: "\(refusal)", status: status, cookies: [removal])
        } catch let error as GatewayError where error.kind == .forbidden {
            return page(context, message: error.message, status: .forbidden, cookies: [removal])
        }
    }

    private func pasted(_ request: Request, _ context: GatewayContext) async throws -> Response {
        // Without this a page elsewhere could sign somebody in as somebody else.
        try Proof.requireOwnOrigin(request, signIn.publicURL)
        var request = request
        let form = try await PostedForm.read(&request)
        let target = form["return"].flatMap { SignIn.isLocal($0) ? $0 : nil } ?? ConsoleSection.home.path
        let token = (form["token"] ?? "").filter { !$0.isWhitespace }
        do {
            let secret = try await signIn.begin(withToken: token, from: context.caller)
            return redirect(target, [cookie(secret)])
        } catch let refusal as Refusal {
            return page(context, target, message: "\(refusal)", status: .unauthorized)
        }
    }

    private func logout(_ request: Request, _ context: GatewayContext) async throws -> Response {
        if let person = context.person { try await signIn.end(by: person) }
        return redirect(LoginPage.path + "?choose=true", [GatewayCookie.session.removing(isSecure: isSecure)])
    }

    private func cookie(_ secret: SessionSecret) -> String {
        GatewayCookie.session.setting(secret.text, for: SignIn.lifetime, isSecure: isSecure)
    }

    private func redirect(_ location: String, _ cookies: [String]) -> Response {
        var headers: HTTPFields = [.location: location, .cacheControl: "no-store"]
        headers[values: .setCookie] = cookies
        return Response(status: .seeOther, headers: headers)
    }

    private func page(
        _ context: GatewayContext,
        issuers: [String]? = nil,
        _ target: String = ConsoleSection.home.path,
        message: String? = nil,
        status: HTTPResponse.Status = .ok,
        cookies: [String] = []
    ) -> Response {
        let page = LoginPage(
            issuers: issuers ?? signIn.issuers.filter { $0.clientID != nil }.map(\.issuer),
            returnTo: target,
            message: message,
            visitor: context.visitor
        ).page
        var headers: HTTPFields = [:]
        headers[values: .setCookie] = cookies
        if status == .unauthorized { headers[.wwwAuthenticate] = "Bearer realm=\"farfield\"" }
        return page.response(status: status, headers: headers)
    }
}

/// What a provider sends back in the address; it may send more than is known here (RFC 6749 §4.1.2).
private struct CallbackQuery {
    let code: String?
    let state: String?
    let issuer: String?
    let error: String?

    /// - Throws: a problem when one of them stands twice, so that nobody reads another one than this does.
    init(_ request: Request) throws {
        func one(_ name: String) throws -> String? {
            let values = request.uri.queryParameters.filter { $0.key == name[...] }.map { String($0.value) }
            guard values.count <= 1, (values.first?.utf8.count ?? 0) <= 4096 else {
                throw Problem(kind: .invalidRequest, detail: "'\(name)' stands twice, or is too long.")
            }
            return values.first
        }
        code = try one("code")
        state = try one("state")
        issuer = try one("iss")
        error = try one("error").map { String($0.prefix(80)) }
    }
}
