extension APIToken {
    /// How a token stands.
    package enum State: String, Sendable, CaseIterable {
        /// It is taken.
        case active
        /// Its time is over.
        case expired
        /// Somebody ended it.
        case revoked
    }

    /// How it stands at a moment.
    func state(at now: Timestamp) -> State {
        if revokedAt != nil { return .revoked }
        return expiresAt.map { $0 <= now } == true ? .expired : .active
    }
}

extension TokenService {
    /// How a token stands now.
    ///
    /// - Parameter token: the token.
    /// - Returns: its state.
    package func state(of token: APIToken) -> APIToken.State { token.state(at: keeper.now()) }
}
