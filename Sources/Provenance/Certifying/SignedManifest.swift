internal import Attestation
internal import Gateway

/// A manifest's documents and the signature over them.
struct SignedManifest: Sendable {
    let record: RecordID
    let crate: [UInt8]
    let envelope: Envelope
    /// SHA-256 of the statement's bytes.
    let statement: SHA256Digest

    /// The media type of what is signed (in-toto attestation, spec/v1/envelope.md).
    static let payloadType = "application/vnd.in-toto+json"

    /// Renders and signs.
    ///
    /// - Throws: ``SigningError``.
    init(_ manifest: ReproducibilityManifest, by signer: any Signer) throws {
        record = manifest.id
        crate = CrateRendering(manifest).bytes
        let payload = StatementRendering(manifest).bytes(crate: SHA256Digest(of: crate))
        statement = SHA256Digest(of: payload)
        envelope = try Envelope.signed(payloadType: Self.payloadType, payload: payload, by: signer)
    }

    func edition(
        _ number: Int,
        of job: JobID,
        _ added: ManifestLog.Added,
        in origin: String,
        at moment: Timestamp
    ) -> Edition {
        Edition(
            record: record,
            number: number,
            job: job,
            statement: statement,
            crate: String(decoding: crate, as: UTF8.self),
            envelope: envelope.json,
            origin: origin,
            position: added.position,
            createdAt: moment
        )
    }
}
