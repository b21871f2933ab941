package import Attestation

/// A digest and how it was computed (in-toto digest sets).
package enum ContentDigest: Sendable, Hashable {
    /// SHA-256 of a file's bytes.
    case sha256(SHA256Digest)
    /// SHA-256 over the sorted listing of a folder's digests and names (`dirHash1` of in-toto's digest_set.md).
    case folder(SHA256Digest)

    /// Its name in a digest set.
    package var algorithm: String {
        switch self {
        case .sha256: "sha256"
        case .folder: "dirHash1"
        }
    }

    /// The digest itself.
    package var value: SHA256Digest {
        switch self {
        case .sha256(let digest), .folder(let digest): digest
        }
    }
}

/// A file that a job was given.
package struct Input: Sendable, Hashable {
    /// Where its bytes came from.
    package enum Kind: String, Sendable, CaseIterable {
        /// The job manifest itself.
        case inline
        /// An address of `http` or `https`.
        case web
        /// An object in a bucket.
        case bucket
        /// A file at the site.
        case siteFile
        /// A folder at the site.
        case siteFolder
        /// An artifact of the gateway.
        case artifact
        /// An output of another job.
        case output
        /// A version of a dataset.
        case dataset
    }

    /// Its path below the job's folder, which names its slot.
    package var slot: String
    /// Where it came from, an absolute URI without query; nil for what has no address, such as inline text.
    package var uri: String?
    /// Where its bytes came from.
    package var kind: Kind
    /// Digest of what was used.
    package var digest: ContentDigest?
    /// Size in bytes.
    package var size: Int64?
    /// Version of the dataset.
    package var version: String?
    /// Media type (RFC 6838).
    package var mediaType: String?
    /// When it was fetched.
    package var resolvedAt: Moment?

    /// An input.
    package init(slot: String, uri: String?, kind: Kind, digest: ContentDigest?) {
        self.slot = slot
        self.uri = uri
        self.kind = kind
        self.digest = digest
    }
}

/// A file that a job made.
package struct Output: Sendable, Hashable {
    /// Its path below the job's folder.
    package var path: String
    /// Digest of its bytes.
    package var digest: SHA256Digest
    /// Size in bytes.
    package var size: Int64
    /// Media type (RFC 6838); nil when nobody could tell.
    package var mediaType: String?
    /// When it is removed; nil when it is kept.
    package var retainUntil: Moment?

    /// An output.
    package init(path: String, digest: SHA256Digest, size: Int64, mediaType: String? = nil, retainUntil: Moment? = nil)
    {
        self.path = path
        self.digest = digest
        self.size = size
        self.mediaType = mediaType
        self.retainUntil = retainUntil
    }
}

/// What a job printed.
package struct LogFile: Sendable, Hashable {
    /// Its name, such as `stdout.log`.
    package var name: String
    /// Digest of its bytes.
    package var digest: SHA256Digest
    /// Size in bytes.
    package var size: Int64

    /// A log.
    package init(name: String, digest: SHA256Digest, size: Int64) {
        self.name = name
        self.digest = digest
        self.size = size
    }
}
