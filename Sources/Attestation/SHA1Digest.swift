internal import COpenSSL

/// SHA-1 (FIPS 180-4), for the one protocol that still asks for it: the handshake of RFC 6455.
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
