internal import Attestation
internal import CurlClient

/// Where inputs outside the gateway and its sites are fetched from.
struct RemoteSources: Sendable {
    /// Brings an input's bytes into the artifact store.
    func fetch(
        _ input: JobManifest.Input,
        for job: Job,
        into library: ArtifactLibrary,
        progress: @escaping @Sendable (Int64) async throws -> Void
    ) async throws -> StoredArtifact {
        throw InputFailure.refused(reason: "'\(input.path)': nothing is fetched from \(input.source.text) yet")
    }

    /// An address under which a site can fetch an artifact itself for a while; nil when there is none.
    func address(of artifact: StoredArtifact, library: ArtifactLibrary) async throws -> String? { nil }
}
