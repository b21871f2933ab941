internal import Attestation

/// Sends each artifact to each site once at a time: whoever needs one that is on its way waits for it.
actor Shipments {
    private struct Place: Hashable {
        let lane: Lane
        let digest: SHA256Digest
    }

    private var waiting: [Place: [CheckedContinuation<Void, Never>]] = [:]

    /// Does something for an artifact at a site while nobody else does.
    func alone<Value: Sendable>(
        _ digest: SHA256Digest,
        at lane: Lane,
        _ body: @Sendable () async throws -> Value
    ) async throws -> Value {
        let place = Place(lane: lane, digest: digest)
        while waiting[place] != nil {
            await withCheckedContinuation { waiting[place, default: []].append($0) }
        }
        waiting[place] = []
        defer { for waiter in waiting.removeValue(forKey: place) ?? [] { waiter.resume() } }
        try Task.checkCancellation()
        return try await body()
    }
}
