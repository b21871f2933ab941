package import CurlClient

/// An identity provider as an operator describes it (OpenID Connect Core 1.0).
package struct IssuerPolicy: Sendable, Hashable {
    /// Its name, `iss`, letter by letter; its configuration is found below it.
    package var issuer: String
    /// What `aud` of an access token must be or contain.
    package var audience: String
    /// This gateway's name there, for people who sign in with a browser; nil offers no such login.
    package var clientID: String?
    /// The secret that goes with ``clientID``; nil for a public client.
    package var clientSecret: String?
    /// The command line's name there, for the device flow (RFC 8628); nil offers no such login.
    package var deviceClientID: String?
    /// The claim that names a person.
    package var nameClaim = "preferred_username"
    /// Where groups stand in the claims, with points between the levels; they decide about projects.
    package var groupsClaim = "groups"
    /// Where roles stand in the claims; nil is ``groupsClaim``.
    package var rolesClaim: String?
    /// Values of the roles claim whose bearers have a role; of several the highest counts.
    package var roles: [Role: Set<String>] = [:]
    /// The role of everybody else; nil lets nobody else in.
    package var defaultRole: Role? = .reader
    /// Which projects groups put their members into.
    package var projects: [String: String] = [:]
    /// What a client asks for.
    package var scopes = ["openid", "profile", "email"]
    /// Addresses that may be spoken to without TLS.
    package var allowed: [AddressBlock] = []

    /// A provider.
    package init(issuer: String, audience: String) {
        self.issuer = issuer
        self.audience = audience
    }
}
