import FoundationEssentials

/// A login at one gateway, as it is kept.
struct StoredLogin: Codable, Sendable {
    /// Who gave the tokens.
    struct Provider: Codable, Sendable {
        /// The provider's issuer identifier, which is its address.
        var issuer: String
        /// As whom this program asks there.
        var clientID: String
    }

    /// Sent to the gateway, and to nobody else.
    var accessToken: String
    /// When it ends, as far as that was told.
    var expiresAt: Date?
    /// Exchanged for the next access token at the provider, once; it is never sent to the gateway.
    var refreshToken: String?
    /// The provider; nil for a token that was pasted.
    var provider: Provider?

    /// Whether the access token should be exchanged now, a little before it ends.
    func isEnding(at now: Date) -> Bool {
        guard let expiresAt else { return false }
        return now.addingTimeInterval(30) >= expiresAt
    }

    /// Whether the access token may still be accepted.
    func isUsable(at now: Date) -> Bool { expiresAt.map { now < $0 } ?? true }
}

/// All logins of a person on this machine.
struct StoredLogins: Codable, Sendable {
    /// The form of the file.
    var version = 1
    /// The logins by the address of their gateway.
    var gateways: [String: StoredLogin] = [:]

    /// The name under which a gateway's login is kept: scheme and host do not depend on upper and lower case
    /// (RFC 3986 §6.2.2.1).
    static func key(for url: String) -> String {
        guard let start = url.firstRange(of: "://")?.upperBound else { return url }
        let end = url[start...].firstIndex { $0 == "/" || $0 == "?" || $0 == "#" } ?? url.endIndex
        return url[..<end].lowercased() + url[end...]
    }
}
