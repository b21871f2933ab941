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

    /// Whether the operator names the key for manifests.
    var isConfigured: Bool { configured != nil }

    /// Makes sure that every use has a key; a lost key of the log is not replaced, since another would be another log.
    ///
    /// - Returns: keys that are new in the database.
    /// - Throws: ``SigningError``, ``KeyFault``, storage errors.
    func prepare(_ uses: [SigningKey.Use], in database: any Database, at now: Timestamp) async throws -> [SigningKey] {
        var added: [SigningKey] = []
        for use in uses {
            let known = try await database.read { try SigningKeyStore.list(use, on: $0) }
            if use == .manifest, let configured {
                let key = try await load(configured).publicKey
                if known.contains(where: { $0.publicKey == key }) { continue }
                added += try await take(key, in: database, at: now)
            } else if !known.contains(where: { $0.signs(at: now) && (use == .log || isAtHand($0)) }) {
                added += try await add(try create(use), for: use, in: database, at: now)
            }
        }
        return added
    }

    /// Whether a key lies in a file here; one that lay on a token does not.
    private func isAtHand(_ key: SigningKey) -> Bool {
        FileManager.default.fileExists(atPath: path(key.use, key.publicKey))
    }

    /// Writes a new key down, unless another gateway was faster.
    private func add(
        _ key: Ed25519PublicKey,
        for use: SigningKey.Use,
        in database: any Database,
        at now: Timestamp
    ) async throws -> [SigningKey] {
        let new = SigningKey(use, key, from: now)
        return try await database.transaction { connection in
            try connection.lock("signing keys")
            let known = try SigningKeyStore.list(use, on: connection)
            if known.contains(where: { $0.signs(at: now) && (use == .log || isAtHand($0)) }) { return [] }
            try SigningKeyStore.insert(new, on: connection)
            return [new]
        }
    }

    /// Writes the configured key down; those before it end after the usual overlap.
    private func take(
        _ key: Ed25519PublicKey,
        in database: any Database,
        at now: Timestamp
    ) async throws -> [SigningKey] {
        let new = SigningKey(.manifest, key, from: now)
        return try await database.transaction { connection in
            try connection.lock("signing keys")
            try Self.succeed(new, after: KeyService.overlap, at: now, on: connection)
            return [new]
        }
    }

    /// Makes a key that signs from now on.
    ///
    /// - Parameters:
    ///   - use: what it signs.
    ///   - overlap: how long the keys before it still count.
    ///   - database: where the history is.
    ///   - now: the present moment.
    ///   - further: what belongs into the same transaction.
    /// - Returns: the key, and what `further` returns.
    /// - Throws: ``SigningError``, storage errors, what `further` throws.
    func rotate<Result: Sendable>(
        _ use: SigningKey.Use,
        overlap: Duration,
        in database: any Database,
        at now: Timestamp,
        _ further: @escaping @Sendable (any StorageConnection) throws -> Result
    ) async throws -> (SigningKey, Result) {
        let new = SigningKey(use, try create(use), from: now)
        do {
            return try await database.transaction { connection in
                try connection.lock("signing keys")
                try Self.succeed(new, after: overlap, at: now, on: connection)
                return (new, try further(connection))
            }
        } catch let fault as LogFault {
            // Nothing names it; after a lost connection it may have been written down all the same.
            try? FileManager.default.removeItem(atPath: path(use, new.publicKey))
            throw fault
        }
    }

    private static func succeed(
        _ new: SigningKey,
        after overlap: Duration,
        at now: Timestamp,
        on connection: any StorageConnection
    ) throws {
        for old in try SigningKeyStore.list(new.use, on: connection) where old.publicKey != new.publicKey {
            try SigningKeyStore.end(old.publicKey.keyID, of: new.use, at: now + overlap, on: connection)
        }
        try SigningKeyStore.insert(new, on: connection)
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
    /// - Returns: the newest key that is valid and at hand; for the log also one that is lost, and refuses to sign.
    /// - Throws: ``SigningError`` with words for a person, storage errors.
    func signer(_ use: SigningKey.Use, at now: Timestamp, in database: any Database) async throws -> any Signer {
        let keys = try await database.read { try SigningKeyStore.list(use, on: $0) }.filter { $0.signs(at: now) }
        if use == .manifest, let configured {
            let signer = try await load(configured)
            if keys.contains(where: { $0.publicKey == signer.publicKey }) { return signer }
            throw KeyFault.notValid(configured)
        }
        if use == .log, let lost = keys.first, !isAtHand(lost) {
            return LostKey(publicKey: lost.publicKey, place: path(use, lost.publicKey))
        }
        guard let key = keys.first(where: isAtHand)?.publicKey else { throw KeyFault.none(use) }
        return try await load(path(use, key))
    }

    private func load(_ place: String) async throws -> any Signer {
        if let signer = loaded.signers.withLock({ $0[place] }) { return signer }
        let signer = try await Task.blocking { try Self.open(place) }
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

/// A key of the log whose file is gone: what it signed can be checked, and nothing more is signed.
///
/// Jobs run on.
private struct LostKey: Signer {
    let publicKey: Ed25519PublicKey
    let place: String

    func sign(_ message: [UInt8]) throws(SigningError) -> [UInt8] {
        throw .unreadable(
            path: place,
            reason:
                "it is gone: bring it back from a backup, or revoke it (farfield keys revoke) and name a new log by "
                + "provenance.origin"
        )
    }
}

extension Signer {
    /// Runs what signs: beside the cooperative pool where signing waits for a token.
    func signing<T: Sendable>(_ body: @escaping @Sendable () throws -> T) async throws -> T {
        guard self is TokenSigner else { return try body() }
        return try await Task.blocking(body)
    }
}
