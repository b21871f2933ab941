import Attestation
import Documents
import Testing

@testable import Provenance

/// Records that were forged, cut off, re-ordered, written otherwise, confused or replayed.
@Suite("Forged records are refused, each at its step")
struct ForgeryTests {
    struct Forgery: CustomTestStringConvertible {
        let testDescription: String
        let step: VerificationReport.Step
        let make: @Sendable (SignedSample) throws -> VerificationMaterial

        init(
            _ name: String,
            _ step: VerificationReport.Step,
            _ make: @escaping @Sendable (SignedSample) throws -> VerificationMaterial
        ) {
            (testDescription, self.step, self.make) = (name, step, make)
        }
    }

    @Test("A forged record is bad, and the first step that fails is the right one", arguments: forgeries)
    func refused(_ forgery: Forgery) throws {
        let record = try SignedSample()
        let policy = try VerificationPolicy.sample(status: .init(largestAge: 3600))
        var honest = record.material()
        honest.status = try record.status()
        #expect(try verified(honest, policy).verdict == .good)
        let report = try verified(try forgery.make(record), policy)
        #expect(report.verdict == .bad)
        #expect(report.firstFailed?.step == forgery.step, "\(report.checks.suffix(3))")
    }

    static let forgeries = envelopes + statements + files + proofs + statuses

    // MARK: - Envelopes

    private static let envelopes = [
        Forgery("cut off", .envelope) { with($0, envelope: $0.envelope.dropLast(20)) },
        Forgery("no envelope", .envelope) { with($0, envelope: Array("[]".utf8)) },
        Forgery("a member twice", .envelope) {
            with($0, envelope: replaced($0.envelope, "{\"payload\":", "{\"payload\":\"e30=\",\"payload\":"))
        },
        Forgery("white space in the Base 64", .envelope) {
            with($0, envelope: replaced($0.envelope, "\"payload\":\"", "\"payload\":\" "))
        },
        Forgery("another payload type", .envelope) {
            try with($0, payload: $0.signed.envelope.payload, type: "application/json")
        },
        Forgery("without a signature", .envelope) { record in
            let bare = Envelope(payloadType: SignedManifest.payloadType, payload: record.signed.envelope.payload)
            return with(record, envelope: Array(bare.json.utf8))
        },
        Forgery("signed by a stranger under the key's id", .signature) { record in
            let envelope = record.signed.envelope
            let forged = try Envelope.signed(
                payloadType: envelope.payloadType,
                payload: envelope.payload,
                by: SignedSample.stranger
            )
            let signature = Envelope.Signature(
                keyID: SignedSample.key.publicKey.keyID,
                bytes: forged.signatures[0].bytes
            )
            return with(record, envelope: envelope, signatures: [signature])
        },
        Forgery("signed by the key of the log", .signature) {
            try with($0, payload: $0.signed.envelope.payload, signer: SignedSample.logKey)
        },
        Forgery("the signature of a status", .signature) { record in
            let status = try Envelope(json: try record.status().bytes)
            return with(record, envelope: record.signed.envelope, signatures: status.signatures)
        },
        Forgery("the type signed as part of the body", .signature) { record in
            let envelope = record.signed.envelope
            let shifted = Envelope(
                payloadType: envelope.payloadType,
                payload: envelope.payload + [10],
                signatures: envelope.signatures
            )
            return with(record, envelope: Array(shifted.json.utf8))
        },
        Forgery("a second file with another statement", .envelope) { record in
            var material = record.material()
            let other = try SignedSample(Samples.container)
            material.signed.append(.init(name: "other", bytes: other.envelope))
            return material
        },
    ]

    // MARK: - Statements, each well signed

