internal import Attestation
internal import Foundation
internal import Gateway
internal import Storage
internal import Synchronization

/// The gateway's keys: their history in the database, the keys themselves in files of the state folder (mode 0600) or
/// on a PKCS#11 token.
package struct KeyRing: Sendable {
    private let home: String
    /// The configured key for manifests: a PKCS#11 URI or a file.
    private let configured: String?
    private let loaded = Loaded()

    /// Keys that were read once.
    private final class Loaded: Sendable {
        let signers = Mutex<[String: any Signer]>([:])
    }

    init(home: String, configured: String?) { (self.home, self.configured) = (home, configured) }

    /// Makes sure that every use has a key.
    ///
    /// - Returns: keys that are new in the database.
    /// - Throws: ``SigningError``, storage errors.
    func prepare(_ uses: [SigningKey.Use], in database: any Database, at now: Timestamp) async throws -> [SigningKey] {
        var added: [SigningKey] = []
        for use in uses {
            let known = try await database.read { try SigningKeyStore.list(use, on: $0) }
            if use == .manifest, let configured {
                let key = try Self.open(configured).publicKey
                if known.contains(where: { $0.publicKey == key }) { continue }
                added += try await self.add(key, for: use, in: database, at: now)
            } else if !known.contains(where: { $0.signs(at: now) }) {
                added += try await add(try create(use), for: use, in: database, at: now)
            }
        }
        return added
    }

    /// Writes a new key down, unless another gateway was faster.
    private func add(
        _ key: Ed25519PublicKey,
        for use: SigningKey.Use,
        in database: any Database,
        at now: Timestamp
    ) async throws -> [SigningKey] {
        let new = SigningKey(
            use: use,
            publicKey: key,
            validFrom: now,
            validUntil: nil,
            revokedAt: nil,
            reason: nil
        )
        let isConfigured = use == .manifest && configured != nil
        return try await database.transaction { connection in
            try connection.lock("signing keys")
            let known = try SigningKeyStore.list(use, on: connection)
            if !isConfigured, known.contains(where: { $0.signs(at: now) }) { return [] }
            try SigningKeyStore.insert(new, on: connection)
            return [new]
        }
    }

    /// Makes a key in a file of its own.
    func create(_ use: SigningKey.Use) throws -> Ed25519PublicKey {
        let temporary = "\(home)/\(use.rawValue)-\(UUID().uuidString.lowercased()).new"
        let key = try FileSigner.create(at: temporary).publicKey
        try DurableFile.rename(temporary, to: path(use, key))
        return key
    }

    private func path(_ use: SigningKey.Use, _ key: Ed25519PublicKey) -> String {
        "\(home)/\(use.rawValue)-\(key.keyID.prefix(16)).key"
    }

    /// The key that signs now.
    ///
    /// - Parameters:
    ///   - use: what is signed.
    ///   - now: the present moment.
    ///   - database: where the history is.
    /// - Returns: the newest key that is valid and at hand.
    /// - Throws: ``SigningError`` with words for a person, storage errors.
    func signer(_ use: SigningKey.Use, at now: Timestamp, in database: any Database) async throws -> any Signer {
        let keys = try await database.read { try SigningKeyStore.list(use, on: $0) }.filter { $0.signs(at: now) }
        if use == .manifest, let configured {
            let signer = try load(configured)
            if keys.contains(where: { $0.publicKey == signer.publicKey }) { return signer }
            throw KeyFault.notValid(configured)
        }
        guard let key = keys.first?.publicKey else { throw KeyFault.none(use) }
        return try load(path(use, key))
    }

    private func load(_ place: String) throws -> any Signer {
        if let signer = loaded.signers.withLock({ $0[place] }) { return signer }
        let signer = try Self.open(place)
        loaded.signers.withLock { $0[place] = signer }
        return signer
    }

    private static func open(_ place: String) throws -> any Signer {
        place.hasPrefix("pkcs11:") ? try TokenSigner(address: place) : try FileSigner(path: place)
    }
}

/// Why there is no key to sign with.
package enum KeyFault: Error, Sendable, Hashable, CustomStringConvertible {
    /// No key of this use is valid now.
    case none(SigningKey.Use)
    /// The configured key was ended or revoked.
    case notValid(String)

    /// What to do.
    package var description: String {
        switch self {
        case .none(let use): "no key for \(use.rawValue) is valid now; `farfield keys rotate` makes one"
        case .notValid(let place): "the key \(place) was ended or revoked; configure another as provenance.signingKey"
        }
    }
}
