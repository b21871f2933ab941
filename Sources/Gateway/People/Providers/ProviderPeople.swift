internal import Attestation
internal import Documents
internal import Storage

/// Lets people of identity providers in: each has one name here for good.
struct ProviderPeople: Sendable {
    let providers: [IdentityProvider]
    let database: any Database

    /// The provider of a name.
    func provider(_ issuer: String?) -> IdentityProvider? { providers.first { $0.policy.issuer == issuer } }

    /// Who holds an access token.
    ///
    /// - Throws: ``Refusal``, storage errors.
    func bearer(_ text: String, at now: Timestamp) async throws -> Credential {
        let token: JSONWebToken.Unverified
        do {
            token = try JSONWebToken.parse(text)
        } catch {
            throw Refusal.token(error)
        }
        guard let provider = provider(token.issuer) else { throw Refusal.unknownIssuer }
        let policy = provider.policy
        let verified = try await provider.verify(token)
        let proof = try Self.check(verified, TokenDemand(issuer: policy.issuer, audience: policy.audience), at: now)
        guard let profile = policy.profile(verified.claims, subject: proof.subject) else { throw Refusal.noRole }
        let identity = PersonRecord.Identity(issuer: policy.issuer, subject: proof.subject)
        let record = try await enter(identity, profile, at: now)
        try Standing.admit(record, since: Timestamp(seconds: proof.issuedAt))
        let person = Person(
            name: record.name,
            role: profile.role,
            claimedProjects: profile.projects,
            origin: Origin(method: .oidc)
        )
        return Credential(person: person, expiresAt: Timestamp(seconds: proof.expiresAt))
    }

    /// Judges claims.
    static func check(
        _ token: JSONWebToken,
        _ demand: TokenDemand,
        at now: Timestamp
    ) throws(Refusal) -> TokenDemand.Proof {
        do {
            return try demand.check(token, at: now.seconds)
        } catch {
            throw .token(error)
        }
    }

    /// Somebody's record; written when they are new, or when their provider tells something else of them.
    func enter(
        _ identity: PersonRecord.Identity,
        _ profile: Profile,
        at now: Timestamp
    ) async throws -> PersonRecord {
        let known = try await database.read { try PeopleStore.find(identity, on: $0) }
        if let known, known.agrees(with: profile) { return known }
        return try await database.transaction { connection in
            guard let known = try PeopleStore.find(identity, on: connection) else {
                return try Self.insert(identity, profile, at: now, on: connection)
            }
            try PeopleStore.update(
                known.name,
                email: profile.email,
                displayName: profile.displayName,
                role: profile.role,
                projects: profile.projects,
                on: connection
            )
            if known.role != profile.role {
                let details: JSONValue = [
                    "before": .string(known.role.rawValue), "after": .string(profile.role.rawValue),
                    "issuer": .string(identity.issuer),
                ]
                try Self.note("person.role-changed", known.name, profile, details, at: now, on: connection)
            }
            return try PeopleService.find(known.name, on: connection)
        }
    }

    /// Gives somebody new the first free name near the one they wish for.
    private static func insert(
        _ identity: PersonRecord.Identity,
        _ profile: Profile,
        at now: Timestamp,
        on connection: any StorageConnection
    ) throws -> PersonRecord {
        let wish = PersonName.folded(profile.wishedName)
        var bearers = 0
        while true {
            let name = bearers == 0 ? wish : PersonName.numbered(wish, bearers)
            bearers += 1
            guard !PersonName.reserved.contains(name) else { continue }
            let record = PersonRecord(
                name: name,
                identity: identity,
                email: profile.email,
                displayName: profile.displayName,
                role: profile.role,
                projects: profile.projects,
                createdAt: now,
                seenAt: nil,
                disabledAt: nil,
                signedOutAt: nil
            )
            if try PeopleStore.insert(record, on: connection) {
                let details: JSONValue = [
                    "role": .string(profile.role.rawValue), "issuer": .string(identity.issuer),
                    "subject": .string(identity.subject),
                ]
                try note("person.created", name, profile, details, at: now, on: connection)
                return record
            }
            // Another request of theirs may have been faster.
            if let known = try PeopleStore.find(identity, on: connection) { return known }
        }
    }

    private static func note(
        _ action: String,
        _ name: String,
        _ profile: Profile,
        _ details: JSONValue,
        at now: Timestamp,
        on connection: any StorageConnection
    ) throws {
        let person = Person(name: name, role: profile.role, origin: Origin(method: .oidc))
        try AuditStore.append(
            AuditEntry(action, .init("person", name), by: person, details: details),
            at: now,
            on: connection
        )
    }
}

extension PersonRecord {
    fileprivate func agrees(with profile: Profile) -> Bool {
        email == profile.email && displayName == profile.displayName && role == profile.role
            && projects == profile.projects
    }
}
