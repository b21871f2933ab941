package import Attestation

/// Bytes the gateway keeps under their digest.
package struct StoredArtifact: Sendable, Hashable {
    /// Their SHA-256, which is their name.
    package let digest: SHA256Digest
    /// Bytes.
    package let size: Int64

    /// An artifact.
    package init(digest: SHA256Digest, size: Int64) {
        self.digest = digest
        self.size = size
    }
}

/// Where an artifact stands.
package enum ArtifactState: String, Sendable, CaseIterable {
    /// Its row is written, its bytes are about to get their name.
    case arriving
    /// Its bytes are there.
    case stored
    /// Somebody is removing it.
    case deleting
    /// Its bytes were found wrong or missing; it can be brought again.
    case corrupt
}

/// What the table `artifacts` knows of an artifact.
package struct ArtifactRecord: Sendable, Hashable {
    /// Digest and size.
    package let artifact: StoredArtifact
    /// Digest of its list of block digests; nil until it is computed.
    package let blockDigest: SHA256Digest?
    /// Where it stands.
    package let state: ArtifactState
    /// When it came.
    package let createdAt: Timestamp
    /// When somebody last kept, named or let go of it.
    package let lastUsedAt: Timestamp
    /// When all of its bytes were last compared with its digest.
    package let verifiedAt: Timestamp?
    /// Counts the changes of its bytes and of its state.
    package let generation: Int64
}

/// Why an artifact is kept.
package struct ArtifactReference: Sendable, Hashable {
    /// What holds it.
    package enum Kind: String, Sendable, CaseIterable {
        /// An output file of a job.
        case output
        /// A log of a job.
        case log
        /// An input of a job.
        case input
        /// An upload of a person.
        case upload
        /// A cached result.
        case result
        /// Somebody wants it kept.
        case pin
    }

    /// What kind of thing holds it.
    package let kind: Kind
    /// Which one, such as the id of a job.
    package let holder: String
    /// Whose it is: who may read the artifact because of it.
    package let owner: String
    /// The allocation whose quota it counts against.
    package let account: String
    /// A name people gave it.
    package let name: String?
    /// When it began.
    package let createdAt: Timestamp
    /// When it ends by itself; nil is never.
    package let expiresAt: Timestamp?

    /// A reference.
    package init(
        kind: Kind,
        holder: String,
        owner: String,
        account: String,
        name: String? = nil,
        createdAt: Timestamp,
        expiresAt: Timestamp?
    ) {
        self.kind = kind
        self.holder = holder
        self.owner = owner
        self.account = account
        self.name = name
        self.createdAt = createdAt
        self.expiresAt = expiresAt
    }
}

/// What an allocation's artifacts take.
package struct StorageUsage: Sendable, Hashable {
    /// The allocation.
    package let account: String
    /// Different artifacts that live references of the allocation hold.
    package let artifacts: Int
    /// Their bytes, each artifact counted once.
    package let bytes: Int64
    /// What uploads that are not finished have announced, in bytes.
    package let reserved: Int64
    /// The most bytes it may keep; nil when there is no limit.
    package let quota: Int64?
}
