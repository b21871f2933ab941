/// A server that takes messages and passes them on (RFC 5321, RFC 6409).
package struct MailRelay: Sendable, Hashable {
    /// Whether the connection is made secure.
    package enum Security: String, Sendable, CaseIterable {
        /// By STARTTLS, or nothing is sent.
        case required
        /// By STARTTLS where the server offers it.
        case `try`
        /// It is not.
        case none
    }

    /// `smtp://host:25`, or `smtps://host:465` for TLS from the first byte.
    package let url: String
    /// Whether STARTTLS is asked for; without meaning for `smtps`.
    package let security: Security
    /// Name to log in with; nil where the server asks for none.
    package let user: String?
    /// The password to it; never shown by any text of this module.
    package let password: String?
    /// A PEM file of certificate authorities to trust in place of the system's.
    package let trustedCertificatesPath: String?

    /// A relay; nil when the URL is none.
    package init?(
        url: String,
        security: Security,
        user: String? = nil,
        password: String? = nil,
        trustedCertificatesPath: String? = nil
    ) {
        guard let address = WebAddress(url), ["smtp", "smtps"].contains(address.scheme), !address.host.isEmpty,
            !address.hasUser, address.path.isEmpty || address.path == "/", address.query == nil
        else { return nil }
        self.url = url
        self.security = security
        self.user = user
        self.password = password
        self.trustedCertificatesPath = trustedCertificatesPath
    }

    /// Whether the password is safe from those who listen: TLS is certain, or the server is on this machine.
    package var keepsSecrets: Bool {
        guard let address = WebAddress(url) else { return false }
        return address.scheme == "smtps" || security == .required || LoopbackURL.matches(url)
    }
}
