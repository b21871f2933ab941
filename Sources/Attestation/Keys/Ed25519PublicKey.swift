internal import COpenSSL

/// A key that checks Ed25519 signatures (RFC 8032, the pure form), computed by libcrypto.
package struct Ed25519PublicKey: Sendable, Hashable {
    /// The 32 bytes of RFC 8032 §5.1.2.
    package let raw: [UInt8]

    /// A key from its bytes; nil when there are not 32, or when they are no key anybody can own.
    ///
    /// - Parameter raw: the encoding of RFC 8032 §5.1.2.
    package init?(raw: [UInt8]) {
        guard raw.count == 32, !Self.smallOrder.contains(raw.dropLast() + [raw[31] & 0x7f]) else { return nil }
        self.raw = raw
    }

    /// The points of order 1, 2, 4 and 8 in all their encodings, without the sign: under such a key one signature is
    /// valid for many messages, and no secret is needed to make it.
    private static let smallOrder: Set<[UInt8]> = [
        [0] + [UInt8](repeating: 0, count: 31),
        [1] + [UInt8](repeating: 0, count: 31),
        [0xec] + [UInt8](repeating: 0xff, count: 30) + [0x7f],
        [0xed] + [UInt8](repeating: 0xff, count: 30) + [0x7f],
        [0xee] + [UInt8](repeating: 0xff, count: 30) + [0x7f],
        [
            0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4, 0x89, 0xf2, 0xef, 0x98, 0xf0,
            0xd5, 0xdf, 0xac, 0x05, 0xd3, 0xc6, 0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53, 0xfc, 0x05,
        ],
        [
            0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b, 0x76, 0x0d, 0x10, 0x67, 0x0f,
            0x2a, 0x20, 0x53, 0xfa, 0x2c, 0x39, 0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac, 0x03, 0x7a,
        ],
    ]

    /// What stands before the 32 bytes in a SubjectPublicKeyInfo (RFC 8410 §4): sequences, the identifier, a bit string.
    private static let prefix: [UInt8] = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00]

    /// Reads a PEM file that holds one SubjectPublicKeyInfo (RFC 8410) and nothing else but white space.
    ///
    /// - Parameter pem: the text, such as `openssl pkey -pubout` writes it.
    /// - Throws: ``MalformedKey``.
    package init(pem: some Sequence<UInt8>) throws(MalformedKey) {
        let bytes = try PEM.bytes(pem, label: "PUBLIC KEY")
        guard bytes.count == 44, bytes.starts(with: Self.prefix) else {
            throw MalformedKey("it is a public key, but not one for Ed25519")
        }
        guard let key = Self(raw: Array(bytes.dropFirst(Self.prefix.count))) else {
            throw MalformedKey("it is a point of small order, under which anybody can sign")
        }
        self = key
    }

    /// The key as a PEM text (RFC 8410, RFC 7468), with the final newline.
    package var pem: String { PEM.text(Self.prefix + raw, label: "PUBLIC KEY") }

    /// The name under which envelopes refer to the key: hexadecimal SHA-256 of the key as securesystemslib writes it.
    ///
    /// That library demands its own form, and no other verifier cares which form it is.
    package var keyID: String {
        let digits = Hexadecimal.text(raw)
        return SHA256Digest(
            of: #"{"keytype":"ed25519","keyval":{"public":"\#(digits)"},"scheme":"ed25519"}"#.utf8
        ).hexadecimal
    }

    /// Whether a signature was made over a message by the owner of this key (RFC 8032 §5.1.7).
    ///
    /// - Parameters:
    ///   - signature: 64 bytes; any other number is not a signature.
    ///   - message: the bytes that were signed.
    /// - Returns: false for every other reason, too.
    package func isValid(_ signature: [UInt8], of message: some Sequence<UInt8>) -> Bool {
        guard signature.count == 64 else { return false }
        let message = Array(message)
        // Both objects live in this function alone and are freed on its way out; the buffers outlive the calls.
        let key = unsafe EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nil, raw, raw.count)
        defer { unsafe EVP_PKEY_free(key) }
        let context = unsafe EVP_MD_CTX_new()
        defer { unsafe EVP_MD_CTX_free(context) }
        // A refused signature leaves words in the thread's error queue, which nobody would read.
        defer { ERR_clear_error() }
        guard unsafe key != nil, unsafe EVP_DigestVerifyInit(context, nil, nil, nil, key) == 1 else { return false }
        return unsafe EVP_DigestVerify(context, signature, signature.count, message, message.count) == 1
    }
}

extension Ed25519PublicKey: CustomStringConvertible {
    package var description: String { "Ed25519 key \(keyID)" }
}

/// Bytes as lower-case hexadecimal digits.
enum Hexadecimal {
    static func text(_ bytes: some Sequence<UInt8>) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}
