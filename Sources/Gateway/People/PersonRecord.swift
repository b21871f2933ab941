/// Somebody as the gateway remembers them.
package struct PersonRecord: Sendable, Hashable {
    /// Who somebody is at an identity provider; nobody else has the same two.
    package struct Identity: Sendable, Hashable {
        /// The provider, `iss`.
        package let issuer: String
        /// Their name there, `sub`.
        package let subject: String
    }

    /// Their name here, bound to their identity for good.
    package let name: String
    /// Who they are at their provider; nil for people an admin made here.
    package let identity: Identity?
    /// Address, as the provider last told it.
    package let email: String?
    /// What to call them, as the provider last told it.
    package let displayName: String?
    /// What they may do at all: given by an admin, or what the provider's claims last meant.
    package let role: Role
    /// Projects that the provider's claims last put them into.
    package let projects: Set<String>
    /// When they were first seen.
    package let createdAt: Timestamp
    /// When they were last seen, up to a minute late.
    package let seenAt: Timestamp?
    /// Since when they are not let in.
    package let disabledAt: Timestamp?
    /// Tokens and sessions of before this moment are refused.
    package let signedOutAt: Timestamp?

    /// Whether an admin made them here, without an identity provider.
    package var isLocal: Bool { identity == nil }
}
