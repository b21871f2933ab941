internal import COpenSSL

/// A private key in memory, as libcrypto holds it.
///
/// Unchecked, because a pointer is not Sendable by itself: the object is never changed after `init`, libcrypto counts
/// its references atomically, and every use makes its own context. It is freed in `deinit` and never handed out.
@safe final class Ed25519PrivateKey: @unchecked Sendable {
    private let key: OpaquePointer

    /// A key from the 32 bytes of RFC 8032 §5.1.5; nil when there are not 32.
    init?(seed: [UInt8]) {
        guard seed.count == 32, let key = unsafe EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nil, seed, seed.count)
        else { return nil }
        unsafe self.key = unsafe key
    }

    deinit { unsafe EVP_PKEY_free(key) }

    /// The key that checks its signatures; nil if libcrypto fails.
    var publicKey: Ed25519PublicKey? {
        var raw = [UInt8](repeating: 0, count: 32)
        var count = raw.count
        guard unsafe EVP_PKEY_get_raw_public_key(key, &raw, &count) == 1 else { return nil }
        return Ed25519PublicKey(raw: raw)
    }

    /// The 64 bytes of the signature (RFC 8032 §5.1.6); nil if libcrypto fails.
    func signature(of message: [UInt8]) -> [UInt8]? {
        let context = unsafe EVP_MD_CTX_new()
        defer { unsafe EVP_MD_CTX_free(context) }
        guard unsafe EVP_DigestSignInit(context, nil, nil, nil, key) == 1 else { return nil }
        var signature = [UInt8](repeating: 0, count: 64)
        var count = signature.count
        guard unsafe EVP_DigestSign(context, &signature, &count, message, message.count) == 1, count == 64 else {
            return nil
        }
        return signature
    }

    /// 32 unpredictable bytes from libcrypto's generator for secrets; nil if it has no entropy.
    static func freshSeed() -> [UInt8]? {
        var seed = [UInt8](repeating: 0, count: 32)
        return unsafe RAND_priv_bytes(&seed, 32) == 1 ? seed : nil
    }

    /// What stands before the 32 bytes in a PrivateKeyInfo (RFC 8410 §7): version 0, the identifier, an octet string
    /// in an octet string.
    private static let prefix: [UInt8] = [
        0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20,
    ]

    /// A seed as a PEM file (RFC 8410 §7), as `openssl genpkey -algorithm ed25519` writes it.
    static func pem(seed: [UInt8]) -> String { PEM.text(prefix + seed, label: "PRIVATE KEY") }

    /// The seed in a PEM file.
    static func seed(pem: some Sequence<UInt8>) throws(MalformedKey) -> [UInt8] {
        let bytes = try PEM.bytes(pem, label: "PRIVATE KEY")
        guard bytes.count == 48, bytes.starts(with: prefix) else {
            throw MalformedKey("it is a private key, but not as openssl genpkey -algorithm ed25519 writes it")
        }
        return Array(bytes.dropFirst(prefix.count))
    }
}
