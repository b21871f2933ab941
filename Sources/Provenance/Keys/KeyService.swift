internal import Attestation
package import Documents
package import Gateway
internal import Logging
internal import Storage

/// What admins do with the gateway's keys: a new one in time, and an end to one that is in wrong hands.
package struct KeyService: Sendable {
    let spine: Spine
    let keys: KeyRing
    let log: ManifestLog

    /// How long what the key before signed is believed beside the new one, unless asked otherwise.
    static let overlap = Duration.seconds(30 * 86_400)

    /// Makes a new key, which signs from now on; the one before ends after the overlap.
    ///
    /// - Parameters:
    ///   - document: `use` (`manifest` or `witness`), perhaps `overlap`.
    ///   - person: an admin.
    /// - Returns: the new key.
    /// - Throws: `GatewayError` of the kinds `forbidden`, `invalidPublication` and `conflict`.
    package func rotate(_ document: Document, by person: Gateway.Person) async throws -> SigningKey {
        let wish = try KeyRotation(document)
        try Self.require(person)
        if let reason = refusal(wish.use) { throw GatewayError(.conflict, reason) }
        let now = spine.keeper.now()
        let (key, added) = try await keys.rotate(wish.use, overlap: wish.overlap, in: spine.database, at: now) {
            let added = try KeyLedger(log: log).write(at: now, on: $0)
            let entry = AuditEntry("key.rotated", .init("key", wish.use.rawValue), by: person)
            try AuditStore.append(entry, at: now, on: $0)
            return added
        }
        if let added { try log.remember(added) }
        spine.logger.notice(
            "a key was rotated",
            metadata: ["use": "\(key.use.rawValue)", "id": "\(key.publicKey.keyID)", "by": "\(person.name)"]
        )
        return key
    }

    /// Why a use's key is not changed here; nil when it is.
    private func refusal(_ use: SigningKey.Use) -> String? {
        switch use {
        case .log:
            "A log keeps its key for life: readers know the log by it. If the key is in wrong hands, revoke it and name "
                + "a new log by provenance.origin."
        case .manifest where keys.isConfigured:
            "provenance.signingKey names the key. Make a new key there, name that one, and start again: the one before "
                + "ends 30 days later by itself."
        case .witness where spine.configuration.provenance.witnessedLogs.isEmpty:
            "This gateway is nobody's witness: provenance.witnessedLogs names no log."
        case .manifest, .witness: nil
        }
    }

    /// Disowns a key: what it signs from a moment on is not to be believed.
    ///
    /// The key that signs may be disowned as well; a new one is made in the same step, unless the operator keeps it.
    ///
    /// - Parameters:
    ///   - id: the key.
    ///   - document: `reason`, and perhaps `since`, not in the future; now when it is left out.
    ///   - person: an admin.
    /// - Returns: the key as it stands now.
    /// - Throws: `GatewayError` of the kinds `forbidden`, `invalidPublication`, `notFound` and `conflict`.
    package func revoke(_ id: String, _ document: Document, by person: Gateway.Person) async throws -> SigningKey {
        let now = spine.keeper.now()
        let wish = try KeyRevocation(document, now: now)
        try Self.require(person)
        guard let key = try await find(id) else {
            throw GatewayError(.notFound, "There is no key \(id.prefix(64)); GET /keys.json lists them.")
        }
        guard wish.since >= key.validFrom else {
            throw GatewayError(.conflict, "The key is valid from \(key.validFrom.iso8601); name no moment before.")
        }
        let added = try await spine.database.transaction { connection -> ManifestLog.Added? in
            try connection.lock("signing keys")
            try SigningKeyStore.revoke(
                key.publicKey.keyID,
                of: key.use,
                at: wish.since,
                reason: wish.reason,
                on: connection
            )
            // Whoever holds the log's key can sign checkpoints, so its own end is not told by it.
            let added = key.use == .log ? nil : try KeyLedger(log: log).write(at: now, on: connection)
            let object = AuditEntry.Object("key", key.publicKey.keyID)
            let entry = AuditEntry("key.revoked", object, by: person, reason: wish.reason)
            try AuditStore.append(entry, at: now, on: connection)
            return added
        }
        if let added { try log.remember(added) }
        spine.logger.critical(
            "a key was revoked",
            metadata: ["id": "\(key.publicKey.keyID)", "reason": "\(wish.reason)", "by": "\(person.name)"]
        )
        if key.use == .manifest || key.use == .witness { try await replace(key.use, at: now) }
        return try await find(key.publicKey.keyID) ?? key
    }

    /// Makes a key where none signs any more.
    private func replace(_ use: SigningKey.Use, at now: Timestamp) async throws {
        guard try await !keys.prepare([use], in: spine.database, at: now).isEmpty else { return }
        let added = try await spine.database.transaction { try KeyLedger(log: log).write(at: now, on: $0) }
        if let added { try log.remember(added) }
    }

    private func find(_ id: String) async throws -> SigningKey? {
        guard id.utf8.count >= 16 else { return nil }
        let found = try await spine.database.read { try SigningKeyStore.all(on: $0) }
            .filter { $0.publicKey.keyID.hasPrefix(id) }
        return found.count == 1 ? found.first : nil
    }

    private static func require(_ person: Gateway.Person) throws {
        if Rights.reach(.manageKeys, of: person) != .all { throw Rights.refusal(.manageKeys, of: person) }
    }
}