    private static let statements = [
        Forgery("a status in place of a record", .statement) { record in
            with(record, envelope: try record.status().bytes)
        },
        Forgery("an unknown choice of the user", .statement) {
            try with($0, payload: replaced($0.signed.envelope.payload, "\"inputs\":", "\"hidden\":\"1\",\"inputs\":"))
        },
        Forgery("a member twice in the statement", .statement) {
            try with(
                $0,
                payload: replaced($0.signed.envelope.payload, "\"state\":", "\"state\":\"FAILED\",\"state\":")
            )
        },
        Forgery("members in another order", .statement) { record in
            let text = String(decoding: record.signed.envelope.payload, as: UTF8.self)
            let type = "\"_type\":\"https://in-toto.io/Statement/v1\","
            let moved = "{" + text.dropFirst(1 + type.utf8.count).dropLast() + "," + type.dropLast() + "}"
            return try with(record, payload: Array(moved.utf8))
        },
        Forgery("white space in the statement", .statement) {
            try with($0, payload: replaced($0.signed.envelope.payload, "{\"_type\"", "{ \"_type\""))
        },
        Forgery("another predicate", .statement) {
            try with($0, payload: replaced($0.signed.envelope.payload, "provenance/v1", "provenance/v2"))
        },
        Forgery("a subject that leads out", .statement) {
            try with($0, payload: replaced($0.signed.envelope.payload, "outputs/results/sky", "outputs/../../sky"))
        },
        Forgery("a subject twice", .statement) {
            try with(
                $0,
                payload: replaced($0.signed.envelope.payload, "outputs/results/sky.fits", "outputs/results/table.csv")
            )
        },
        Forgery("the analysis of another gateway", .statement) {
            try with($0, payload: replaced($0.signed.envelope.payload, "gw.example.org/analysis", "gw2.org/analysis"))
        },
        Forgery("another site that the key signs for", .identity) {
            try with($0, payload: replaced($0.signed.envelope.payload, "https://gw.example.org", "https://gw.evil.org"))
        },
    ]

    // MARK: - Files

    private static let files = [
        Forgery("the statement of another job with this crate", .crate) { record in
            var material = try SignedSample(Samples.container).material()
            material.crate = record.material().crate
            return material
        },
        Forgery("a crate in another order", .crate) { record in
            let lines = String(decoding: record.signed.crate, as: UTF8.self).split(separator: "\n")
            let moved = [lines[0], lines[2], lines[1]] + lines.dropFirst(3)
            return with(record, crate: Array((moved.joined(separator: "\n") + "\n").utf8))
        },
        Forgery("an output that was altered", .files) { record in
            var material = record.material()
            material.folder = record.folder(["outputs/results/sky.fits": .digest(Samples.digest("forged"))])
            return material
        },
        Forgery("two outputs exchanged", .files) { record in
            var material = record.material()
            material.folder = record.folder([
                "outputs/results/sky.fits": .digest(Samples.digest("results/table.csv")),
                "outputs/results/table.csv": .digest(Samples.digest("results/sky.fits")),
            ])
            return material
        },
        Forgery("a crate that tells another digest than the statement", .agreement) { record in
            let lie = replaced(
                record.signed.crate,
                Samples.digest("results/sky.fits").hexadecimal,
                Samples.digest("forged").hexadecimal
            )
            let payload = replaced(
                record.signed.envelope.payload,
                SHA256Digest(of: record.signed.crate).hexadecimal,
                SHA256Digest(of: lie).hexadecimal
            )
            var material = try with(record, payload: payload)
            material.crate = .init(name: RecordPaths.crate, bytes: lie)
            return material
        },
    ]

    // MARK: - The log

