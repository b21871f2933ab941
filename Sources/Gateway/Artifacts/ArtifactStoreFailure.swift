internal import CurlClient

/// The place that keeps artifacts cannot be used; whether the bytes are right is not known, and nothing was changed.
package struct ArtifactStoreFailure: Error, Sendable, Hashable, CustomStringConvertible {
    /// What happened, for the operator and for the owner of a waiting job; without any secret.
    package let reason: String
    /// Whether the same may succeed later without anybody changing anything.
    package let isTransient: Bool

    /// What happened.
    package var description: String { reason }

    /// A failure.
    package init(reason: String, isTransient: Bool) { (self.reason, self.isTransient) = (reason, isTransient) }

    /// What S3 did not do.
    init(_ error: S3Error, bucket: String) {
        // An upload in parts that is no more was completed or given up elsewhere: it can be begun anew.
        self.init(
            reason: "The artifact store, the bucket '\(bucket)', fails: \(error).",
            isTransient: error.isTransient || error == .noSuchUpload
        )
    }
}
