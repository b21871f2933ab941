package import Attestation
internal import Gateway
internal import Storage

/// The append-only log of everything the gateway has signed: manifests, publications, updates, retractions, keys.
///
/// A Merkle tree (RFC 6962 §2.1) whose hashes are served as tiles (C2SP tlog-tiles). An entry, its tree and a signed
/// checkpoint are written in the caller's transaction, so what is signed for is in the log.
package struct ManifestLog: Sendable {
    /// The log's key; its name is the origin.
    package let key: VerifierKey
    let signer: any Signer
    let memory: CheckpointMemory
    /// Who is asked to cosign what was added.
    var cosigning = CosigningPlan(witnesses: [], queue: nil)
    /// Closed when the log is seen to be damaged.
    let seal = LogSeal()

    /// The log's name: its address without a scheme.
    package var origin: String { key.name }

    /// An entry that was added.
    package struct Added: Sendable, Hashable {
        /// Its place, from 0.
        package let position: Int
        /// The tree that ends with it.
        package let checkpoint: Checkpoint
        /// The same, signed.
        package let note: String
    }

    /// Adds an entry, in the caller's transaction; once committed, ``remember(_:)`` it.
    ///
    /// - Parameters:
    ///   - entry: its bytes, at most 65,535.
    ///   - moment: the present one.
    ///   - connection: the transaction.
    /// - Returns: where it is.
    /// - Throws: ``LogFault``, storage errors.
    func append(_ entry: [UInt8], at moment: Timestamp, on connection: any StorageConnection) throws -> Added {
        try seal.requireOpen()
        try connection.lock("log \(origin)")
        try requireKey(on: connection)
        var frontier = try ManifestLogStore.tree(origin, on: connection)?.frontier ?? TreeFrontier()
        try check(frontier)
        let position = frontier.size
        let nodes = frontier.append(MerkleTree.leafHash(entry))
        let checkpoint: Checkpoint
        let note: String
        do {
            checkpoint = try Checkpoint(origin: origin, size: frontier.size, root: frontier.root)
            note = try checkpoint.signed(by: signer).note
        } catch {
            throw LogFault.signing("\(error)")
        }
        try ManifestLogStore.insert(entry, checkpoint: note, origin: origin, at: position, on: connection)
        try ManifestLogStore.insert(nodes, origin: origin, on: connection)
        try ManifestLogStore.write(
            .init(frontier: frontier, checkpoint: note),
            origin: origin,
            at: moment.microseconds,
            on: connection
        )
        try cosigning.plan(at: moment, on: connection)
        return Added(position: position, checkpoint: checkpoint, note: note)
    }

    /// Keeps the checkpoint of a committed entry in its second place.
    ///
    /// - Throws: ``LogFault``.
    func remember(_ added: Added) throws(LogFault) { try memory.keep(added.checkpoint, note: added.note) }

    /// What was signed last must not be ahead of what is stored.
    private func check(_ frontier: TreeFrontier) throws {
        guard let signed = memory.checkpoint else { return }
        guard frontier.size >= signed.size else {
            throw LogFault.behind(stored: frontier.size, signed: signed.size)
        }
        if frontier.size == signed.size, frontier.root != signed.root { throw LogFault.forked(size: signed.size) }
    }

    /// A key in wrong hands signs no more, even in a gateway that runs since before.
    private func requireKey(on connection: any StorageConnection) throws {
        let known = try SigningKeyStore.list(.log, on: connection).first { $0.publicKey == key.publicKey }
        if known?.revokedAt != nil {
            throw LogFault.signing("it was revoked; name a new log by provenance.origin and start again")
        }
    }

    /// Compares what is stored with what was signed last, entry by entry: once, at the start.
    ///
    /// - Throws: ``LogFault``, after which nothing is added; storage errors.
    func checkHistory(on connection: any StorageConnection) throws {
        do {
            if let fault = memory.fault { throw fault }
            try stored.examine(signed: memory.checkpoint, on: connection)
        } catch let fault as LogFault {
            seal.close(fault)
            throw fault
        }
    }
}
