internal import COpenSSL

/// The SHA-256 of some bytes (FIPS 180-4), computed by libcrypto.
package struct SHA256Digest: Sendable, Hashable {
    /// 64 lower-case hexadecimal digits.
    package let hexadecimal: String

    /// `sha256:` and the digits, as written in manifests, addresses and `ETag`s.
    package var description: String { "sha256:\(hexadecimal)" }

    /// The digest of bytes in memory.
    ///
    /// - Parameter bytes: any bytes.
    package init(of bytes: some Sequence<UInt8>) {
        var hash = SHA256Stream()
        hash.update(Array(bytes))
        self = hash.finish()
    }

    /// Reads `sha256:` followed by 64 lower-case hexadecimal digits; nil for anything else.
    ///
    /// - Parameter text: the written form.
    package init?(_ text: String) {
        guard text.hasPrefix("sha256:"), text.utf8.count == 71 else { return nil }
        let digits = text.dropFirst(7)
        guard digits.utf8.allSatisfy({ (48...57).contains($0) || (97...102).contains($0) }) else { return nil }
        hexadecimal = String(digits)
    }

    /// The 32 bytes.
    package var bytes: [UInt8] {
        let digits = Array(hexadecimal.utf8).map { $0 > 57 ? $0 - 87 : $0 - 48 }
        return stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
    }

    /// A digest whose 32 bytes are known; nil when there are not 32.
    ///
    /// - Parameter bytes: the bytes of the digest itself, not those it is the digest of.
    package init?(bytes: [UInt8]) {
        guard bytes.count == 32 else { return nil }
        self.init(raw: bytes)
    }

    init(raw: [UInt8]) {
        hexadecimal = raw.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}

extension SHA256Digest: CustomStringConvertible {}

/// SHA-256 over bytes that arrive in pieces.
@safe package struct SHA256Stream: ~Copyable {
    /// Owned by this value alone: made in `init`, freed in `deinit`, never handed out.
    private let context: OpaquePointer?

    /// An empty stream.
    package init() {
        unsafe context = EVP_MD_CTX_new()
        unsafe EVP_DigestInit_ex(context, EVP_sha256(), nil)
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
    /// - Returns: the digest.
    package consuming func finish() -> SHA256Digest {
        var raw = [UInt8](repeating: 0, count: 32)
        _ = unsafe raw.withUnsafeMutableBufferPointer { unsafe EVP_DigestFinal_ex(context, $0.baseAddress, nil) }
        return SHA256Digest(raw: raw)
    }
}
