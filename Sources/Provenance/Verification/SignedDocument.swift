internal import Attestation
internal import Documents

/// A file that carries an envelope: the envelope itself, or a bundle with its proof.
struct SignedDocument {
    let envelope: Envelope
    let proof: CarriedProof?

    init(_ file: VerificationMaterial.File) throws {
        guard SigstoreBundle.isOne(file.bytes) else {
            envelope = try Envelope(json: file.bytes)
            proof = nil
            return
        }
        let bundle = try SigstoreBundle(bytes: file.bytes)
        envelope = bundle.envelope
        proof = CarriedProof(
            name: file.name,
            proof: bundle.proof,
            entry: bundle.entry,
            loggedAt: bundle.loggedAt
        )
    }
}

/// A proof with the entry it is about.
struct CarriedProof {
    let name: String
    let proof: LogProof
    /// The bytes of the entry; nil when the file does not carry them.
    let entry: [UInt8]?
    /// What a bundle says of the time, in seconds since 1970; nil for a proof file.
    let loggedAt: Int64?

    init(name: String, proof: LogProof, entry: [UInt8]?, loggedAt: Int64?) {
        self.name = name
        self.proof = proof
        self.entry = entry
        self.loggedAt = loggedAt
    }

    /// Reads a proof file; its extra data are the entry.
    init(_ file: VerificationMaterial.File) throws {
        let proof = try LogProof(file: file.bytes)
        self.init(name: file.name, proof: proof, entry: proof.extra, loggedAt: nil)
    }
}