    private static let proofs = [
        Forgery("the proof of another record", .log) { record in
            let other = try SignedSample(Samples.container)
            return with(record, proof: other.proofFile)
        },
        Forgery("the proof of another statement about this record", .log) { record in
            let entry = LogEntry(
                analysis: record.signed.record,
                event: .recorded,
                previous: nil,
                statement: Samples.digest("other"),
                time: Samples.moment
            )
            return with(record, proof: Array(try SignedSample.proof(of: entry.bytes).file.utf8))
        },
        Forgery("another entry beside the hashes", .log) { record in
            let entry = LogEntry(
                analysis: record.signed.record,
                event: .recorded,
                previous: nil,
                statement: record.signed.statement,
                time: Samples.later(1)
            )
            let inclusion = InclusionProof(index: 5, size: 11, hashes: record.proof.hashes)
            let proof = LogProof(extra: entry.bytes, inclusion: inclusion, checkpoint: record.proof.checkpoint)
            return with(record, proof: Array(proof.file.utf8))
        },
        Forgery("an entry that signs nothing", .log) { record in
            let entry = LogEntry(
                analysis: record.signed.record,
                event: .retracted,
                previous: nil,
                statement: record.signed.statement,
                time: Samples.moment
            )
            return with(record, proof: Array(try SignedSample.proof(of: entry.bytes).file.utf8))
        },
        Forgery("an entry about another record with this statement", .log) { record in
            let entry = LogEntry(
                analysis: Samples.container.id,
                event: .recorded,
                previous: nil,
                statement: record.signed.statement,
                time: Samples.moment
            )
            return with(record, proof: Array(try SignedSample.proof(of: entry.bytes).file.utf8))
        },
        Forgery("a checkpoint signed by a stranger", .log) { record in
            let proof = try SignedSample.proof(of: record.entry.bytes, by: SignedSample.stranger)
            return with(record, proof: Array(proof.file.utf8))
        },
        Forgery("a checkpoint signed by the manifest's key", .log) { record in
            let proof = try SignedSample.proof(of: record.entry.bytes, by: SignedSample.key)
            return with(record, proof: Array(proof.file.utf8))
        },
        Forgery("another place in the tree", .log) {
            with($0, proof: replaced($0.proofFile, "index 5", "index 4"))
        },
        Forgery("hashes in another order", .log) { record in
            let hashes = record.proof.hashes.reversed()
            let inclusion = InclusionProof(index: 5, size: 11, hashes: Array(hashes))
            let proof = LogProof(
                extra: record.entry.bytes,
                inclusion: inclusion,
                checkpoint: record.proof.checkpoint
            )
            return with(record, proof: Array(proof.file.utf8))
        },
        Forgery("a smaller tree", .log) { with($0, proof: replaced($0.proofFile, "\n11\n", "\n10\n")) },
        Forgery("a proof that is cut off", .envelope) { with($0, proof: $0.proofFile.dropLast(30)) },
        Forgery("a bundle with another time", .log) { record in
            var material = record.material()
            material.signed = [.init(name: "b", bytes: try record.bundle(loggedAt: 1))]
            return material
        },
        Forgery("a bundle with the entry of another", .log) { record in
            var material = record.material()
            let other = try SignedSample(Samples.container)
            material.signed = [.init(name: "b", bytes: try record.bundle(entry: other.entry.bytes))]
            return material
        },
        Forgery("a bundle whose root is another", .envelope) { record in
            var material = record.material()
            let bundle = replaced(try record.bundle(), "\"rootHash\":\"", "\"rootHash\":\"AAAA")
            material.signed = [.init(name: "b", bytes: bundle)]
            return material
        },
        Forgery("a bundle with one more member", .envelope) { record in
            var material = record.material()
            let bundle = replaced(try record.bundle(), "{\"dsseEnvelope\":", "{\"certificate\":\"\",\"dsseEnvelope\":")
            material.signed = [.init(name: "b", bytes: bundle)]
            return material
        },
    ]

    // MARK: - Status

    private static let statuses = [
        Forgery("retracted", .status) {
            try with($0, status: $0.status(.init(.retracted, reason: .init(code: "error", text: "wrong flat"))))
        },
        Forgery("in doubt", .status) { try with($0, status: $0.status(.init(.concern))) },
        Forgery("an old status", .status) { try with($0, status: $0.status(asOf: Samples.later(4600 - 3601))) },
        Forgery("a status of the future", .status) { try with($0, status: $0.status(asOf: Samples.later(9000))) },
        Forgery("the status of another statement", .status) {
            try with($0, status: $0.status(record: Samples.digest("other")))
        },
        Forgery("the status of another record", .status) { record in
            let other = try SignedSample(Samples.container)
            let root = try Checkpoint(text: record.proof.checkpoint.text).root.base64
            return try with(record, status: other.status(record: record.signed.statement, root: root))
        },
        Forgery("a status signed by a stranger", .status) {
            try with($0, status: $0.status(signer: SignedSample.stranger))
        },
        Forgery("a status signed by the log's key", .status) {
            try with($0, status: $0.status(signer: SignedSample.logKey))
        },
        Forgery("the record in place of its status", .status) {
            with($0, status: .init(name: "s", bytes: $0.envelope))
        },
        Forgery("a status of another history of the log", .status) {
            try with($0, status: $0.status(root: MerkleTree.leafHash([1]).base64))
        },
    ]
}

// MARK: - Changing records

extension ForgeryTests {
    private static func replaced(_ bytes: [UInt8], _ old: String, _ new: String) -> [UInt8] {
        let text = String(decoding: bytes, as: UTF8.self)
        let changed = text.replacing(old, with: new)
        precondition(changed != text, "nothing to replace: \(old)")
        return Array(changed.utf8)
    }

    private static func with(_ record: SignedSample, envelope: some Sequence<UInt8>) -> VerificationMaterial {
        var material = record.material()
        material.signed = [.init(name: "manifest.dsse.json", bytes: Array(envelope))]
        return material
    }

    private static func with(_ record: SignedSample, envelope: Envelope, signatures: [Envelope.Signature])
        -> VerificationMaterial
    {
        let forged = Envelope(payloadType: envelope.payloadType, payload: envelope.payload, signatures: signatures)
        return with(record, envelope: Array(forged.json.utf8))
    }

