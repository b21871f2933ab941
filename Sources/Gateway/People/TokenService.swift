package import Documents
internal import Storage

/// A token as it was made: the only time its secret is told.
package struct NewAPIToken: Sendable {
    /// The token.
    package let token: APIToken
    /// `ff_…`, what its holder sends.
    package let secret: String
}

/// What people do with the gateway's own tokens.
package struct TokenService: Sendable {
    /// The most tokens of one person that may work at once.
    package static let most = 100

    let database: any Database
    let policy: PeoplePolicy
    let cache: CredentialCache
    let uses: CredentialUses
    let keeper: TimeKeeper

    /// Somebody's tokens, the latest first.
    ///
    /// - Parameters:
    ///   - holder: whose; nil for the asker's own.
    ///   - person: who asks.
    /// - Returns: the tokens, without their secrets.
    /// - Throws: ``GatewayError`` of kind `notFound` for somebody else's, unless an admin asks.
    package func list(of holder: String?, for person: Person) async throws -> [APIToken] {
        let holder = try Self.holder(holder, for: person)
        // What was used a moment ago is shown as used.
        try? await uses.write()
        return try await database.read { connection in
            if holder != person.name { _ = try PeopleService.find(holder, on: connection) }
            return try TokenStore.list(of: holder, on: connection)
        }
    }

    /// Makes a token.
    ///
    /// It allows no more than the proof it is made with: neither scopes nor role.
    ///
    /// - Parameters:
    ///   - document: `label`, `scopes`, `expiresIn`.
    ///   - holder: whose it will be; nil for the maker's own.
    ///   - person: who makes it.
    /// - Returns: the token with its secret.
    /// - Throws: ``GatewayError`` with every fault; `forbidden` for scopes the maker has not; `conflict` when there are
    ///   too many, or for tokens of people who have an identity provider.
    package func create(
        _ document: Document,
        for holder: String? = nil,
        by person: Person
    ) async throws -> NewAPIToken {
        let holder = try Self.holder(holder, for: person)
        let wish = try TokenWish.read(document, longest: policy.tokenLifetime)
        let scopes = wish.scopes ?? person.scopes.intersection([.read, .write])
        let missing = scopes.subtracting(person.scopes)
        guard missing.isEmpty, !scopes.isEmpty else {
            throw GatewayError(
                .forbidden,
                "A token cannot have more scopes than the one it is made with, which lacks: \(missing.text)."
            )
        }
        let secret = try TokenSecret()
        let now = keeper.now()
        var random = SystemRandomNumberGenerator()
        let id = TokenID(at: now, random: &random)
        let token = try await database.transaction { connection in
            let role = try Self.role(of: holder, madeBy: person, on: connection)
            guard try TokenStore.countLive(of: holder, at: now, on: connection) < Self.most else {
                throw GatewayError(.conflict, "\(holder) has \(Self.most) tokens already; revoke one first.")
            }
            let token = APIToken(
                id: id,
                person: holder,
                label: wish.label,
                scopes: scopes,
                role: role,
                createdAt: now,
                createdBy: person.name,
                expiresAt: now + wish.lifetime,
                lastUsedAt: nil,
                revokedAt: nil,
                revokedBy: nil
            )
            try TokenStore.insert(token, digest: secret.digest, on: connection)
            try AuditStore.append(Self.entry("token.created", token, by: person), at: now, on: connection)
            return token
        }
        return NewAPIToken(token: token, secret: secret.text)
    }

    /// Ends a token at once.
    ///
    /// - Parameters:
    ///   - id: the token.
    ///   - holder: whose it is; nil for the asker's own.
    ///   - person: who asks.
    /// - Throws: ``GatewayError`` of kind `notFound`, also for somebody else's, unless an admin asks.
    package func revoke(_ id: TokenID, of holder: String?, by person: Person) async throws {
        let holder = try Self.holder(holder, for: person)
        let now = keeper.now()
        try await database.transaction { connection in
            guard let token = try TokenStore.find(id, of: holder, on: connection) else {
                throw GatewayError(.notFound, "\(holder) has no token \(id).")
            }
            guard try TokenStore.revoke(id, by: person.name, at: now, on: connection) else { return }
            try AuditStore.append(Self.entry("token.revoked", token, by: person), at: now, on: connection)
        }
        cache.forget()
    }

    /// What the holder's new token may be used for at most.
    private static func role(
        of holder: String,
        madeBy person: Person,
        on connection: any StorageConnection
    ) throws -> Role {
        guard holder != person.name else { return person.role }
        let record = try PeopleService.find(holder, on: connection)
        guard record.isLocal else {
            throw GatewayError(
                .conflict,
                "\(holder) signs in at \(record.identity?.issuer ?? "a provider") and makes tokens there after."
            )
        }
        return record.role
    }

    private static func holder(_ holder: String?, for person: Person) throws(GatewayError) -> String {
        guard let holder, holder != person.name else { return person.name }
        guard Rights.reach(.manageTokens, of: person) == .all else {
            throw GatewayError(.notFound, "There is nobody of that name whose tokens you see.")
        }
        return holder
    }

    private static func entry(_ action: String, _ token: APIToken, by person: Person) -> AuditEntry {
        AuditEntry(
            action,
            .init("token", token.id.text),
            by: person,
            details: [
                "person": .string(token.person), "label": .string(token.label), "scopes": .string(token.scopes.text),
                "expiresAt": token.expiresAt.map { .string($0.iso8601) } ?? .null,
            ]
        )
    }
}
