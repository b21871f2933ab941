package import Attestation
package import Storage

extension ArtifactLibrary {
    /// Makes sure that an allocation may keep more, in the caller's transaction, which others wait for.
    ///
    /// - Parameters:
    ///   - account: the allocation.
    ///   - bytes: how many more.
    ///   - digest: what they are, when that is known: what the allocation holds already takes no more room.
    ///   - connection: a transaction, which then writes the reference.
    /// - Throws: ``GatewayError`` of kind `quotaExceeded`.
    package func requireRoom(
        _ account: String,
        for bytes: Int64,
        of digest: SHA256Digest? = nil,
        on connection: any StorageConnection
    ) throws {
        try requireRoom(account, for: bytes, of: digest, finishing: nil, on: connection)
    }

    func requireRoom(
        _ account: String,
        for bytes: Int64,
        of digest: SHA256Digest?,
        finishing upload: UploadID?,
        on connection: any StorageConnection
    ) throws {
        guard let quota = policy.quota(of: account) else { return }
        try connection.lock("farfield.quota.\(account)")
        let now = keeper.now()
        if let digest, try ArtifactReferenceStore.holds(account, digest, at: now, on: connection) { return }
        let kept = try ArtifactReferenceStore.usage(of: account, at: now, on: connection).first?.bytes ?? 0
        let reserved = try UploadStore.reserved(at: now, besides: upload, on: connection)[account] ?? 0
        let room = StorageRoom(account: account, quota: quota, kept: kept, reserved: reserved)
        if let refusal = room.refusal(of: bytes) { throw refusal }
    }

    /// What allocations keep.
    ///
    /// - Parameter person: who asks; somebody who is no admin sees the allocations they keep something for.
    /// - Returns: by name.
    /// - Throws: storage errors.
    package func usage(for person: Person) async throws -> [StorageUsage] {
        let now = keeper.now()
        return try await database.read { connection in
            let kept = try ArtifactReferenceStore.usage(of: nil, at: now, on: connection)
            let reserved = try UploadStore.reserved(at: now, on: connection)
            var names = Set(kept.map(\.account)).union(reserved.keys)
            if Rights.reach(.readUsage, of: person) == .all {
                names.formUnion(policy.quotas.keys)
            } else {
                let own = try ArtifactReferenceStore.accounts(of: person.name, at: now, on: connection)
                names.formIntersection(own.union([person.name]))
            }
            return names.sorted().map { name in
                let line = kept.first { $0.account == name }
                return StorageUsage(
                    account: name,
                    artifacts: line?.artifacts ?? 0,
                    bytes: line?.bytes ?? 0,
                    reserved: reserved[name] ?? 0,
                    quota: policy.quota(of: name)
                )
            }
        }
    }
}

/// How much of its quota an allocation has left.
struct StorageRoom: Sendable, Hashable {
    let account: String
    let quota: Int64
    let kept: Int64
    let reserved: Int64

    /// Why so many bytes more do not fit; nil when they do.
    func refusal(of bytes: Int64) -> GatewayError? {
        // By subtraction: the sum of two announcements may not fit in 64 bits.
        guard bytes > quota - kept - reserved else { return nil }
        let waiting = reserved > 0 ? " and has announced uploads of \(ByteText.text(reserved))" : ""
        return GatewayError(
            .quotaExceeded,
            "The allocation '\(account)' keeps \(ByteText.text(kept))\(waiting), of the \(ByteText.text(quota)) it may; "
                + "\(ByteText.text(bytes)) more do not fit. Let go of what is not needed ('farfield artifacts list', "
                + "'farfield artifacts rm'), or ask an admin for more (storage.quotas)."
        )
    }
}

/// Sizes as people read them.
enum ByteText {
    /// Such as `512 B` or `1.5 GiB`, in powers of 1024.
    static func text(_ bytes: Int64) -> String {
        let units = ["KiB", "MiB", "GiB", "TiB", "PiB"]
        guard bytes >= 1024 else { return "\(bytes) B" }
        var (value, unit) = (Double(bytes) / 1024, 0)
        while value >= 1024, unit < units.count - 1 { (value, unit) = (value / 1024, unit + 1) }
        let tenths = Int64((value * 10).rounded())
        return tenths % 10 == 0 ? "\(tenths / 10) \(units[unit])" : "\(tenths / 10).\(tenths % 10) \(units[unit])"
    }
}
