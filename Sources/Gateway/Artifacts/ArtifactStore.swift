package import Attestation

/// A place that keeps bytes under their SHA-256: a folder, or a bucket.
///
/// It knows digests and bytes only; whether an artifact may be read, kept or removed is decided by ``ArtifactLibrary``
/// with the database. What it hands out is **not** verified: `ArtifactReader` does that, the same for every store.
package protocol ArtifactStore: Sendable {
    /// Gives sealed bytes their name.
    ///
    /// May be done again and by several at once: the same bytes take the place of the same bytes, damaged ones
    /// included. When it returns, they survive a crash.
    func place(_ sealed: SealedArtifact) async throws

    /// How many bytes an artifact has; nil when it is not there.
    func size(of digest: SHA256Digest) async throws -> Int64?

    /// Bytes as they lie there, fewer at the end; nil when the artifact is not there.
    func read(_ digest: SHA256Digest, offset: Int64, length: Int) async throws -> [UInt8]?

    /// The list of block digests as it lies there; nil when it is not there.
    func blockList(of digest: SHA256Digest) async throws -> [UInt8]?

    /// Keeps a list of block digests.
    func keepBlockList(_ bytes: [UInt8], of digest: SHA256Digest) async throws

    /// Sets wrong bytes aside for a person to look at, after reading them once more.
    ///
    /// - Returns: false when they turned out to be right, and stay.
    func quarantine(_ digest: SHA256Digest) async throws -> Bool

    /// Removes an artifact and its list; nothing happens when it is not there.
    func remove(_ digest: SHA256Digest) async throws

    /// Everything whose digest begins with these two hexadecimal digits, without lists.
    func shelf(_ prefix: String) async throws -> [ShelvedArtifact]
}

/// Something that lies in a store.
package struct ShelvedArtifact: Sendable, Hashable {
    /// Its name.
    package let digest: SHA256Digest
    /// Bytes.
    package let size: Int64
    /// When it got its name or its bytes.
    package let modifiedAt: Timestamp

    /// Something that lies in a store.
    package init(digest: SHA256Digest, size: Int64, modifiedAt: Timestamp) {
        self.digest = digest
        self.size = size
        self.modifiedAt = modifiedAt
    }
}

/// Bytes in a local file, synchronised and known by digest, that wait for their name.
package struct SealedArtifact: Sendable {
    /// Digest and size.
    package let artifact: StoredArtifact
    /// The file they lie in; whoever places them may rename it.
    package let path: String
    /// The digests of their blocks.
    package let blocks: BlockDigests
}
