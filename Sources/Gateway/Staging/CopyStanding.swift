internal import Attestation
internal import Slurm

/// What is to be done about a file that a job needs in its site's cache; a pure decision.
enum CopyStanding: Sendable, Hashable {
    /// It was hashed there not long ago, and nothing has changed since.
    case good
    /// It is there, but must be hashed before it is used.
    case doubtful
    /// It is not there.
    case missing

    /// Size and time are looked at each time, the bytes when something has changed or the last time is long ago.
    ///
    /// - Parameters:
    ///   - artifact: what is needed.
    ///   - found: the file as it is now; nil when there is none.
    ///   - known: what is known of it; nil when nothing is.
    ///   - now: the present moment.
    ///   - verifyAfter: how long a digest is trusted.
    /// - Returns: what is to be done.
    static func of(
        _ artifact: StoredArtifact,
        found: CachedFile?,
        known: SiteCopyStore.Copy?,
        now: Timestamp,
        verifyAfter: Duration
    ) -> CopyStanding {
        guard let found, found.size == artifact.size else { return .missing }
        guard let known, known.size == found.size, known.modified == found.modified else { return .doubtful }
        return now - known.verifiedAt < verifyAfter ? .good : .doubtful
    }
}
