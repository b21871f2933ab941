internal import Attestation
internal import Documents
internal import Gateway

extension ManifestService {
    /// A manifest in one of its forms.
    ///
    /// - Parameters:
    ///   - edition: the manifest.
    ///   - form: which form.
    /// - Returns: its text; the same bytes at all times.
    /// - Throws: `GatewayError`, ``LogFault``, storage errors.
    package func text(of edition: Edition, as form: ManifestForm) async throws -> String {
        switch form {
        case .crate: return edition.crate
        case .envelope: return edition.envelope
        case .proof: return try await proof(of: edition).file
        case .bundle: return try await bundle(of: edition)
        }
    }

    private func bundle(of edition: Edition) async throws -> String {
        let (proof, entry) = try await (proof(of: edition), entry(of: edition))
        let envelope = try Envelope(json: edition.envelope.utf8)
        return try SigstoreBundle(envelope: envelope, entry: entry, proof: proof, loggedAt: edition.createdAt.seconds)
            .text
    }
}
