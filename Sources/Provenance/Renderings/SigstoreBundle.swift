package import Attestation
internal import Documents

/// Envelope, log entry and proof in one file: a Sigstore bundle, version 0.3, with a key instead of a certificate.
///
/// Source: sigstore/protobuf-specs, `sigstore_bundle.proto` and `sigstore_rekor.proto`, in the JSON form of protobuf.
package struct SigstoreBundle: Sendable, Hashable {
    /// Media type, and the first member of the file.
    package static let mediaType = "application/vnd.dev.sigstore.bundle.v0.3+json"
    /// What the entry of the log is (`KindVersion`).
    package static let kind = "farfield-manifest"

    /// The signed envelope.
    package let envelope: Envelope
    /// The bytes of the entry in the log.
    package let entry: [UInt8]
    /// The proof that the entry is there.
    package let proof: LogProof
    /// When it was added, in seconds since 1970 UTC.
    package let loggedAt: Int64

    /// A bundle.
    package init(envelope: Envelope, entry: [UInt8], proof: LogProof, loggedAt: Int64) {
        (self.envelope, self.entry, self.proof, self.loggedAt) = (envelope, entry, proof, loggedAt)
    }

    /// The file.
    ///
    /// - Throws: `CheckpointError` when the proof's checkpoint is none.
    package var text: String {
        get throws {
            let checkpoint = try Checkpoint(text: proof.checkpoint.text)
            let inclusion: JSONValue = [
                "logIndex": .string("\(proof.index)"), "rootHash": .string(checkpoint.root.base64),
                "treeSize": .string("\(checkpoint.size)"), "hashes": .array(proof.hashes.map { .string($0.base64) }),
                "checkpoint": ["envelope": .string(proof.checkpoint.note)],
            ]
            let logged: JSONValue = [
                "logIndex": .string("\(proof.index)"),
                "logId": ["keyId": .string(Base64.text(SHA256Digest(of: checkpoint.origin.utf8).bytes))],
                "kindVersion": ["kind": .string(Self.kind), "version": "1"], "integratedTime": .string("\(loggedAt)"),
                "inclusionProof": inclusion, "canonicalizedBody": .string(Base64.text(entry)),
            ]
            let bundle: JSONValue = [
                "mediaType": .string(Self.mediaType),
                "verificationMaterial": [
                    "publicKey": ["hint": .string(envelope.signatures.first?.keyID ?? "")],
                    "tlogEntries": [logged],
                ],
                "dsseEnvelope": try JSONValue(json: envelope.json.utf8),
            ]
            return try CanonicalJSON.text(bundle)
        }
    }
}
