/// Whoever can sign with one Ed25519 key: a file, a token.
package protocol Signer: Sendable {
    /// The key that checks what this signer signs.
    var publicKey: Ed25519PublicKey { get }

    /// Signs a message (RFC 8032 §5.1.6).
    ///
    /// - Parameter message: any bytes.
    /// - Returns: the 64 bytes of the signature.
    /// - Throws: ``SigningError``.
    func sign(_ message: [UInt8]) throws(SigningError) -> [UInt8]
}

/// Why a key cannot be made, loaded or used.
package enum SigningError: Error, Hashable {
    /// The file cannot be read; `reason` in the system's words.
    case unreadable(path: String, reason: String)
    /// Others than the owner may read or write the file; `mode` are its permission bits.
    case exposed(path: String, mode: UInt32)
    /// The file holds something else than an Ed25519 private key.
    case notAKey(path: String, reason: String)
    /// There is a file already, and a key is never overwritten.
    case exists(path: String)
    /// The file cannot be written; `reason` in the system's words.
    case unwritable(path: String, reason: String)
    /// The address of a key on a token cannot be read (RFC 7512).
    case address(String, reason: String)
    /// The token refused; `step` is what was asked of it.
    case token(step: String, reason: String)
    /// libcrypto refused.
    case refused(reason: String)

    /// Whether the same call may succeed later, with nothing changed: a token may be busy or away.
    package var mayPass: Bool {
        if case .token = self { true } else { false }
    }
}

extension SigningError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .unreadable(let path, let reason): "the key file \(path) cannot be read: \(reason)"
        case .exposed(let path, let mode):
            "the key file \(path) is open to others (mode \(String(mode, radix: 8))): run chmod 600 \(path)"
        case .notAKey(let path, let reason): "the key file \(path) is not an Ed25519 private key (PKCS #8): \(reason)"
        case .exists(let path): "there is a file \(path) already, and a key is never overwritten"
        case .unwritable(let path, let reason): "the key file \(path) cannot be written: \(reason)"
        case .address(let address, let reason): "\(address) does not name a key on a token: \(reason)"
        case .token(let step, let reason): "the token refused (\(step)): \(reason)"
        case .refused(let reason): "the message could not be signed: \(reason)"
        }
    }
}
