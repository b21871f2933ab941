package import Attestation
internal import Gateway
internal import Storage

extension ManifestService {
    /// The manifest of a job's end with all its files: a bag (RFC 8493).
    ///
    /// - Parameter edition: the manifest.
    /// - Returns: the files in their order.
    /// - Throws: `GatewayError` of kind `conflict` when a file is no longer kept.
    package func bag(of edition: Edition) async throws -> AnalysisDocument.Bag {
        let (finished, parent) = try await spine.database.read { connection in
            (
                try spine.finished.find(edition.job, on: connection),
                try ReplayStore.parent(of: edition.job, on: connection)
            )
        }
        guard let finished else { throw GatewayError(.notFound, "There is no ended job \(edition.job).") }
        let origin = try await origin(of: finished.job)
        var manifest = ManifestCollector(gateway: identity).manifest(of: finished, id: edition.record, origin: origin)
        manifest.replayOf = parent
        for file in finished.outputs + finished.logs where try await spine.artifacts.find(file.digest) == nil {
            throw GatewayError(.conflict, "'\(file.path)' (\(file.digest)) is no longer kept.")
        }
        let rendering = try await rendering(of: edition, manifest)
        return .init(folder: rendering.folder, entries: rendering.entries, statement: edition.statement)
    }

    /// The bag of a manifest, around the bytes that were signed.
    func rendering(of edition: Edition, _ manifest: ReproducibilityManifest) async throws -> BagRendering {
        let proof = try await text(of: edition, as: .proof)
        return BagRendering(
            manifest,
            crate: Array(edition.crate.utf8),
            tags: [
                (ManifestForm.envelope.fileName, Array(edition.envelope.utf8)),
                (ManifestForm.proof.fileName, Array(proof.utf8)),
            ]
        )
    }

    /// Whose result a job was answered by; nil when it ran itself.
    func origin(of job: Job) async throws -> CacheOrigin? {
        guard let other = job.cache?.job,
            let edition = try await spine.database.read({ try EditionStore.first(of: other, on: $0) })
        else { return nil }
        return ManifestCollector.origin(of: job, edition)
    }

    /// Bytes of a file that a manifest names.
    package func read(_ digest: SHA256Digest, offset: Int64, length: Int) async throws -> [UInt8] {
        try await spine.artifacts.read(digest, offset: offset, length: length)
    }
}
