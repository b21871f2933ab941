internal import COpenSSL

/// Secrets at rest: AES-256-GCM (NIST SP 800-38D, RFC 5116 §5.2), computed by libcrypto.
///
/// A sealed secret is 12 bytes of nonce, the bytes under cipher, and 16 bytes of tag. The nonce is random: one key may
/// seal 2³² secrets before two nonces are likely enough to be the same (SP 800-38D §8.3).
package struct SecretBox: Sendable {
    /// How many bytes a key has.
    package static let keyBytes = 32
    private static let nonceBytes = 12
    private static let tagBytes = 16

    private let key: [UInt8]

    /// A box; nil when the key has not 32 bytes.
    ///
    /// - Parameter key: secret, unpredictable bytes.
    package init?(key: [UInt8]) {
        guard key.count == Self.keyBytes else { return nil }
        self.key = key
    }

    /// Encrypts bytes and binds them to others.
    ///
    /// - Parameters:
    ///   - plain: the secret.
    ///   - associated: what the secret belongs to, such as its owner's name; ``open(_:associated:)`` must be given the
    ///     same, so a sealed secret cannot be moved to another place.
    /// - Returns: nonce, encrypted bytes and tag.
    /// - Throws: ``Failure/unavailable`` when libcrypto has no random bytes.
    package func seal(_ plain: [UInt8], associated: [UInt8]) throws(Failure) -> [UInt8] {
        guard let nonce = SecretBytes.random(Self.nonceBytes), plain.count <= Int32.max - 64 else {
            throw .unavailable
        }
        let context = unsafe EVP_CIPHER_CTX_new()
        defer { unsafe EVP_CIPHER_CTX_free(context) }
        var sealed = [UInt8](repeating: 0, count: plain.count + 16)
        var tag = [UInt8](repeating: 0, count: Self.tagBytes)
        var (length, rest) = (Int32(0), Int32(0))
        guard unsafe EVP_EncryptInit_ex(context, EVP_aes_256_gcm(), nil, key, nonce) == 1,
            unsafe EVP_EncryptUpdate(context, nil, &rest, associated, Int32(associated.count)) == 1,
            unsafe EVP_EncryptUpdate(context, &sealed, &length, plain, Int32(plain.count)) == 1,
            unsafe EVP_EncryptFinal_ex(context, &tag, &rest) == 1,
            unsafe EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, Int32(Self.tagBytes), &tag) == 1
        else { throw .unavailable }
        return nonce + sealed.prefix(Int(length)) + tag
    }

    /// Decrypts what ``seal(_:associated:)`` made.
    ///
    /// - Parameters:
    ///   - sealed: nonce, encrypted bytes and tag.
    ///   - associated: the same as when it was sealed.
    /// - Returns: the secret.
    /// - Throws: ``Failure/notGenuine`` for another key, other associated bytes, or any changed byte.
    package func open(_ sealed: [UInt8], associated: [UInt8]) throws(Failure) -> [UInt8] {
        guard sealed.count >= Self.nonceBytes + Self.tagBytes, sealed.count <= Int32.max - 64 else {
            throw .notGenuine
        }
        let nonce = Array(sealed.prefix(Self.nonceBytes))
        let body = Array(sealed.dropFirst(Self.nonceBytes).dropLast(Self.tagBytes))
        var tag = Array(sealed.suffix(Self.tagBytes))
        let context = unsafe EVP_CIPHER_CTX_new()
        defer { unsafe EVP_CIPHER_CTX_free(context) }
        var plain = [UInt8](repeating: 0, count: body.count + 16)
        var (length, rest) = (Int32(0), Int32(0))
        var none = [UInt8](repeating: 0, count: 16)
        guard unsafe EVP_DecryptInit_ex(context, EVP_aes_256_gcm(), nil, key, nonce) == 1,
            unsafe EVP_DecryptUpdate(context, nil, &rest, associated, Int32(associated.count)) == 1,
            unsafe EVP_DecryptUpdate(context, &plain, &length, body, Int32(body.count)) == 1,
            unsafe EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, Int32(Self.tagBytes), &tag) == 1,
            // Nothing of the plain bytes leaves this function before the tag was found right.
            unsafe EVP_DecryptFinal_ex(context, &none, &rest) == 1
        else { throw .notGenuine }
        return Array(plain.prefix(Int(length)))
    }

    /// Why a secret could not be sealed or opened.
    package enum Failure: Error, Sendable, Hashable {
        /// libcrypto failed or has no random bytes.
        case unavailable
        /// The bytes were not sealed under this key for this place.
        case notGenuine
    }
}

extension SecretBox.Failure: CustomStringConvertible {
    package var description: String {
        switch self {
        case .unavailable: "libcrypto could not encrypt: it has no random bytes"
        case .notGenuine: "the sealed secret was made with another key, belongs elsewhere, or is damaged"
        }
    }
}

extension SecretBox: CustomStringConvertible, CustomDebugStringConvertible {
    /// Never the key.
    package var description: String { "SecretBox" }
    /// Never the key.
    package var debugDescription: String { "SecretBox" }
}

/// Unpredictable bytes for keys, tokens and nonces.
package enum SecretBytes {
    /// So many bytes of libcrypto's generator for secrets (RAND_priv_bytes(3)); nil if it has no entropy.
    package static func random(_ count: Int) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: count)
        return unsafe RAND_priv_bytes(&bytes, Int32(count)) == 1 ? bytes : nil
    }
}
