internal import COpenSSL

/// SHA-1 (FIPS 180-4), for the protocols that still ask for it: the handshake of RFC 6455, checksums of tus 1.0.0.
///
/// It proves nothing.
package enum SHA1Digest {
    /// The 20 bytes of the digest.
    ///
    /// - Parameter bytes: any bytes.
    /// - Returns: the digest.
    package static func bytes(of bytes: some Sequence<UInt8>) -> [UInt8] {
        let input = Array(bytes)
        var raw = [UInt8](repeating: 0, count: 20)
        _ = unsafe input.withUnsafeBytes { source in
            unsafe raw.withUnsafeMutableBufferPointer { target in
                unsafe EVP_Digest(source.baseAddress, source.count, target.baseAddress, nil, EVP_sha1(), nil)
            }
        }
        return raw
    }
}

/// SHA-1 over bytes that arrive in pieces.
@safe package struct SHA1Stream: ~Copyable {
    /// Owned by this value alone: made in `init`, freed in `deinit`, never handed out.
    private let context: OpaquePointer?

    /// An empty stream.
    package init() {
        unsafe context = EVP_MD_CTX_new()
        unsafe EVP_DigestInit_ex(context, EVP_sha1(), nil)
    }

    deinit { unsafe EVP_MD_CTX_free(context) }

    /// Adds bytes.
    ///
    /// - Parameter bytes: the next bytes.
    package mutating func update(_ bytes: [UInt8]) {
        _ = unsafe bytes.withUnsafeBytes { unsafe EVP_DigestUpdate(context, $0.baseAddress, $0.count) }
    }

    /// The digest of all bytes added; the stream is used up.
    ///
    /// - Returns: its 20 bytes.
    package consuming func finish() -> [UInt8] {
        var raw = [UInt8](repeating: 0, count: 20)
        _ = unsafe raw.withUnsafeMutableBufferPointer { unsafe EVP_DigestFinal_ex(context, $0.baseAddress, nil) }
        return raw
    }
}
