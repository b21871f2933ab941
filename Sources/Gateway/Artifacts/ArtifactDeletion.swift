internal import Attestation
internal import Storage

/// Removes artifacts so that nobody who needs one loses it, and nobody who dies in between leaves a wrong row.
///
/// Claim (transaction), remove the bytes, forget (transaction). Whoever keeps the same bytes meanwhile finds the claim
/// and waits. A claim older than ``patience`` belongs to a gateway that died: anybody goes on in its place.
struct ArtifactDeletion: Sendable {
    /// How long a removal may take.
    static let patience = Duration.seconds(60)

    let database: any Database
    let store: any ArtifactStore
    let keeper: TimeKeeper

    /// Removes an artifact if it is still garbage by the rules of ``GarbageStore``.
    ///
    /// - Returns: whether it was.
    func remove(_ digest: SHA256Digest, by rule: GarbageRule) async throws -> Bool {
        let begun = ContinuousClock.now
        let now = keeper.now()
        let generation = try await database.transaction {
            try GarbageStore.claim(digest, by: rule, at: now, on: $0)
        }
        guard let generation else { return false }
        return try await finish(digest, generation: generation, begun: begun)
    }

    /// Removes bytes that have no row, unless somebody has just written one.
    func remove(_ orphan: ShelvedArtifact) async throws -> Bool {
        let begun = ContinuousClock.now
        let now = keeper.now()
        let generation = try await database.transaction { try GarbageStore.claimOrphan(orphan, at: now, on: $0) }
        guard let generation else { return false }
        return try await finish(orphan.digest, generation: generation, begun: begun)
    }

    /// Goes on with a removal whose gateway has died.
    func takeOver(_ digest: SHA256Digest, generation: Int64) async throws {
        let begun = ContinuousClock.now
        let now = keeper.now()
        let mine = try await database.transaction {
            try GarbageStore.takeOver(digest, generation: generation, at: now, on: $0)
        }
        if let mine { _ = try await finish(digest, generation: mine, begun: begun) }
    }

    private func finish(
        _ digest: SHA256Digest,
        generation: Int64,
        begun: ContinuousClock.Instant
    ) async throws -> Bool {
        // A process that was stopped here for long may have lost its claim: it leaves the rest to somebody else.
        guard ContinuousClock.now - begun < Self.patience / 2 else { return false }
        try await store.remove(digest)
        return try await database.transaction {
            try GarbageStore.forget(digest, generation: generation, on: $0)
        }
    }
}
