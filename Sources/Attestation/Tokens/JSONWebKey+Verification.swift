internal import COpenSSL

extension JSONWebKey {
    /// Whether a signature was made over a message by the owner of this key.
    ///
    /// - Parameters:
    ///   - signature: as JOSE writes it: the RSA octets, r‖s of 64 bytes (RFC 7518 §3.4), or the 64 bytes of Ed25519.
    ///   - message: the bytes that were signed.
    /// - Returns: false for every other reason, too.
    package func isValid(_ signature: [UInt8], of message: [UInt8]) -> Bool {
        switch material {
        case .ed25519(let key): return key.isValid(signature, of: message)
        case .rsa(let modulus, _):
            guard signature.count == modulus.count else { return false }
            return Self.verify(signature, message, publicKey: information)
        case .p256:
            guard signature.count == 64 else { return false }
            let pair = DER.sequence(DER.integer(signature.prefix(32)) + DER.integer(signature.suffix(32)))
            return Self.verify(pair, message, publicKey: information)
        }
    }

    /// The SubjectPublicKeyInfo (RFC 5280 §4.1): what libcrypto reads keys of any type from, checking that a point
    /// lies on its curve.
    private var information: [UInt8] {
        switch material {
        case .rsa(let modulus, let exponent):
            // rsaEncryption, RFC 8017 §A.1.
            let identifier: [UInt8] = [0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00]
            let key = DER.sequence(DER.integer(modulus[...]) + DER.integer(exponent[...]))
            return DER.sequence(DER.sequence(identifier) + DER.bits(key))
        case .p256(let x, let y):
            // id-ecPublicKey and secp256r1, RFC 5480 §2.1.1; the point uncompressed, SEC 1 §2.3.3.
            let identifier: [UInt8] = [
                0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01,
                0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07,
            ]
            return DER.sequence(DER.sequence(identifier) + DER.bits([0x04] + x + y))
        case .ed25519: return []
        }
    }

    private static func verify(_ signature: [UInt8], _ message: [UInt8], publicKey: [UInt8]) -> Bool {
        // A refused signature leaves words in the thread's error queue, which nobody would read.
        defer { ERR_clear_error() }
        // Both objects live in this function alone and are freed on its way out; the buffers outlive the calls.
        let key = unsafe publicKey.withUnsafeBufferPointer { bytes in
            var start = bytes.baseAddress
            return unsafe d2i_PUBKEY(nil, &start, bytes.count)
        }
        defer { unsafe EVP_PKEY_free(key) }
        let context = unsafe EVP_MD_CTX_new()
        defer { unsafe EVP_MD_CTX_free(context) }
        guard unsafe key != nil, unsafe EVP_DigestVerifyInit(context, nil, EVP_sha256(), nil, key) == 1 else {
            return false
        }
        return unsafe EVP_DigestVerify(context, signature, signature.count, message, message.count) == 1
    }
}

/// The little of the Distinguished Encoding Rules (ITU-T X.690) that keys and signatures are written in.
enum DER {
    static func sequence(_ content: [UInt8]) -> [UInt8] { [0x30] + length(content.count) + content }

    /// A number that is not negative, big-endian.
    static func integer(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
        var digits = Array(bytes.drop { $0 == 0 })
        if digits.first.map({ $0 >= 0x80 }) ?? true { digits.insert(0, at: 0) }
        return [0x02] + length(digits.count) + digits
    }

    /// A string of whole bytes.
    static func bits(_ bytes: [UInt8]) -> [UInt8] { [0x03] + length(bytes.count + 1) + [0] + bytes }

    private static func length(_ count: Int) -> [UInt8] {
        switch count {
        case 0..<0x80: [UInt8(count)]
        case 0x80..<0x100: [0x81, UInt8(count)]
        default: [0x82, UInt8(count >> 8 & 0xff), UInt8(count & 0xff)]
        }
    }
}
