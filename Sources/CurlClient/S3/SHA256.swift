internal import COpenSSL

/// SHA-256 (FIPS 180-4) and HMAC-SHA256 (RFC 2104), computed by libcrypto: what a SigV4 signature is made of.
///
/// Modules of one floor do not know each other, so this is not `Attestation`'s.
enum SHA256 {
    static func digest(_ bytes: [UInt8]) -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: 32)
        _ = unsafe bytes.withUnsafeBytes { source in
            unsafe digest.withUnsafeMutableBufferPointer { target in
                unsafe EVP_Digest(source.baseAddress, source.count, target.baseAddress, nil, EVP_sha256(), nil)
            }
        }
        return digest
    }

    static func code(_ text: String, key: [UInt8]) -> [UInt8] {
        let message = Array(text.utf8)
        var code = [UInt8](repeating: 0, count: 32)
        _ = unsafe key.withUnsafeBytes { key in
            unsafe message.withUnsafeBufferPointer { message in
                unsafe code.withUnsafeMutableBufferPointer { code in
                    unsafe HMAC(
                        EVP_sha256(),
                        key.baseAddress,
                        Int32(key.count),
                        message.baseAddress,
                        message.count,
                        code.baseAddress,
                        nil
                    )
                }
            }
        }
        return code
    }

    static func hexadecimal(_ bytes: [UInt8]) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    /// The digest of a whole source, read piece by piece.
    static func digest(of source: ByteSource) async throws -> [UInt8] {
        let stream = Stream()
        var position = 0
        while position < source.byteCount {
            let end = min(position + UploadFeed.pieceByteCount, source.byteCount)
            let bytes = try await source.read(position..<end)
            stream.update(bytes)
            position += bytes.count
        }
        return stream.finish()
    }

    /// `@safe`: the context is made in `init`, freed in `deinit`, never handed out.
    @safe private struct Stream: ~Copyable {
        private let context: OpaquePointer?

        init() {
            unsafe context = EVP_MD_CTX_new()
            unsafe EVP_DigestInit_ex(context, EVP_sha256(), nil)
        }

        deinit { unsafe EVP_MD_CTX_free(context) }

        func update(_ bytes: [UInt8]) {
            _ = unsafe bytes.withUnsafeBytes { unsafe EVP_DigestUpdate(context, $0.baseAddress, $0.count) }
        }

        consuming func finish() -> [UInt8] {
            var raw = [UInt8](repeating: 0, count: 32)
            _ = unsafe raw.withUnsafeMutableBufferPointer { unsafe EVP_DigestFinal_ex(context, $0.baseAddress, nil) }
            return raw
        }
    }
}
