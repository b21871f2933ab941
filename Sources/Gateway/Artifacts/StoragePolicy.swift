/// What an operator decides about artifacts (`storage:` in the configuration).
package struct StoragePolicy: Sendable, Hashable {
    /// How long artifacts are kept when nobody says; nil keeps them.
    package var retention: Duration?
    /// The most bytes an allocation may keep; nil sets no limit.
    package var quotaBytes: Int64?
    /// The same for single allocations, by name.
    package var quotas: [String: Int64]
    /// Largest upload, in bytes.
    package var uploadBytes: Int64
    /// The bucket that keeps artifacts; nil keeps them in files of the state folder.
    package var bucket: ArtifactBucket?
    /// Stands in every result key: changing it disowns all known results.
    package var resultSalt = ""
    /// How long something nobody needs any more stays before it is removed.
    package var grace: Duration
    /// After how long without a byte an unfinished upload is forgotten.
    package var uploadsExpire: Duration

    /// Everything is kept, no quota, uploads of 1 TiB; an hour of grace, a week for unfinished uploads.
    package static let standard = StoragePolicy(
        retention: nil,
        quotaBytes: nil,
        quotas: [:],
        uploadBytes: 1 << 40,
        grace: .seconds(3600),
        uploadsExpire: .seconds(7 * 86400)
    )

    /// How long something is kept, as people write it.
    ///
    /// - Parameter text: such as `90d`, `12h` or `1d12h`.
    /// - Returns: nil when it is no duration.
    package static func retention(_ text: String) -> Duration? {
        guard let seconds = Quantity.seconds(text), seconds > 0 else { return nil }
        return .seconds(seconds)
    }

    /// How much an allocation may keep; nil when there is no limit.
    package func quota(of account: String) -> Int64? { quotas[account] ?? quotaBytes }

    /// When something ends that begins now.
    ///
    /// - Parameters:
    ///   - asked: how long somebody wants it kept; nil when they did not say.
    ///   - now: the present moment.
    /// - Returns: the end; nil is never.
    package func expiry(asked: Duration?, from now: Timestamp) -> Timestamp? { (asked ?? retention).map { now + $0 } }
}
