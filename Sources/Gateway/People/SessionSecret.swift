internal import Attestation

/// The secret of a browser's session: 256 random bits in its cookie, of which the gateway keeps the digest.
package struct SessionSecret: Sendable, Hashable {
    private let bytes: [UInt8]

    /// What stands in the cookie.
    package var text: String { Base64URL.text(bytes) }

    /// What the gateway keeps.
    var digest: SHA256Digest { SHA256Digest(of: bytes) }

    /// What the session's own pages send along with every change: made of the secret, and of no use without the cookie.
    package var csrfToken: String {
        Base64URL.text(HMACSHA256.code(of: "farfield csrf".utf8, key: bytes))
    }

    /// A new secret.
    ///
    /// - Throws: ``GatewayError`` of kind `internal` when libcrypto has no random bytes.
    init() throws(GatewayError) {
        guard let bytes = SecretBytes.random(32) else {
            throw GatewayError(.internalFault, "There are no random bytes for a session.")
        }
        self.bytes = bytes
    }

    /// Reads a cookie; nil when it cannot be one.
    ///
    /// - Parameter text: the cookie's value.
    package init?(_ text: String) {
        guard text.utf8.count == 43, let bytes = Base64URL.bytes(text.utf8), bytes.count == 32 else { return nil }
        self.bytes = bytes
    }

    /// Whether a text is this session's CSRF token; the time taken tells nothing of it.
    package func isCSRFToken(_ text: String) -> Bool {
        SHA256Digest(of: text.utf8) == SHA256Digest(of: csrfToken.utf8)
    }
}

extension SessionSecret: CustomStringConvertible, CustomDebugStringConvertible {
    /// Never the secret.
    package var description: String { "a session" }
    /// Never the secret.
    package var debugDescription: String { "a session" }
}
