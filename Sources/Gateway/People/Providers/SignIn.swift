internal import Attestation
internal import CurlClient
internal import Documents
internal import Logging
internal import Storage

/// A session that has just begun: the only time its secret is told.
package struct NewSession: Sendable {
    /// What the browser's cookie will hold.
    package let secret: SessionSecret
    /// The page to go to.
    package let returnTo: String
}

/// Login with a browser: authorization code with PKCE (OpenID Connect Core §3.1, RFC 9700), or a pasted token.
package struct SignIn: Sendable {
    /// Where browsers find the gateway, without a `/` at the end.
    package var publicURL: String { address }
    /// How long a session lasts.
    package static var lifetime: Duration { BrowserSession.lifetime }
    /// How long somebody may take at the provider.
    package static var ticketLife: Duration { SignInTicket.life }

    private let database: any Database
    private let authenticator: Authenticator
    private let providers: ProviderPeople
    private let address: String
    private let cache: CredentialCache
    private let keeper: TimeKeeper
    private let logger: Logger

    init(
        database: any Database,
        authenticator: Authenticator,
        providers: ProviderPeople,
        publicURL: String,
        cache: CredentialCache,
        keeper: TimeKeeper,
        logger: Logger
    ) {
        self.database = database
        self.authenticator = authenticator
        self.providers = providers
        address = publicURL
        self.cache = cache
        self.keeper = keeper
        self.logger = logger
    }

    /// The providers people can sign in at.
    package var issuers: [IssuerPolicy] { providers.providers.map(\.policy) }

    /// Whether a text leads to a page of this gateway and nowhere else.
    ///
    /// - Parameter path: path and query, such as `/console?page=2`.
    /// - Returns: false for other hosts, and for what a browser may take for one.
    package static func isLocal(_ path: String) -> Bool {
        path.hasPrefix("/") && !path.hasPrefix("//") && path.utf8.count <= 2000
            && path.utf8.allSatisfy { (0x21...0x7e).contains($0) && $0 != UInt8(ascii: "\\") }
    }

    /// Begins a login at a provider.
    ///
    /// - Parameters:
    ///   - issuer: which provider.
    ///   - returnTo: the page to go to afterwards, a local path.
    /// - Returns: where the browser goes now, and the cookie it keeps meanwhile.
    /// - Throws: ``GatewayError``, ``Refusal`` when the provider does not answer.
    package func begin(_ issuer: String, returnTo: String) async throws -> (location: String, cookie: String) {
        guard let provider = providers.provider(issuer), let client = provider.policy.clientID else {
            throw GatewayError(.notFound, "Nobody signs in with a browser at '\(issuer.prefix(200))'.")
        }
        guard let place = try await provider.metadata().authorizationURL else {
            throw Refusal.providerUnavailable(issuer)
        }
        let ticket = try SignInTicket(issuer: issuer, returnTo: returnTo, at: keeper.now())
        let query = FormText.encode([
            ("response_type", "code"), ("client_id", client), ("redirect_uri", callback),
            ("scope", provider.policy.scopes.joined(separator: " ")), ("state", ticket.state),
            ("nonce", ticket.nonce), ("code_challenge", ticket.challenge), ("code_challenge_method", "S256"),
        ])
        return (place + (place.contains("?") ? "&" : "?") + query, ticket.cookie)
    }

    /// What a provider sends back with the browser.
    package struct Arrival: Sendable, Hashable {
        /// The code that becomes a token.
        package let code: String
        /// What the login began with.
        package let state: String
        /// Who answers (RFC 9207).
        package let issuer: String?

        /// An arrival.
        package init(code: String, state: String, issuer: String?) {
            self.code = code
            self.state = state
            self.issuer = issuer
        }
    }

    /// Ends a login at a provider with a session.
    ///
    /// - Parameters:
    ///   - arrival: what came back.
    ///   - cookie: what the browser kept.
    ///   - caller: where it comes from.
    /// - Returns: the session.
    /// - Throws: ``GatewayError``, ``Refusal``.
    package func finish(
        _ arrival: Arrival,
        cookie: String?,
        from caller: Authenticator.Caller
    ) async throws -> NewSession {
        let now = keeper.now()
        guard let ticket = cookie.flatMap(SignInTicket.init), ticket.state == arrival.state else {
            throw GatewayError(.forbidden, "This browser did not begin this login. Begin again.")
        }
        guard now - ticket.begunAt < SignInTicket.life, ticket.begunAt <= now, Self.isLocal(ticket.returnTo) else {
            throw GatewayError(.forbidden, "The login took too long. Begin again.")
        }
        guard let provider = providers.provider(ticket.issuer) else { throw Refusal.unknownIssuer }
        let metadata = try await provider.metadata()
        guard arrival.issuer == ticket.issuer || (arrival.issuer == nil && !metadata.namesItself) else {
            throw GatewayError(.forbidden, "Another provider answered than the login began with. Begin again.")
        }
        let policy = provider.policy
        let grant = try await exchange(arrival.code, ticket, provider, metadata)
        let (proof, claims) = try await identity(grant, ticket, provider, at: now)
        guard let profile = policy.profile(claims, subject: proof.subject) else { throw Refusal.noRole }
        let identity = PersonRecord.Identity(issuer: policy.issuer, subject: proof.subject)
        let record = try await providers.enter(identity, profile, at: now)
        try Standing.admit(record, since: Timestamp(seconds: proof.issuedAt))
        let person = Person(
            name: record.name,
            role: profile.role,
            claimedProjects: profile.projects,
            origin: Origin(method: .oidc, address: caller.address, request: caller.request)
        )
        let secret = try await begin(person, signIn: SHA256Digest(of: ticket.state.utf8), at: now)
        return NewSession(secret: secret, returnTo: ticket.returnTo)
    }

    /// Begins a session with one of the gateway's own tokens; it ends with the token.
    ///
    /// - Throws: ``Refusal``, storage errors.
    package func begin(withToken text: String, from caller: Authenticator.Caller) async throws -> SessionSecret {
        let credential = try await authenticator.bearer(text, from: caller)
        guard credential.person.origin.method == .token else { throw Refusal.unknown }
        return try await begin(credential.person, signIn: nil, at: keeper.now(), until: credential.expiresAt)
    }

    /// Ends the session somebody comes with; nothing for people who come with a token.
    package func end(by person: Person) async throws {
        guard person.origin.method == .session, let id = person.origin.credential else { return }
        let now = keeper.now()
        try await database.transaction { connection in
            try SessionStore.end(id, at: now, on: connection)
            let entry = AuditEntry("session.ended", .init("session", id), by: person)
            try AuditStore.append(entry, at: now, on: connection)
        }
        cache.forget()
    }

    private var callback: String { address + "/login/callback" }

    private func begin(
        _ person: Person,
        signIn: SHA256Digest?,
        at now: Timestamp,
        until end: Timestamp? = nil
    ) async throws -> SessionSecret {
        let secret = try SessionSecret()
        var random = SystemRandomNumberGenerator()
        let session = BrowserSession(
            id: "ses_" + SortableID.make(at: now, random: &random),
            person: person.name,
            token: person.origin.method == .token ? person.origin.credential.flatMap { TokenID($0) } : nil,
            scopes: person.scopes,
            role: person.role,
            projects: person.claimedProjects,
            createdAt: now,
            expiresAt: min(now + BrowserSession.lifetime, end ?? now + BrowserSession.lifetime),
            seenAt: now,
            endedAt: nil
        )
        try await database.transaction { connection in
            try SessionStore.forget(before: now + .seconds(-30 * 86_400), on: connection)
            guard try SessionStore.insert(session, digest: secret.digest, signIn: signIn, on: connection) else {
                throw GatewayError(.forbidden, "This login was used already. Begin again.")
            }
            let entry = AuditEntry("session.begun", .init("session", session.id), by: person)
            try AuditStore.append(entry, at: now, on: connection)
        }
        return secret
    }
}

