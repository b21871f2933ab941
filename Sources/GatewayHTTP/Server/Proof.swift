internal import CurlClient
internal import Gateway
internal import HTTPTypes
internal import Hummingbird

/// What a request shows of who sends it.
struct Proof: Sendable {
    /// Who it is, and until when.
    let credential: Credential
    /// What a session's pages send along with changes; nil for tokens.
    let csrfToken: String?

    /// Finds out who sends a request: a bearer token counts before a cookie, and a wrong one is not made good by it.
    ///
    /// - Throws: ``Refusal``, storage errors; a ``Problem`` for a change that a page of somebody else's may have sent.
    static func find(_ request: inout Request, _ context: GatewayContext, _ table: RouteTable) async throws -> Proof? {
        let caller = Authenticator.Caller(
            address: context.address?.description,
            request: context.requestID
        )
        if let token = try bearer(request) {
            let credential = try await table.meter.trying(token, context) {
                try await table.people.authenticator.bearer(token, from: caller)
            }
            return Proof(credential: credential, csrfToken: nil)
        }
        return nil
    }

    private static func bearer(_ request: Request) throws(Refusal) -> String? {
        guard let field = request.headers[.authorization] else { return Handshake.token(request) }
        let parts = field.split(separator: " ", maxSplits: 1)
        guard parts.count == 2, parts[0].lowercased() == "bearer" else { throw .unknown }
        return String(parts[1])
    }
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
