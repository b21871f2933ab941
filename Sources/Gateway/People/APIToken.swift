internal import Attestation
internal import FoundationEssentials

/// A token's name: `tok_` and 26 characters that sort by birth.
package struct TokenID: Sendable, Hashable, CustomStringConvertible {
    /// The written form.
    package let text: String

    /// A new name.
    init(at now: Timestamp, random: inout some RandomNumberGenerator) {
        text = "tok_" + SortableID.make(at: now, random: &random)
    }

    /// Reads a name; nil when it is none.
    ///
    /// - Parameter text: the written form.
    package init?(_ text: String) {
        guard text.hasPrefix("tok_"), SortableID.isValid(text.dropFirst(4)) else { return nil }
        self.text = text
    }

    package var description: String { text }
}

/// One of the gateway's own tokens, without its secret, which nobody knows but its holder.
package struct APIToken: Sendable, Hashable {
    /// Its name, which may be shown.
    package let id: TokenID
    /// Whose it is.
    package let person: String
    /// What its holder calls it.
    package let label: String
    /// What it may be used for.
    package let scopes: Set<Scope>
    /// The most its holder may do with it, whatever role they have.
    package let role: Role
    /// When it was made.
    package let createdAt: Timestamp
    /// Who made it: its holder, or an admin.
    package let createdBy: String
    /// When it ends; nil for the first admin's token, which ends when it is revoked.
    package let expiresAt: Timestamp?
    /// When it was last used, up to a minute late; nil when never.
    package let lastUsedAt: Timestamp?
    /// When it was revoked.
    package let revokedAt: Timestamp?
    /// Who revoked it.
    package let revokedBy: String?
}

/// The secret text of a token: `ff_` and 64 hexadecimal digits, 256 random bits.
struct TokenSecret: Sendable {
    /// What its holder sends.
    let text: String

    /// What the gateway keeps of it.
    var digest: SHA256Digest { SHA256Digest(of: text.utf8) }

    /// A new secret.
    ///
    /// - Throws: ``GatewayError`` of kind `internal` when libcrypto has no random bytes.
    init() throws(GatewayError) {
        guard let bytes = SecretBytes.random(32) else {
            throw GatewayError(.internalFault, "There are no random bytes for a token.")
        }
        text = "ff_" + bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    /// Reads a secret; nil when it cannot be one.
    init?(_ text: String) {
        let isDigit: (UInt8) -> Bool = { (48...57).contains($0) || (97...102).contains($0) }
        guard text.hasPrefix("ff_"), text.utf8.count == 67, text.utf8.dropFirst(3).allSatisfy(isDigit) else {
            return nil
        }
        self.text = text
    }
}

extension TokenSecret: CustomStringConvertible {
    /// Never the secret.
    var description: String { "a token" }
}

extension Set<Scope> {
    /// The scopes in their order, with spaces between, as the database keeps them.
    var text: String { Scope.allCases.filter(contains).map(\.rawValue).joined(separator: " ") }

    /// Reads ``text``; unknown words are left out.
    init(text: String) { self.init(text.split(separator: " ").compactMap { Scope(rawValue: String($0)) }) }
}
