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
    /// - Throws: ``GatewayError`` of kind `notFound`, and of kind `conflict` while there is none yet.
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
    func proof(of edition: Edition) async throws -> LogProof {
        let found = try await spine.database.read { connection in
            edition.origin == log.origin ? try log.proof(of: edition.position, on: connection) : nil
        }
        if let found { return found }
        throw GatewayError(.notFound, "The manifest stands in the log \(edition.origin), which is closed.")
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

    /// All keys there ever were, the newest of each use first.
    package func keyHistory() async throws -> [SigningKey] {
        try await spine.database.read { connection in
            try SigningKey.Use.allCases.flatMap { try SigningKeyStore.list($0, on: connection) }
        }
    }

    /// The newest signed checkpoint.
    ///
    /// - Returns: the note.
    /// - Throws: ``GatewayError`` of kind `notFound` for an empty log.
    package func checkpoint() async throws -> String {
        guard let note = try await spine.database.read({ try log.checkpoint(on: $0) }) else {
            throw GatewayError(.notFound, "The log is empty.")
        }
        return note
    }

    /// A tile of the log.
    ///
    /// - Parameter path: which one.
    /// - Returns: its bytes.
    /// - Throws: ``GatewayError`` of kind `notFound`.
    package func tile(_ path: TilePath) async throws -> [UInt8] {
        guard let bytes = try await spine.database.read({ try log.tile(path, on: $0) }) else {
            throw GatewayError(.notFound, "The log does not reach as far as \(path).")
        }
        return bytes
    }
}
