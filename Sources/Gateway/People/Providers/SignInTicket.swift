internal import Attestation

/// What a browser keeps while its user is at the identity provider: a short-lived cookie.
///
/// Everything else is made of its secret: `state` and the return address are bound to it, and `nonce` and the PKCE
/// verifier (RFC 7636) can be made again when the browser comes back. The gateway keeps nothing of logins under way.
struct SignInTicket: Sendable, Hashable {
    /// How long somebody may take at the provider.
    static let life = Duration.seconds(600)

    let issuer: String
    let returnTo: String
    let begunAt: Timestamp
    private let secret: [UInt8]

    /// A new ticket.
    ///
    /// - Throws: ``GatewayError`` of kind `internal` when libcrypto has no random bytes.
    init(issuer: String, returnTo: String, at now: Timestamp) throws(GatewayError) {
        guard let secret = SecretBytes.random(32) else {
            throw GatewayError(.internalFault, "There are no random bytes for a login.")
        }
        (self.issuer, self.returnTo, begunAt, self.secret) = (issuer, returnTo, now, secret)
    }

    /// Reads a cookie; nil when it cannot be one.
    init?(_ cookie: String) {
        guard cookie.utf8.count <= 8192 else { return nil }
        let parts = cookie.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 4, let secret = Base64URL.bytes(parts[0].utf8), secret.count == 32,
            let issuer = Self.text(parts[1]), let moment = Int64(parts[2]), moment >= 0,
            let returnTo = Self.text(parts[3])
        else { return nil }
        (self.issuer, self.returnTo, self.secret) = (issuer, returnTo, secret)
        begunAt = Timestamp(microseconds: moment)
    }

    /// What stands in the cookie.
    var cookie: String { Base64URL.text(secret) + "." + facts }

    /// What the provider sends back: proves that this browser began this login, for this page.
    var state: String { derived("state \(facts)") }

    /// What the ID token must hold (OpenID Connect Core §3.1.2.1).
    var nonce: String { derived("nonce") }

    /// The secret that the code alone is worth nothing without (RFC 7636 §4.1).
    var verifier: String { derived("verifier") }

    /// RFC 7636 §4.2, method S256.
    var challenge: String { Base64URL.text(SHA256Digest(of: verifier.utf8).bytes) }

    private var facts: String {
        [Base64URL.text(Array(issuer.utf8)), "\(begunAt.microseconds)", Base64URL.text(Array(returnTo.utf8))]
            .joined(separator: ".")
    }

    private func derived(_ purpose: String) -> String {
        Base64URL.text(HMACSHA256.code(of: "farfield \(purpose)".utf8, key: secret))
    }

    private static func text(_ part: Substring) -> String? {
        Base64URL.bytes(part.utf8).flatMap { String(validating: $0, as: UTF8.self) }
    }
}
