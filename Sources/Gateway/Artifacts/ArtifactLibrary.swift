package import Attestation
internal import Foundation
internal import Logging
internal import Metrics
package import Storage
internal import Synchronization

/// Keeps artifacts, knows who needs them and who may read them: the one thing everybody else calls.
///
/// Bytes get their name between two transactions: the first announces them, so that nobody removes the same bytes in
/// that moment; the second says that they are there. Removing goes the same way (`ArtifactDeletion`). A process that
/// dies in between leaves a row that tells what to do.
package struct ArtifactLibrary: Sendable {
    /// Brings an artifact back from somewhere else.
    package typealias Repair = @Sendable (SHA256Digest) async -> Bool

    let database: any Database
    let store: any ArtifactStore
    /// Folder of files that have no name yet, on the file system of the store's folder.
    let arrivals: String
    /// What the operator decided.
    package let policy: StoragePolicy
    let keeper: TimeKeeper
    let logger: Logger
    let reader: ArtifactReader
    private let repairing = RepairHook()

    /// A library.
    init(
        database: any Database,
        store: any ArtifactStore,
        arrivals: String,
        policy: StoragePolicy,
        keeper: TimeKeeper,
        logger: Logger
    ) {
        self.database = database
        self.store = store
        self.arrivals = arrivals
        self.policy = policy
        self.keeper = keeper
        self.logger = logger
        reader = ArtifactReader(store: store)
    }

    /// Says how a damaged artifact is brought back; without, damage is only reported.
    ///
    /// - Parameter repair: fetches the bytes, gives them to ``keep(_:)``, and says whether that worked.
    package func onDamage(_ repair: @escaping Repair) { repairing.repair.withLock { $0 = repair } }

    func repair(_ digest: SHA256Digest) async -> Bool {
        await repairing.repair.withLock { $0 }(digest)
    }

    // MARK: - Keeping

    /// Begins a new artifact.
    ///
    /// - Returns: a writer; nothing stands under its final name before ``keep(_:)``.
    /// - Throws: file errors, such as a full disk.
    package func writer() throws -> ArtifactWriter {
        try FileManager.default.createDirectory(atPath: arrivals, withIntermediateDirectories: true)
        return try ArtifactWriter(path: "\(arrivals)/\(UUID().uuidString)")
    }

    /// Gives what was written its name.
    ///
    /// It stays for the time of grace; whoever needs it longer writes a reference.
    ///
    /// - Parameter writer: used up, also when this fails.
    /// - Returns: digest and size.
    /// - Throws: file and storage errors.
    package func keep(_ writer: ArtifactWriter) async throws -> StoredArtifact {
        do {
            return try await keep(try await Task.blocking { try writer.seal() })
        } catch {
            writer.discard()
            throw error
        }
    }

    func keep(_ sealed: SealedArtifact) async throws -> StoredArtifact {
        try await announce(sealed)
        try await store.place(sealed)
        let artifact = sealed.artifact
        let isThere = try await database.transaction {
            try ArtifactRecordStore.settle(artifact, at: keeper.now(), on: $0)
        }
        // Between the two, longer than the time of grace has passed.
        guard isThere else { throw ArtifactRemoved(digest: artifact.digest) }
        Counter(label: "artifacts_kept_total").increment()
        return artifact
    }

    private func announce(_ sealed: SealedArtifact) async throws {
        while true {
            let arrival = try await database.transaction {
                try ArtifactRecordStore.announce(sealed, at: keeper.now(), on: $0)
            }
            switch arrival {
            case .place: return
            case .wait(let since, let generation):
                if keeper.now() - since > ArtifactDeletion.patience {
                    let deletion = ArtifactDeletion(database: database, store: store, keeper: keeper)
                    try await deletion.takeOver(sealed.artifact.digest, generation: generation)
                } else {
                    try await Task.sleep(for: .milliseconds(50))
                }
            }
        }
    }

    // MARK: - References

    /// Writes why an artifact is kept, in the caller's transaction.
    ///
    /// - Parameters:
    ///   - reference: who needs it; one of the same kind and holder is written over.
    ///   - digest: the artifact.
    ///   - connection: a transaction.
    /// - Returns: the artifact.
    /// - Throws: ``ArtifactRemoved`` when it is not there (any more): bring it again.
    @discardableResult
    package func refer(
        _ reference: ArtifactReference,
        to digest: SHA256Digest,
        on connection: any StorageConnection
    ) throws -> StoredArtifact {
        guard let size = try ArtifactRecordStore.touch(digest, at: keeper.now(), on: connection) else {
            throw ArtifactRemoved(digest: digest)
        }
        try ArtifactReferenceStore.write(reference, to: digest, on: connection)
        return StoredArtifact(digest: digest, size: size)
    }

    /// Takes back every reference of a holder, in the caller's transaction.
    ///
    /// - Parameters:
    ///   - kind: what kind of thing held artifacts.
    ///   - holder: which one.
    ///   - connection: a transaction.
    /// - Throws: storage errors.
    package func release(
        _ kind: ArtifactReference.Kind,
        holder: String,
        on connection: any StorageConnection
    ) throws {
        try ArtifactReferenceStore.release(kind, holder: holder, at: keeper.now(), on: connection)
    }

    /// Whether a certain holder keeps an artifact that is stored.
    ///
    /// - Parameters:
    ///   - digest: the artifact.
    ///   - kind: what kind of thing holds it.
    ///   - holder: which one.
    ///   - connection: a connection.
    /// - Returns: false also when it is damaged or gone.
    /// - Throws: storage errors.
    package func isHeld(
        _ digest: SHA256Digest,
        as kind: ArtifactReference.Kind,
        by holder: String,
        on connection: any StorageConnection
    ) throws -> Bool {
        guard try find(digest, on: connection) != nil else { return false }
        return try ArtifactReferenceStore.live(to: digest, owner: nil, at: keeper.now(), on: connection)
            .contains { $0.kind == kind && $0.holder == holder }
    }

    // MARK: - Finding

    /// An artifact that is stored.
    ///
    /// - Parameter digest: its name.
    /// - Returns: nil when it is not there, or damaged.
    /// - Throws: storage errors.
    package func find(_ digest: SHA256Digest) async throws -> StoredArtifact? {
        try await database.read { try find(digest, on: $0) }
    }

    /// The same, in the caller's transaction.
    package func find(_ digest: SHA256Digest, on connection: any StorageConnection) throws -> StoredArtifact? {
        try ArtifactRecordStore.find(digest, on: connection).flatMap { $0.state == .stored ? $0.artifact : nil }
    }

    /// Whether somebody may read an artifact: whoever a live reference belongs to, and admins while there is one.
    ///
    /// - Parameters:
    ///   - digest: its name.
    ///   - person: who asks.
    /// - Returns: false also when there is no such artifact.
    /// - Throws: storage errors.
    package func mayRead(_ digest: SHA256Digest, _ person: Person) async throws -> Bool {
        try await database.read { try mayRead(digest, person, on: $0) }
    }

    /// The same, in the caller's transaction.
    package func mayRead(
        _ digest: SHA256Digest,
        _ person: Person,
        on connection: any StorageConnection
    ) throws -> Bool {
        guard let state = try ArtifactRecordStore.find(digest, on: connection)?.state,
            state == .stored || state == .corrupt
        else { return false }
        // What nobody holds any more is on its way out, for admins too.
        let owner = Rights.onlyOwner(.readArtifact, for: person)
        let held = try ArtifactReferenceStore.live(to: digest, owner: owner, at: keeper.now(), on: connection)
        return !held.isEmpty
    }
}

/// An artifact is not there, or is no longer there: bring its bytes again.
package struct ArtifactRemoved: Error, Sendable, Hashable, CustomStringConvertible {
    /// Its name.
    package let digest: SHA256Digest

    /// What happened.
    package var description: String { "the artifact \(digest) is not in the store; bring it again" }
}

/// How damaged artifacts are brought back; set once the parts that can do so exist.
private final class RepairHook: Sendable {
    let repair = Mutex<ArtifactLibrary.Repair>({ _ in false })
}
