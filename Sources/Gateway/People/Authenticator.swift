internal import Attestation
internal import Storage

/// Tells who comes with a token or a session.
package struct Authenticator: Sendable {
    /// Where a request comes from, for the audit trail.
    package struct Caller: Sendable, Hashable {
        /// The client's network address.
        package let address: String?
        /// The request's id.
        package let request: String?

        /// A caller.
        package init(address: String? = nil, request: String? = nil) {
            self.address = address
            self.request = request
        }
    }

    let database: any Database
    let keeper: TimeKeeper
    let cache: CredentialCache
    let uses: CredentialUses
    let providers: ProviderPeople

    /// Who holds what stands behind `Bearer`: a token of the gateway's own, or an access token of a provider.
    ///
    /// - Parameters:
    ///   - text: the token.
    ///   - caller: where it comes from.
    /// - Returns: who it is.
    /// - Throws: ``Refusal``, storage errors.
    package func bearer(_ text: String, from caller: Caller) async throws -> Credential {
        guard let secret = TokenSecret(text) else {
            guard JSONWebToken.resembles(text) else { throw Refusal.unknown }
            let digest = SHA256Digest(of: text.utf8)
            return try await find(.init(method: .oidc, digest: digest), caller) { now in
                try await providers.bearer(text, at: now)
            }
        }
        return try await find(.init(method: .token, digest: secret.digest), caller) { now in
            try await database.read { connection in
                let token = try TokenStore.find(digest: secret.digest, on: connection)
                let holder = try token.flatMap { try PeopleStore.find($0.person, on: connection) }
                return try Standing.judge(token, of: holder, at: now)
            }
        }
    }

    /// Who holds a session's cookie.
    ///
    /// - Parameters:
    ///   - secret: the cookie.
    ///   - caller: where it comes from.
    /// - Returns: who it is.
    /// - Throws: ``Refusal``, storage errors.
    package func session(_ secret: SessionSecret, from caller: Caller) async throws -> Credential {
        try await find(.init(method: .session, digest: secret.digest), caller) { now in
            try await database.read { connection in
                let session = try SessionStore.find(digest: secret.digest, on: connection)
                let holder = try session.flatMap { try PeopleStore.find($0.person, on: connection) }
                let token = try session?.token.flatMap { id in
                    try holder.flatMap { try TokenStore.find(id, of: $0.name, on: connection) }
                }
                return try Standing.judge(session, begunWith: token, of: holder, at: now)
            }
        }
    }

    private func find(
        _ key: CredentialCache.Key,
        _ caller: Caller,
        _ look: (Timestamp) async throws -> Credential
    ) async throws -> Credential {
        let now = keeper.now()
        let known = cache.find(key, at: now)
        if let credential = known.credential { return credential.coming(from: caller) }
        let credential = try await look(now)
        cache.keep(key, credential, at: now, since: known.generation)
        uses.note(credential.person, at: now)
        return credential.coming(from: caller)
    }
}

extension Credential {
    /// The same, with the origin of one request.
    fileprivate func coming(from caller: Authenticator.Caller) -> Credential {
        let origin = Origin(
            method: person.origin.method,
            credential: person.origin.credential,
            address: caller.address,
            request: caller.request
        )
        let person = Person(
            name: person.name,
            role: person.role,
            scopes: person.scopes,
            claimedProjects: person.claimedProjects,
            origin: origin
        )
        return Credential(person: person, expiresAt: expiresAt)
    }
}
