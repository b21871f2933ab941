import FoundationEssentials

/// A kept login, whose access token is exchanged when it ends.
struct LoginSession: Sendable {
    /// Where it is kept.
    let file: LoginFile
    /// The gateway it is for.
    let gateway: String

    private var key: String { StoredLogins.key(for: gateway) }

    /// The access token; nil when there is no login for this gateway.
    func token() async throws -> AccessToken? {
        guard let login = try file.read().gateways[key] else { return nil }
        guard login.isEnding(at: Date()) else { return AccessToken(login.accessToken) }
        return try await renewed { !$0.isEnding(at: Date()) }
    }

    /// A new access token in place of one that was refused; nil when there is none to be had.
    func token(replacing refused: AccessToken) async throws -> AccessToken? {
        guard let login = try file.read().gateways[key], login.refreshToken != nil else { return nil }
        let token = try await renewed { $0.accessToken != refused.text }
        return token?.text == refused.text ? nil : token
    }

    /// Exchanges the refresh token unless another process just did: it is good once, and the provider may take a
    /// second use for theft and end the login.
    private func renewed(unless isGood: @Sendable (StoredLogin) -> Bool) async throws -> AccessToken? {
        try await file.update { logins in
            guard let login = logins.gateways[key] else { return (nil, false) }
            if isGood(login) { return (AccessToken(login.accessToken), false) }
            guard let refreshToken = login.refreshToken, let provider = login.provider else {
                guard login.isUsable(at: Date()) else { throw Self.ended("has expired") }
                return (AccessToken(login.accessToken), false)
            }
            do {
                let found = try await IdentityProvider.find(provider.issuer, clientID: provider.clientID)
                let tokens = try await found.refresh(refreshToken)
                let renewed = StoredLogin(tokens, provider: provider, now: Date(), before: refreshToken)
                logins.gateways[key] = renewed
                return (AccessToken(renewed.accessToken), true)
            } catch let refusal as IdentityProvider.Refusal {
                throw Self.ended("was ended by its provider (\(refusal.text))")
            } catch  where login.isUsable(at: Date()) {
                // The provider has a bad hour; what we have is good for a little longer.
                return (AccessToken(login.accessToken), false)
            }
        }
    }

    private static func ended(_ what: String) -> CommandFailure {
        CommandFailure(.notAuthorised, "your login \(what)", "  Log in again: farfield login")
    }
}

extension StoredLogin {
    /// A login by tokens that were just given; the refresh token so far, `before`, stays good when the provider names
    /// no other (RFC 6749 §6).
    init(_ tokens: IdentityProvider.Tokens, provider: Provider, now: Date, before: String? = nil) {
        self.init(
            accessToken: tokens.accessToken,
            expiresAt: tokens.expiresIn.map { now.addingTimeInterval(Double($0)) },
            refreshToken: tokens.refreshToken ?? before,
            provider: provider
        )
    }
}