// MARK: - At the provider

extension SignIn {
    /// The tokens of RFC 6749 §5.1.
    private struct Grant {
        let identity: String
        let access: String?
    }

    /// Makes tokens of a code (RFC 6749 §4.1.3, RFC 7636 §4.5).
    private func exchange(
        _ code: String,
        _ ticket: SignInTicket,
        _ provider: IdentityProvider,
        _ metadata: ProviderMetadata
    ) async throws -> Grant {
        let policy = provider.policy
        guard let place = metadata.tokenURL, let client = policy.clientID else {
            throw Refusal.providerUnavailable(policy.issuer)
        }
        var form = [
            ("grant_type", "authorization_code"), ("code", code), ("redirect_uri", callback),
            ("code_verifier", ticket.verifier),
        ]
        var headers: HTTPHeaders = [:]
        if let secret = policy.clientSecret, !metadata.takesSecretInBody {
            // RFC 6749 §2.3.1: both are encoded as in a form first.
            let pair = FormText.encode(client) + ":" + FormText.encode(secret)
            headers["Authorization"] = "Basic " + Base64.text(Array(pair.utf8))
        } else {
            form.append(("client_id", client))
            if let secret = policy.clientSecret { form.append(("client_secret", secret)) }
        }
        let response: HTTPResponse
        do {
            response = try await provider.post(form, headers: headers, to: place)
        } catch HTTPClientError.cancelled {
            throw CancellationError()
        } catch {
            logger.warning("a login cannot end", metadata: ["issuer": "\(policy.issuer)", "reason": "\(error)"])
            throw Refusal.providerUnavailable(policy.issuer)
        }
        let answer = try? StrictJSON.value(of: response.body, limit: 1 << 20)
        guard response.status == 200, let identity = answer?["id_token"]?.stringValue else {
            let reason = answer?["error"]?.stringValue.map { String($0.prefix(60)) } ?? "HTTP \(response.status)"
            logger.notice("a login was refused", metadata: ["issuer": "\(policy.issuer)", "reason": "\(reason)"])
            throw GatewayError(.forbidden, "The identity provider did not confirm this login. Begin again.")
        }
        return Grant(identity: identity, access: answer?["access_token"]?.stringValue)
    }

