internal import COpenSSL

/// Message authentication with a shared key: HMAC-SHA256 (RFC 2104, FIPS 198-1), computed by libcrypto.
package enum HMACSHA256 {
    /// The 32 bytes of the code.
    ///
    /// - Parameters:
    ///   - message: any bytes.
    ///   - key: the shared key, of any length.
    /// - Returns: the code.
    package static func code(of message: some Sequence<UInt8>, key: [UInt8]) -> [UInt8] {
        let input = Array(message)
        var code = [UInt8](repeating: 0, count: 32)
        _ = unsafe key.withUnsafeBytes { key in
            unsafe input.withUnsafeBufferPointer { input in
                unsafe code.withUnsafeMutableBufferPointer { code in
                    let length = Int32(key.count)
                    return unsafe HMAC(
                        EVP_sha256(),
                        key.baseAddress,
                        length,
                        input.baseAddress,
                        input.count,
                        code.baseAddress,
                        nil
                    )
                }
            }
        }
        return code
    }
}
