internal import CurlClient
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
    /// Login with a browser.
    package let signIn: SignIn
    /// Notes what was used; runs for as long as the gateway does.
    package let uses: CredentialUses

    /// The parts, put together.
    init(
        database: any Database,
        policy: PeoplePolicy,
        publicURL: String,
        exchange: @escaping ProviderExchange,
        keeper: TimeKeeper,
        logger: Logger
    ) {
        let cache = CredentialCache()
        uses = CredentialUses(database: database, logger: logger)
        let providers = ProviderPeople(
            providers: policy.issuers.map {
                IdentityProvider($0, exchange: exchange, keeper: keeper, logger: logger)
            },
            database: database
        )
        authenticator = Authenticator(
            database: database,
            keeper: keeper,
            cache: cache,
            uses: uses,
            providers: providers
        )
        tokens = TokenService(database: database, policy: policy, cache: cache, uses: uses, keeper: keeper)
        directory = PeopleService(database: database, cache: cache, uses: uses, keeper: keeper)
        signIn = SignIn(
            database: database,
            authenticator: authenticator,
            providers: providers,
            publicURL: publicURL,
            cache: cache,
            keeper: keeper,
            logger: logger
        )
    }

    /// As the configuration says, by libcurl.
    static func over(
        _ database: any Database,
        _ configuration: GatewayConfiguration,
        _ keeper: TimeKeeper,
        _ logger: Logger
    ) -> People {
        let client = HTTPClient(.init(userAgent: "farfield"))
        let listen = configuration.listen
        let host = listen.host.contains(":") ? "[\(listen.host)]" : listen.host
        return People(
            database: database,
            policy: configuration.people,
            publicURL: configuration.people.publicURL ?? configuration.provenance.url
                ?? "http://\(host):\(listen.port)",
            exchange: { try await client.send($0) },
            keeper: keeper,
            logger: logger
        )
    }
}