    /// Who signed in, and the claims that tell their groups: of the ID token, else of the access token of the same
    /// person, where many providers put them.
    private func identity(
        _ grant: Grant,
        _ ticket: SignInTicket,
        _ provider: IdentityProvider,
        at now: Timestamp
    ) async throws -> (TokenDemand.Proof, JSONValue) {
        let policy = provider.policy
        let demand = TokenDemand(
            issuer: policy.issuer,
            audience: policy.clientID ?? "",
            kind: .identity(nonce: ticket.nonce)
        )
        let token = try await verified(grant.identity, provider)
        let proof = try ProviderPeople.check(token, demand, at: now)
        guard !policy.tellsRoles(token.claims), let access = grant.access,
            let other = try? await verified(access, provider),
            let same = try? TokenDemand(issuer: policy.issuer, audience: policy.audience)
                .check(other, at: now.seconds), same.subject == proof.subject
        else { return (proof, token.claims) }
        let own = token.claims.objectValue ?? [:]
        return (proof, .object(own.merging(other.claims.objectValue ?? [:]) { own, _ in own }))
    }

    private func verified(_ text: String, _ provider: IdentityProvider) async throws -> JSONWebToken {
        let token: JSONWebToken.Unverified
        do {
            token = try JSONWebToken.parse(text)
        } catch {
            throw Refusal.token(error)
        }
        guard token.issuer == provider.policy.issuer else { throw Refusal.token(.issuer) }
        return try await provider.verify(token)
    }
}
