internal import Synchronization

/// A signer whose key never leaves its token: a smart card, a hardware security module, SoftHSM (PKCS #11 3.0).
///
/// The token signs, libcrypto checks each signature before it is used. OpenSSL's own way to tokens, the engine of libp11,
/// cannot use Ed25519 keys in the releases that Debian 12 has. Signing waits for the token, for some milliseconds or as
/// long as the network of the module takes.
package final class TokenSigner: Signer {
    package let publicKey: Ed25519PublicKey
    private let address: TokenAddress
    /// Used by one caller at a time, since a session signs one message at a time; nil after it broke.
    private let session: Mutex<TokenSession?>

    /// Opens the token, logs in and makes the key sign once, so that a wrong address or PIN is told at the start.
    ///
    /// - Parameter address: a PKCS #11 URI (RFC 7512) with token, object or id, `module-path=/…` and
    ///   `pin-source=file:/…`; the PIN's file must be readable by its owner alone.
    /// - Throws: ``SigningError``.
    package init(address: String) throws(SigningError) {
        let address = try TokenAddress(address)
        let session = try TokenSession(address)
        _ = try session.sign(Array("a token that signs".utf8))
        publicKey = session.publicKey
        self.address = address
        self.session = Mutex(session)
    }

    /// Signs; a session that broke, as when the token was pulled out or its server restarted, is opened again once.
    package func sign(_ message: [UInt8]) throws(SigningError) -> [UInt8] {
        let result: Result<[UInt8], SigningError> = session.withLock { session in
            do throws(SigningError) {
                if let open = session?.signature(of: message) { return .success(open) }
                session = nil
                let fresh = try TokenSession(address)
                guard fresh.publicKey == publicKey else {
                    throw .token(step: "opening it again", reason: "it holds another key now")
                }
                let signature = try fresh.sign(message)
                session = consume fresh
                return .success(signature)
            } catch { return .failure(error) }
        }
        return try result.get()
    }
}
