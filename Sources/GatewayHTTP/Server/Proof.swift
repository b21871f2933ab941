internal import Gateway
internal import HTTPTypes
internal import Hummingbird
internal import NIOCore

/// What a request shows of who sends it.
struct Proof: Sendable {
    /// Who it is, and until when.
    let credential: Credential
    /// What a session's pages send along with changes; nil for tokens.
    let csrfToken: String?

    /// Finds out who sends a request: a bearer token counts before a cookie, and a wrong one is not made good by it.
    ///
    /// - Throws: ``Refusal``, storage errors; a ``Problem`` for a change that a page of somebody else's may have sent.
    static func find(_ request: inout Request, _ context: GatewayContext, _ people: People) async throws -> Proof? {
        let caller = context.caller
        if let token = try bearer(request) {
            return Proof(credential: try await people.authenticator.bearer(token, from: caller), csrfToken: nil)
        }
        let isSecure = people.signIn.publicURL.hasPrefix("https:")
        guard let secret = GatewayCookie.session.value(request, isSecure: isSecure).flatMap(SessionSecret.init) else {
            return nil
        }
        let credential = try await people.authenticator.session(secret, from: caller)
        try await requireOwnPage(&request, secret, people.signIn.publicURL)
        return Proof(credential: credential, csrfToken: secret.csrfToken)
    }

    /// Refuses changes that a browser sends with the session's cookie, but not from a page of this gateway.
    ///
    /// - Throws: a problem of kind `forbidden`, or of the form's faults.
    private static func requireOwnPage(
        _ request: inout Request,
        _ secret: SessionSecret,
        _ publicURL: String
    ) async throws {
        if [.get, .head, .options].contains(request.method) { return }
        try requireOwnOrigin(request, publicURL)
        var token = request.headers[.csrfToken]
        if token == nil, PostedForm.isSent(request) { token = try await PostedForm.read(&request)["csrf"] }
        guard let token, secret.isCSRFToken(token) else {
            throw Problem(
                kind: .forbidden,
                detail:
                    "A change in a browser's session needs its token, as X-CSRF-Token or as the form's field 'csrf';"
                    + " GET /api/v1/me tells it."
            )
        }
    }

    /// Refuses what a page of somebody else's sends: browsers tell the page's origin, other clients tell none.
    ///
    /// - Throws: a problem of kind `forbidden`.
    static func requireOwnOrigin(_ request: Request, _ publicURL: String) throws {
        if let site = request.headers[.fetchSite], site != "same-origin" {
            throw Problem(kind: .forbidden, detail: "Pages of other sites may not send this.")
        }
        guard let origin = request.headers[.origin] else { return }
        let schemes = publicURL.hasPrefix("https:") ? ["https://"] : ["http://", "https://"]
        let own = schemes.map { $0 + (request.head.authority ?? "") }
        guard origin == publicURL || own.contains(origin) else {
            throw Problem(kind: .forbidden, detail: "Pages from \(origin.prefix(200)) may not send this.")
        }
    }

    private static func bearer(_ request: Request) throws(Refusal) -> String? {
        guard let field = request.headers[.authorization] else { return Handshake.token(request) }
        let parts = field.split(separator: " ", maxSplits: 1)
        guard parts.count == 2, parts[0].lowercased() == "bearer" else { throw .unknown }
        return String(parts[1])
    }
}

extension HTTPField.Name {
    /// What a session's pages send along with changes.
    fileprivate static var csrfToken: Self { Self("X-CSRF-Token") ?? .via }
    /// From what kind of page a browser sends a request (W3C Fetch Metadata).
    fileprivate static var fetchSite: Self { Self("Sec-Fetch-Site") ?? .via }
}

extension Problem {
    /// Why somebody is not let in.
    init(_ refusal: Refusal) {
        switch refusal {
        case .providerUnavailable:
            self.init(kind: .providerUnavailable, detail: "\(refusal)", headers: [.retryAfter: "10"])
        case .unknown, .revoked, .expired, .disabled, .token, .unknownIssuer, .noRole:
            self.init(kind: .unauthenticated, detail: "\(refusal)")
        }
    }
}
