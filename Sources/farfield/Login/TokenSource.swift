import FoundationEssentials

/// Where a client's token comes from.
enum TokenSource: Sendable {
    /// There is none; the gateway may answer nevertheless.
    case none
    /// One that was given.
    case fixed(AccessToken)
    /// The login that is kept for the gateway; before one is, the other token.
    case login(LoginSession, otherwise: AccessToken?)

    /// Looks where a token may be, in this order: the flag, `FARFIELD_TOKEN`, the login for this gateway,
    /// `$FARFIELD_HOME/admin.token`, and `.farfield/admin.token`, the last only for a gateway on this machine.
    static func find(flag: String?, environment: [String: String], url: String) -> TokenSource {
        if let given = flag ?? environment["FARFIELD_TOKEN"] { return AccessToken(given).map(fixed) ?? .none }
        let local = AccessToken.local(environment: environment, url: url)
        if let file = LoginFile(environment: environment), file.exists {
            return .login(LoginSession(file: file, gateway: url), otherwise: local)
        }
        return local.map(fixed) ?? .none
    }

    /// The token to send now.
    ///
    /// - Throws: ``CommandFailure`` when a kept login is of no use, ``RequestFailure`` when its provider is.
    func token() async throws -> AccessToken? {
        switch self {
        case .none: nil
        case .fixed(let token): token
        case .login(let session, let other): try await session.token() ?? other
        }
    }

    /// Another token in place of one the gateway refused; nil when there is no other.
    func replacement(for refused: AccessToken) async throws -> AccessToken? {
        guard case .login(let session, _) = self else { return nil }
        return try await session.token(replacing: refused)
    }

    /// What a person may do about a token that was missing or not accepted.
    var hint: String {
        switch self {
        case .none: "No token was sent: log in with 'farfield login', or set FARFIELD_TOKEN."
        case .fixed: "A token was sent and not accepted: check FARFIELD_TOKEN or --token, or log in: farfield login"
        case .login: "The kept login was not accepted: log in again with 'farfield login'."
        }
    }
}
