internal import Glibc

/// A signer whose key lies in a file that its owner alone may read.
package struct FileSigner: Signer {
    package let publicKey: Ed25519PublicKey
    private let key: Ed25519PrivateKey

    /// Loads a key once; the file is not read again.
    ///
    /// - Parameter path: a PEM file with a PKCS #8 Ed25519 key (RFC 8410), mode 0600 or stricter.
    /// - Throws: ``SigningError/unreadable(path:reason:)``, ``SigningError/exposed(path:mode:)``,
    ///   ``SigningError/notAKey(path:reason:)``.
    package init(path: String) throws(SigningError) {
        let bytes = try KeyFile.read(path)
        let seed: [UInt8]
        do {
            seed = try Ed25519PrivateKey.seed(pem: bytes)
        } catch {
            throw .notAKey(path: path, reason: error.description)
        }
        guard let key = Ed25519PrivateKey(seed: seed), let publicKey = key.publicKey else {
            throw .notAKey(path: path, reason: "libcrypto does not take it")
        }
        (self.key, self.publicKey) = (key, publicKey)
    }

    /// A signer from the 32 secret bytes themselves; nil when there are not 32.
    ///
    /// - Parameter seed: the private key of RFC 8032 §5.1.5.
    package init?(seed: [UInt8]) {
        guard let key = Ed25519PrivateKey(seed: seed), let publicKey = key.publicKey else { return nil }
        (self.key, self.publicKey) = (key, publicKey)
    }

    /// Makes a key, writes its file with mode 0600, whole or not at all, and loads it.
    ///
    /// - Parameter path: where; the folder must be there and the file must not.
    /// - Returns: the signer.
    /// - Throws: ``SigningError/exists(path:)``, ``SigningError/unwritable(path:reason:)``.
    package static func create(at path: String) throws(SigningError) -> FileSigner {
        guard let seed = Ed25519PrivateKey.freshSeed() else { throw .refused(reason: "libcrypto has no random bytes") }
        try KeyFile.create(path, Array(Ed25519PrivateKey.pem(seed: seed).utf8))
        return try FileSigner(path: path)
    }

    package func sign(_ message: [UInt8]) throws(SigningError) -> [UInt8] {
        guard let signature = key.signature(of: message) else { throw .refused(reason: "libcrypto failed") }
        return signature
    }
}
