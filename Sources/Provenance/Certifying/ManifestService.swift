package import Attestation
package import Gateway
internal import Storage

/// What people ask of manifests.
package struct ManifestService: Sendable {
    let spine: Spine
    let keys: KeyRing
    /// The log they are in.
    package let log: ManifestLog
    let identity: GatewayIdentity

    /// The manifest of a job's end.
    ///
    /// - Parameter id: the job.
    /// - Returns: the signed manifest.
    /// - Throws: `GatewayError` of kind `notFound`, and of kind `conflict` while there is none yet.
    package func manifest(of id: JobID) async throws -> Edition {
        let job = try await spine.jobs.job(id)
        guard job.state.isFinal else {
            throw GatewayError(
                .conflict,
                "The job is \(job.state.rawValue); its manifest is signed when it has ended."
            )
        }
        guard let edition = try await spine.database.read({ try EditionStore.first(of: id, on: $0) }) else {
            throw GatewayError(.conflict, "The job has ended; its manifest is being signed. Ask again in a moment.")
        }
        return edition
    }

    /// The proof that a manifest is in the log, in the tree that ends with it.
    ///
    /// A log that was closed by naming another origin still proves what it holds.
    func proof(of edition: Edition) async throws -> LogProof {
        let found = try await spine.database.read {
            try StoredLog(origin: edition.origin).proof(of: edition.position, on: $0)
        }
        if let found { return found }
        throw GatewayError(.notFound, "The manifest stands in the log \(edition.origin), which is not kept here.")
    }

    /// The proof in the newest tree that the most witnesses have cosigned, or else in the newest of all.
    ///
    /// - Parameter edition: the manifest.
    /// - Returns: the proof file; its bytes change as the log grows.
    /// - Throws: `GatewayError` of kind `notFound`, ``LogFault``, storage errors.
    package func newestProof(of edition: Edition) async throws -> String {
        let found = try await spine.database.read { connection -> LogProof? in
            let stored = StoredLog(origin: edition.origin)
            let cosigned = try CosignatureStore.sizes(of: edition.origin, from: edition.position + 1, on: connection)
            let size = try CosignedSize.best(cosigned)?.size ?? stored.size(on: connection)
            let lines = try CosignatureStore.lines(of: edition.origin, at: size, on: connection)
            return try stored.proof(of: edition.position, at: size, adding: lines, on: connection)
        }
        if let found { return found.file }
        throw GatewayError(.notFound, "The manifest stands in the log \(edition.origin), which is not kept here.")
    }

    /// The bytes of a manifest's entry in the log.
    func entry(of edition: Edition) async throws -> [UInt8] {
        let range = edition.position..<edition.position + 1
        let found = try await spine.database.read {
            try ManifestLogStore.entries(origin: edition.origin, range, on: $0).first
        }
        guard let found else { throw LogFault.damaged("entry \(edition.position) is missing") }
        return found.entry
    }

    /// The name under which this gateway cosigns other logs.
    package var witnessName: String { identity.witnessName }

    /// All keys there ever were, the newest of each use first.
    package func keyHistory() async throws -> [SigningKey] {
        try await spine.database.read { connection in
            try SigningKey.Use.allCases.flatMap { try SigningKeyStore.list($0, on: connection) }
        }
    }

    /// The newest signed checkpoint, with the cosignatures of the witnesses that have seen it already.
    ///
    /// - Returns: the note.
    /// - Throws: `GatewayError` of kind `notFound` for an empty log.
    package func checkpoint() async throws -> String {
        let found = try await spine.database.read { connection -> SignedNote? in
            let size = try log.size(on: connection)
            var note = try log.stored.checkpoint(of: size, on: connection)
            for line in try CosignatureStore.lines(of: log.origin, at: size, on: connection) {
                note = note?.adding(line)
            }
            return note
        }
        guard let found else { throw GatewayError(.notFound, "The log is empty.") }
        return found.note
    }

    /// A tile of the log.
    ///
    /// - Parameter path: which one.
    /// - Returns: its bytes.
    /// - Throws: `GatewayError` of kind `notFound`.
    package func tile(_ path: TilePath) async throws -> [UInt8] {
        guard let bytes = try await spine.database.read({ try log.tile(path, on: $0) }) else {
            throw GatewayError(.notFound, "The log does not reach as far as \(path).")
        }
        return bytes
    }
}
