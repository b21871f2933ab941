internal import Logging
internal import Storage

/// Everything about people that the face calls.
package struct People: Sendable {
    /// Who comes with a token or a session.
    package let authenticator: Authenticator
    /// The gateway's own tokens.
    package let tokens: TokenService
    /// Who there is.
    package let directory: PeopleService
    /// Notes what was used; runs for as long as the gateway does.
    package let uses: CredentialUses

    /// The parts, put together.
    init(database: any Database, policy: PeoplePolicy, keeper: TimeKeeper, logger: Logger) {
        let cache = CredentialCache()
        uses = CredentialUses(database: database, logger: logger)
        authenticator = Authenticator(database: database, keeper: keeper, cache: cache, uses: uses)
        tokens = TokenService(database: database, policy: policy, cache: cache, uses: uses, keeper: keeper)
        directory = PeopleService(database: database, cache: cache, uses: uses, keeper: keeper)
    }
}
