package import Attestation

/// A place that keeps bytes under their SHA-256: a folder, or a bucket.
///
/// It knows digests and bytes only; whether an artifact may be read, kept or removed is decided by ``ArtifactLibrary``
/// with the database. What it hands out is **not** verified: `ArtifactReader` does that, the same for every store.
/// A store that cannot be used throws `ArtifactStoreFailure` or file errors; that is never taken for damage.
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

    /// How the digests begin that are worth asking for together: all of them in as many parts.
    var shelves: [String] { get }

    /// Everything whose digest begins with these one or two hexadecimal digits, one of `shelves`; without lists.
    func shelf(_ prefix: String) async throws -> [ShelvedArtifact]

    /// Bytes on their way that began before a moment and got no name: their writers died, and they take room.
    func unfinished(before moment: Timestamp) async throws -> [UnfinishedArtifact]

    /// Frees what ``unfinished(before:)`` shows; nothing happens when it is not there any more.
    func abandon(_ unfinished: UnfinishedArtifact) async throws

    /// An address under which anybody who has it can fetch an artifact for some time; nil when there is none.
    ///
    /// It holds a permission: it goes to whoever is to fetch, and into no log. Whether the bytes are there is not asked.
    func address(of digest: SHA256Digest, seconds: Int) -> String?
}

extension ArtifactStore {
    /// By their first two digits.
    package var shelves: [String] { (0..<256).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) } }

    /// Nothing: bytes on their way lie in the folder of arrivals.
    package func unfinished(before moment: Timestamp) async throws -> [UnfinishedArtifact] { [] }

    /// Nothing.
    package func abandon(_ unfinished: UnfinishedArtifact) async throws {}

    /// None: what lies in files is handed out by the gateway alone.
    package func address(of digest: SHA256Digest, seconds: Int) -> String? { nil }
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

/// Bytes that a store holds for a writer, and nobody can find.
package struct UnfinishedArtifact: Sendable, Hashable {
    /// What the store calls them.
    let name: String
    /// Bytes so far.
    package let size: Int64
}
