package import CurlClient
internal import Foundation

/// The bucket that keeps artifacts (`storage.bucket` in the configuration).
package struct ArtifactBucket: Sendable {
    /// Where it is, and what opens it.
    let bucket: SourcePolicy.Bucket
    /// What every key begins with, such as `farfield/`; empty, or with a slash at its end.
    package let prefix: String

    /// Where it is.
    package var place: S3Bucket { bucket.place }

    /// The store in it.
    func store(_ keeper: TimeKeeper) -> S3ArtifactStore {
        let client = S3Client(
            place,
            credentials: bucket.credentials,
            client: HTTPClient(.init(userAgent: "farfield")),
            mayConnect: nil
        ) { Date(timeIntervalSince1970: Double(keeper.now().microseconds) / 1_000_000) }
        return S3ArtifactStore(client, prefix: prefix)
    }
}

extension ArtifactBucket: Hashable {
    /// By what is no secret.
    package static func == (left: ArtifactBucket, right: ArtifactBucket) -> Bool {
        left.place == right.place && left.prefix == right.prefix
    }

    /// By what is no secret.
    package func hash(into hasher: inout Hasher) {
        hasher.combine(place)
        hasher.combine(prefix)
    }
}
