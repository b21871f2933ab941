import Attestation
import Documents
import Testing

@testable import Provenance

/// A record as a gateway signs and logs it, with keys that are always the same.
struct SignedSample {
    let signed: SignedManifest
    let outputs: [Output]
    let entry: LogEntry
    let proof: LogProof

    static let key = signer(1)
    static let logKey = signer(2)
    static let witness = signer(3)
    static let stranger = signer(4)
    static let origin = "gw.example.org/log"
    static let entryTime = Samples.later(4000)

    static func signer(_ number: UInt8) -> FileSigner {
        guard let signer = FileSigner(seed: [UInt8](repeating: number, count: 32)) else { preconditionFailure() }
        return signer
    }

    /// Signs a record and puts it into a log between other entries.
    init(
        _ manifest: ReproducibilityManifest = Samples.published,
        signer: FileSigner = Self.key,
        time: Moment = Self.entryTime,
        witnessedAt seconds: Int? = nil
    ) throws {
        signed = try SignedManifest(manifest, by: signer)
        outputs = manifest.outputs
        entry = LogEntry(
            analysis: manifest.id,
            event: .recorded,
            previous: nil,
            statement: signed.statement,
            time: time
        )
        proof = try Self.proof(of: entry.bytes, witnessedAt: seconds)
    }

    static func proof(of entry: [UInt8], witnessedAt seconds: Int? = nil, by signer: FileSigner = Self.logKey) throws
        -> LogProof
    {
        var leaves = (0..<11).map { MerkleTree.leafHash(Array("other \($0)".utf8)) }
        leaves[5] = MerkleTree.leafHash(entry)
        let inclusion = try #require(
            InclusionProof.make(index: 5, size: leaves.count) { level, index -> TreeHash in
                MerkleTree.root(of: leaves[index << level..<(index + 1) << level])
            }
        )
        let checkpoint = try Checkpoint(origin: origin, size: leaves.count, root: MerkleTree.root(of: leaves))
        var note = try checkpoint.signed(by: signer)
        if let seconds {
            note = note.adding(try Cosignature.make(of: checkpoint, as: "witness", seconds: seconds, by: witness))
        }
        return LogProof(extra: entry, inclusion: inclusion, checkpoint: note)
    }

    var envelope: [UInt8] { Array(signed.envelope.json.utf8) }
    var proofFile: [UInt8] { Array(proof.file.utf8) }

    func bundle(loggedAt: Int64? = nil, entry other: [UInt8]? = nil) throws -> [UInt8] {
        let time = loggedAt ?? entry.time.wholeSeconds
        let bundle = SigstoreBundle(
            envelope: signed.envelope,
            entry: other ?? entry.bytes,
            proof: proof,
            loggedAt: time
        )
        return Array(try bundle.text.utf8)
    }

    /// The status statement of the record, a second after it was logged.
    func status(
        _ status: RecordStatus = .current,
        asOf: Moment = Samples.later(4001),
        record: SHA256Digest? = nil,
        signer: FileSigner = Self.key,
        root: String? = nil
    ) throws -> VerificationMaterial.File {
        let checkpoint = try Checkpoint(text: proof.checkpoint.text)
        let statement = StatusStatement(
            baseURL: "https://gw.example.org",
            analysis: signed.record,
            record: record ?? signed.statement,
            status: status,
            asOf: asOf,
            log: .init(origin: Self.origin, size: UInt64(checkpoint.size), root: root ?? checkpoint.root.base64),
            lastEvent: 5
        )
        let envelope = try Envelope.signed(
            payloadType: SignedManifest.payloadType,
            payload: statement.bytes,
            by: signer
        )
        return .init(name: "status.dsse.json", bytes: Array(envelope.json.utf8))
    }

    /// The files as somebody has them who downloaded everything.
    func material() -> VerificationMaterial {
        VerificationMaterial(
            signed: [.init(name: "manifest.dsse.json", bytes: envelope)],
            crate: .init(name: RecordPaths.crate, bytes: signed.crate),
            proofs: [.init(name: "manifest.tlog-proof", bytes: proofFile)],
            folder: folder()
        )
    }

    /// A folder with the outputs, of which some may be others.
    func folder(_ changes: [String: VerificationMaterial.Measured] = [:], more: [String] = [])
        -> VerificationMaterial.Folder
    {
        let digests = Dictionary(uniqueKeysWithValues: outputs.map { (RecordPaths.path($0), $0.digest) })
        return .init(outputs: digests.keys.sorted() + more) { path in
            changes[path] ?? digests[path].map { .digest($0) } ?? .absent
        }
    }
}

extension VerificationPolicy {
    /// What the tests demand unless they say otherwise.
    static func sample(
        keys: [TrustedKey] = [TrustedKey(SignedSample.key.publicKey)],
        identity: Identity? = .url("https://gw.example.org"),
        logKey: KeyTime = .unbounded,
        requiresLog: Bool = true,
        quorum: Int = 0,
        status: StatusDemand? = nil
    ) throws -> VerificationPolicy {
        let log = try VerifierKey(name: SignedSample.origin, kind: .note, publicKey: SignedSample.logKey.publicKey)
        let witness = try VerifierKey(
            name: "witness",
            kind: .cosignature,
            publicKey: SignedSample.witness.publicKey
        )
        return try VerificationPolicy(
            keys: keys,
            identity: identity,
            logKeys: [TrustedLogKey(log, time: logKey)],
            requiresLog: requiresLog,
            witnesses: quorum > 0 ? [witness] : [],
            quorum: quorum,
            requiresFiles: true,
            status: status
        )
    }
}

/// Verifies with the policy of the tests, at a time soon after the record.
func verified(
    _ material: VerificationMaterial,
    _ policy: VerificationPolicy? = nil,
    now: Moment = Samples.later(4600)
) throws -> VerificationReport {
    ManifestVerifier(try policy ?? .sample(), now: now).verify(material)
}
