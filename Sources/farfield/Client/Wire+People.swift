import FoundationEssentials

/// The documents of people, their tokens and how they log in.
extension Wire {
    /// `GET /api/v1/login`.
    struct LoginWays: Decodable, Sendable {
        var issuers: [Issuer]

        struct Issuer: Decodable, Sendable {
            var issuer: String
            /// As whom the command line asks there; nil when the provider is for browsers alone.
            var deviceClientID: String?
            var audience: String?
            var scopes: [String]?
        }
    }

    /// `GET /api/v1/me`.
    struct Me: Decodable, Sendable {
        var name: String
        var role: String
        var scopes: [String]
        var projects: [String]
        var method: String
        var expiresAt: Date?
    }

    /// One entry of `GET /api/v1/tokens`.
    struct APIToken: Decodable, Sendable {
        var id: String
        var person: String
        var label: String
        var scopes: [String]
        var createdAt: Date
        var expiresAt: Date?
        var lastUsedAt: Date?
        var revokedAt: Date?

        /// What it is good for, at a time.
        func state(at now: Date) -> String {
            if revokedAt != nil { return "revoked" }
            return expiresAt.map { $0 <= now } == true ? "expired" : "active"
        }
    }

    /// The body of `POST /api/v1/tokens`.
    struct TokenWish: Encodable, Sendable {
        var label: String
        var scopes: [String]?
        var expiresIn: String?
    }

    /// The answer to `POST /api/v1/tokens`: the token, and its secret, which is told once.
    struct NewToken: Decodable, Sendable {
        var token: APIToken
        var secret: String

        private enum Field: String, CodingKey { case secret }

        init(from decoder: any Decoder) throws {
            token = try APIToken(from: decoder)
            secret = try decoder.container(keyedBy: Field.self).decode(String.self, forKey: .secret)
        }
    }

    /// One entry of `GET /api/v1/people`.
    struct Person: Decodable, Sendable {
        var name: String
        var role: String?
        var issuer: String?
        var email: String?
        var createdAt: Date?
        var seenAt: Date?
        var disabledAt: Date?
        var signedOutAt: Date?
    }

    /// The body of `POST /api/v1/people`.
    struct PersonWish: Encodable, Sendable {
        var name: String
        var role: String
    }

    /// The body of `PUT /api/v1/people/NAME/role`.
    struct RoleWish: Encodable, Sendable {
        var role: String
    }
}
