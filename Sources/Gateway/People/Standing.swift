package import Attestation

/// Why somebody is not let in with what they sent.
package enum Refusal: Error, Sendable, Hashable {
    /// No token of the gateway's, and none of a provider's.
    case unknown
    /// It was revoked, or its holder signed out everywhere since.
    case revoked
    /// It is over.
    case expired
    /// An admin disabled its holder.
    case disabled
    /// A token of a provider's that is not taken.
    case token(WebTokenFault)
    /// No configured provider issued it.
    case unknownIssuer
    /// The provider's claims give no role here.
    case noRole
    /// The provider does not answer, and its keys are not known.
    case providerUnavailable(String)
}

extension Refusal: CustomStringConvertible {
    package var description: String {
        switch self {
        case .unknown: "The token is not known here."
        case .revoked: "The token was revoked. Make or get a new one."
        case .expired: "The token or session has expired. Sign in again."
        case .disabled: "This person is disabled here. Ask an admin."
        case .token(let fault): "It is not taken: \(fault)."
        case .unknownIssuer: "The token's issuer is not one this gateway knows; GET /api/v1/login lists them."
        case .noRole: "You are known, but no group of yours has a role here. Ask an admin."
        case .providerUnavailable(let issuer):
            "The identity provider \(issuer) does not answer, so its tokens cannot be checked now. Try again soon."
        }
    }
}

/// Who somebody is, as far as a token or a session proves it.
package struct Credential: Sendable, Hashable {
    /// Who it is.
    package let person: Person
    /// When the proof ends; nil when it does not by itself.
    package let expiresAt: Timestamp?
}

/// Judges tokens and sessions: pure decisions on what the database holds.
enum Standing {
    /// Who comes with a token of the gateway's own.
    static func judge(
        _ token: APIToken?,
        of holder: PersonRecord?,
        at now: Timestamp
    ) throws(Refusal) -> Credential {
        guard let token, let holder else { throw .unknown }
        guard token.revokedAt == nil else { throw .revoked }
        if let end = token.expiresAt, end <= now { throw .expired }
        try admit(holder, since: token.createdAt)
        let person = Person(
            name: holder.name,
            role: min(token.role, holder.role),
            scopes: token.scopes,
            claimedProjects: holder.projects,
            origin: Origin(method: .token, credential: token.id.text)
        )
        return Credential(person: person, expiresAt: token.expiresAt)
    }

    /// Who comes with a browser's session, which ends with the token it was begun with, if it was.
    static func judge(
        _ session: BrowserSession?,
        begunWith token: APIToken?,
        of holder: PersonRecord?,
        at now: Timestamp
    ) throws(Refusal) -> Credential {
        guard let session, let holder else { throw .unknown }
        guard session.endedAt == nil else { throw .revoked }
        guard now < session.expiresAt, now - session.seenAt < BrowserSession.idle else { throw .expired }
        if session.token != nil { _ = try judge(token, of: holder, at: now) }
        try admit(holder, since: session.createdAt)
        let person = Person(
            name: holder.name,
            role: min(session.role, holder.role),
            scopes: session.scopes,
            claimedProjects: session.projects,
            origin: Origin(method: .session, credential: session.id)
        )
        let end = [session.expiresAt, token?.expiresAt].compactMap { $0 }.min()
        return Credential(person: person, expiresAt: end)
    }

    /// Refuses the disabled, and proofs from before their holder signed out everywhere.
    static func admit(_ holder: PersonRecord, since birth: Timestamp) throws(Refusal) {
        if holder.disabledAt != nil { throw .disabled }
        if let out = holder.signedOutAt, birth <= out { throw .revoked }
    }
}
