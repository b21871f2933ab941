internal import COpenSSL

/// Sealing of small secrets: AES-256-GCM (NIST SP 800-38D), computed by libcrypto.
///
/// A sealed text is a fresh nonce of 12 bytes, the encrypted bytes, and a tag of 16 bytes. Nonces are drawn at random,
/// so one key must not seal more than 2³² texts.
package struct SecretBox: Sendable {
    /// Why a secret is not sealed or not opened; it says nothing more, so that nobody learns from it.
    package enum Failure: Error, Hashable {
        /// libcrypto failed, or has no entropy.
        case unsealed
        /// Another key or other associated data sealed it, or it was changed.
        case unopened
    }

    private static let nonceLength = 12
    private static let tagLength = 16

    private let key: [UInt8]

    /// A box; nil when the key has not 32 bytes.
    ///
    /// - Parameter key: 32 unpredictable bytes.
    package init?(key: [UInt8]) {
        guard key.count == 32 else { return nil }
        self.key = key
    }

    /// Seals bytes.
    ///
    /// - Parameters:
    ///   - plain: any bytes.
    ///   - associated: what they belong to: they open only beside the same.
    /// - Returns: nonce, encrypted bytes and tag.
    /// - Throws: ``Failure/unsealed``.
    package func seal(_ plain: [UInt8], associated: [UInt8]) throws -> [UInt8] {
        var nonce = [UInt8](repeating: 0, count: Self.nonceLength)
        var tag = [UInt8](repeating: 0, count: Self.tagLength)
        var sealed = [UInt8](repeating: 0, count: plain.count)
        var count: Int32 = 0
        let context = unsafe EVP_CIPHER_CTX_new()
        defer { unsafe EVP_CIPHER_CTX_free(context) }
        // Every buffer is an array's own and as long as is said; the cipher writes as many bytes as it reads.
        guard unsafe RAND_bytes(&nonce, Int32(nonce.count)) == 1,
            unsafe EVP_EncryptInit_ex(context, EVP_aes_256_gcm(), nil, key, nonce) == 1,
            unsafe EVP_EncryptUpdate(context, nil, &count, associated, Int32(associated.count)) == 1,
            unsafe EVP_EncryptUpdate(context, &sealed, &count, plain, Int32(plain.count)) == 1,
            unsafe EVP_EncryptFinal_ex(context, nil, &count) == 1,
            unsafe EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, Int32(tag.count), &tag) == 1
        else { throw Failure.unsealed }
        return nonce + sealed + tag
    }

    /// Opens what was sealed.
    ///
    /// - Parameters:
    ///   - sealed: as ``seal(_:associated:)`` gave it.
    ///   - associated: the same as then.
    /// - Returns: the bytes.
    /// - Throws: ``Failure/unopened``.
    package func open(_ sealed: [UInt8], associated: [UInt8]) throws -> [UInt8] {
        guard sealed.count >= Self.nonceLength + Self.tagLength else { throw Failure.unopened }
        let nonce = Array(sealed.prefix(Self.nonceLength))
        var tag = Array(sealed.suffix(Self.tagLength))
        let body = Array(sealed.dropFirst(Self.nonceLength).dropLast(Self.tagLength))
        var plain = [UInt8](repeating: 0, count: body.count)
        var (count, rest) = (Int32(0), [UInt8](repeating: 0, count: 16))
        let context = unsafe EVP_CIPHER_CTX_new()
        defer { unsafe EVP_CIPHER_CTX_free(context) }
        guard unsafe EVP_DecryptInit_ex(context, EVP_aes_256_gcm(), nil, key, nonce) == 1,
            unsafe EVP_DecryptUpdate(context, nil, &count, associated, Int32(associated.count)) == 1,
            unsafe EVP_DecryptUpdate(context, &plain, &count, body, Int32(body.count)) == 1,
            unsafe EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, Int32(tag.count), &tag) == 1,
            unsafe EVP_DecryptFinal_ex(context, &rest, &count) == 1
        else { throw Failure.unopened }
        return plain
    }
}
