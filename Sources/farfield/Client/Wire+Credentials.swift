import FoundationEssentials

extension Wire {
    /// `GET /api/v1/sites/NAME/credential`.
    struct Credential: Decodable, Sendable {
        var site: String
        var account: String
        var kind: String
        var algorithm: String
        var fingerprint: String
        var validBefore: Date?
        var createdAt: Date?
        var lastUsedAt: Date?
        /// Whose it is, in the list for admins.
        var person: String?
    }

    /// The body of `PUT /api/v1/sites/NAME/credential`.
    struct CredentialWish: Encodable, Sendable {
        var account: String
        var privateKey: String
        var passphrase: String?
        var certificate: String?
    }
}