    /// A statement the gateway itself signed.
    private static func with(
        _ record: SignedSample,
        payload: [UInt8],
        type: String = SignedManifest.payloadType,
        signer: FileSigner = SignedSample.key
    ) throws -> VerificationMaterial {
        let envelope = try Envelope.signed(payloadType: type, payload: payload, by: signer)
        var material = with(record, envelope: Array(envelope.json.utf8))
        // The log would hold it, too.
        let entry = LogEntry(
            analysis: record.signed.record,
            event: .recorded,
            previous: nil,
            statement: SHA256Digest(of: payload),
            time: SignedSample.entryTime
        )
        material.proofs = [.init(name: "p", bytes: Array(try SignedSample.proof(of: entry.bytes).file.utf8))]
        return material
    }

    private static func with(_ record: SignedSample, crate: [UInt8]) -> VerificationMaterial {
        var material = record.material()
        material.crate = .init(name: RecordPaths.crate, bytes: crate)
        return material
    }

    private static func with(_ record: SignedSample, proof: some Sequence<UInt8>) -> VerificationMaterial {
        var material = record.material()
        material.proofs = [.init(name: "manifest.tlog-proof", bytes: Array(proof))]
        return material
    }

    private static func with(_ record: SignedSample, status: VerificationMaterial.File) -> VerificationMaterial {
        var material = record.material()
        material.status = status
        return material
    }
}

@Suite("Any byte that is changed")
struct ChangedByteTests {
    enum Part: String, CaseIterable, CustomTestStringConvertible {
        case payload, signature, proof, crate, bundle, status
        var testDescription: String { rawValue }
    }

    /// Every byte of a signature, and so many of a long text that the test ends within seconds.
    private static func places(_ count: Int) -> [Int] {
        Array(stride(from: 0, to: count, by: max(1, count / 64))) + [count - 1]
    }

    @Test("leaves no record good", arguments: Part.allCases)
    func flipped(_ part: Part) throws {
        let record = try SignedSample()
        let policy = try VerificationPolicy.sample(status: .init(largestAge: 3600))
        var honest = record.material()
        honest.status = try record.status()
        #expect(try verified(honest, policy).verdict == .good)
        let bytes = try original(part, record)
        for place in Self.places(bytes.count) {
            var changed = bytes
            changed[place] ^= [1, 0x20, 0x80][place % 3]
            let material = try self.material(part, changed, record, honest)
            let verdict = try verified(material, policy).verdict
            #expect(verdict != .good, "byte \(place)")
        }
    }

    @Test("A file that is cut off, or has a letter more, leaves no record good", arguments: Part.allCases)
    func resized(_ part: Part) throws {
        let record = try SignedSample()
        let policy = try VerificationPolicy.sample(status: .init(largestAge: 3600))
        var honest = record.material()
        honest.status = try record.status()
        let bytes = try original(part, record)
        for place in Self.places(bytes.count) where place.isMultiple(of: 5) {
            let longer = bytes[..<place] + [UInt8(ascii: "x")] + bytes[place...]
            for changed in [Array(bytes[..<place]), Array(longer)] {
                let material = try self.material(part, changed, record, honest)
                #expect(try verified(material, policy).verdict != .good, "byte \(place)")
            }
        }
    }

    private func original(_ part: Part, _ record: SignedSample) throws -> [UInt8] {
        switch part {
        case .payload: record.signed.envelope.payload
        case .signature: record.signed.envelope.signatures[0].bytes
        case .proof: record.proofFile
        case .crate: record.signed.crate
        case .bundle: try record.bundle()
        case .status: try Envelope(json: try record.status().bytes).payload
        }
    }

    private func material(_ part: Part, _ bytes: [UInt8], _ record: SignedSample, _ honest: VerificationMaterial) throws
        -> VerificationMaterial
    {
        var material = honest
        let envelope = record.signed.envelope
        func file(_ envelope: Envelope, payload: [UInt8], _ signatures: [Envelope.Signature])
            -> VerificationMaterial.File
        {
            let changed = Envelope(payloadType: envelope.payloadType, payload: payload, signatures: signatures)
            return .init(name: "changed", bytes: Array(changed.json.utf8))
        }
        switch part {
        case .payload: material.signed = [file(envelope, payload: bytes, envelope.signatures)]
        case .signature:
            let signature = Envelope.Signature(keyID: envelope.signatures[0].keyID, bytes: bytes)
            material.signed = [file(envelope, payload: envelope.payload, [signature])]
        case .proof: material.proofs = [.init(name: "changed", bytes: bytes)]
        case .crate: material.crate = .init(name: "changed", bytes: bytes)
        case .bundle: material.signed = [.init(name: "changed", bytes: bytes)]
        case .status:
            let status = try Envelope(json: try record.status().bytes)
            material.status = file(status, payload: bytes, status.signatures)
        }
        return material
    }
}
