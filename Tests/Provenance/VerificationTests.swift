import Attestation
import Documents
import Gateway
import Testing

@testable import Provenance

@Suite("Verifying a record offline")
struct VerificationTests {
    @Test("A record as it was signed is good, in each of the ways it can be at hand", arguments: Samples.all)
    func good(_ sample: Samples.Sample) throws {
        let record = try SignedSample(sample.manifest)
        let whole = try verified(record.material())
        #expect(whole.verdict == .good, "\(whole.checks)")
        #expect(whole.checks.map(\.step) == VerificationReport.Step.allCases)
        var bundle = record.material()
        bundle.signed = [.init(name: "manifest.sigstore.json", bytes: try record.bundle())]
        bundle.proofs = []
        #expect(try verified(bundle).verdict == .good)
        bundle.signed.append(.init(name: "manifest.dsse.json", bytes: record.envelope))
        bundle.status = try record.status()
        let demand = try VerificationPolicy.sample(status: .init(largestAge: 3600))
        #expect(try verified(bundle, demand).verdict == .good)
    }

    @Test("What the policy demands and is not at hand is neither good nor bad, and is named")
    func missing() throws {
        let record = try SignedSample()
        var material = record.material()
        material.proofs = []
        var report = try verified(material)
        #expect(report.verdict == .cannotTell)
        #expect(report[.log] == .notChecked("there is no proof of the log at hand"))
        #expect(try verified(material, .sample(requiresLog: false)).verdict == .good)
        material = record.material()
        material.folder = record.folder(["outputs/results/sky.fits": .absent])
        report = try verified(material)
        #expect(report.verdict == .cannotTell)
        #expect(report[.files] == .notChecked("1 of 2 signed files are missing: 'outputs/results/sky.fits'"))
        material = record.material()
        material.crate = nil
        #expect(try verified(material).verdict == .cannotTell)
        #expect(try verified(record.material(), .sample(status: .init(largestAge: 60))).verdict == .cannotTell)
        #expect(try verified(VerificationMaterial(signed: [])).verdict == .cannotTell)
        material = record.material()
        let bare = LogProof(
            inclusion: InclusionProof(index: 5, size: 11, hashes: record.proof.hashes),
            checkpoint: record.proof.checkpoint
        )
        material.proofs = [.init(name: "p", bytes: Array(bare.file.utf8))]
        #expect(try verified(material).verdict == .cannotTell)
    }

    @Test("Files that nobody signed are named, and change nothing")
    func unsigned() throws {
        let record = try SignedSample()
        var material = record.material()
        material.folder = record.folder(more: ["outputs/more.csv"])
        let report = try verified(material)
        #expect(report.verdict == .good)
        guard case .passed(let text) = report[.files] else { return #expect(Bool(false)) }
        #expect(text.contains("not signed, so not checked: 'outputs/more.csv'"))
    }

    @Test("A policy without a key or an identity is refused, and so is one that cannot be met")
    func policies() throws {
        let key = TrustedKey(SignedSample.key.publicKey)
        #expect(throws: VerificationPolicyFault.noKey) { try VerificationPolicy(keys: [], identity: nil) }
        #expect(throws: VerificationPolicyFault.noIdentity) { try VerificationPolicy(keys: [key], identity: nil) }
        #expect(throws: VerificationPolicyFault.identity("gw.example.org")) {
            try VerificationPolicy(keys: [key], identity: .url("gw.example.org"))
        }
        #expect(throws: VerificationPolicyFault.noLogKey) {
            try VerificationPolicy(keys: [key], identity: .anybodyWithTheKeys, requiresLog: true)
        }
        let witness = try VerifierKey(name: "w", kind: .cosignature, publicKey: SignedSample.witness.publicKey)
        #expect(throws: VerificationPolicyFault.noLogKey) {
            try VerificationPolicy(keys: [key], identity: .anybodyWithTheKeys, witnesses: [witness], quorum: 1)
        }
        #expect(throws: VerificationPolicyFault.quorum(1, witnesses: 0)) {
            try VerificationPolicy(keys: [key], identity: .anybodyWithTheKeys, quorum: 1)
        }
        #expect(throws: VerificationPolicyFault.statusAge) {
            try VerificationPolicy(keys: [key], identity: .anybodyWithTheKeys, status: .init(largestAge: 0))
        }
    }

    @Test("The identity is a gateway or one of its sites, and nobody else")
    func identities() throws {
        let record = try SignedSample()
        let good = ["https://gw.example.org", "https://gw.example.org/", "https://gw.example.org/sites/local"]
        for url in good { #expect(try verified(record.material(), .sample(identity: .url(url))).verdict == .good) }
        let others = ["https://gw.example.or", "https://gw.example.org/sites", "https://gw.example.org/sites/locals"]
        for url in others {
            let report = try verified(record.material(), .sample(identity: .url(url)))
            #expect(report.verdict == .bad && report.firstFailed?.step == .identity, "\(url)")
        }
        let anybody = try verified(record.material(), .sample(identity: .anybodyWithTheKeys))
        #expect(anybody.verdict == .good)
        guard case .notChecked = anybody[.identity] else { return #expect(Bool(false)) }
    }

    @Test("A crate that was written otherwise is refused with the first byte that differs")
    func firstByte() throws {
        let record = try SignedSample()
        var material = record.material()
        material.crate = .init(name: "c", bytes: Array("{ ".utf8) + record.signed.crate.dropFirst())
        let report = try verified(material)
        guard case .failed(let text) = report[.crate] else { return #expect(Bool(false)) }
        #expect(text.hasSuffix("the first byte that differs is byte 1 (counted from 0): 0x20 in place of 0x22 '\"'"))
        // Another value cannot be told without another copy.
        var crate = record.signed.crate
        let place = try #require(crate.firstIndex(of: UInt8(ascii: "C")))
        crate[place] = UInt8(ascii: "D")
        material.crate = .init(name: "c", bytes: crate)
        guard case .failed(let less) = try verified(material)[.crate] else { return #expect(Bool(false)) }
        #expect(!less.contains("first byte"))
        material.otherCopy = { $0 == RecordPaths.crate ? record.signed.crate : nil }
        guard case .failed(let more) = try verified(material)[.crate] else { return #expect(Bool(false)) }
        #expect(more.contains("is byte \(place) (counted from 0): 0x44 'D' in place of 0x43 'C'"))
    }

    @Test("A key that has an end is believed only where the log shows that it signed before")
    func keyTimes() throws {
        let record = try SignedSample()
        func policy(from: Int64? = nil, until: Int64? = nil, revoked: Int64? = nil, log: Bool = true) throws
            -> VerificationPolicy
        {
            let time = KeyTime(
                from: from.map(Samples.later),
                until: until.map(Samples.later),
                revokedAt: revoked.map(Samples.later)
            )
            return try .sample(keys: [TrustedKey(SignedSample.key.publicKey, time: time)], requiresLog: log)
        }
        var alone = record.material()
        alone.proofs = []
        // The entry is of second 4000.
        #expect(try verified(record.material(), policy(from: 0, until: 4001)).verdict == .good)
        #expect(try verified(record.material(), policy(revoked: 4001)).verdict == .good)
        for wrong in [try policy(revoked: 4000), try policy(until: 4000), try policy(from: 4001)] {
            let report = try verified(record.material(), wrong)
            #expect(report.verdict == .bad && report.firstFailed?.step == .keyTime)
        }
        for unknown in [try policy(revoked: 9000, log: false), try policy(until: 9000, log: false)] {
            #expect(try verified(alone, unknown).verdict == .cannotTell)
        }
        #expect(try verified(alone, policy(from: 0, log: false)).verdict == .good)
        // No log tells when a status was signed: a key in wrong hands may date it as it likes.
        var dated = record.material()
        dated.status = try record.status()
        #expect(try verified(dated, policy(until: 9000)).verdict == .good)
        #expect(try verified(dated, policy(revoked: 9000)).firstFailed?.step == .status)
        // The log's own key in wrong hands could date entries back: a witness saw the checkpoint before, or not.
        let revoked = KeyTime(from: nil, until: nil, revokedAt: Samples.later(5000))
        #expect(try verified(record.material(), .sample(logKey: revoked)).firstFailed?.step == .keyTime)
        let early = try SignedSample(witnessedAt: Int(Samples.later(4500).wholeSeconds))
        let late = try SignedSample(witnessedAt: Int(Samples.later(5500).wholeSeconds))
        #expect(try verified(early.material(), .sample(logKey: revoked, quorum: 1)).verdict == .good)
        #expect(try verified(late.material(), .sample(logKey: revoked, quorum: 1)).firstFailed?.step == .keyTime)
        #expect(try verified(late.material(), .sample(quorum: 1)).verdict == .good)
        #expect(try verified(record.material(), .sample(quorum: 1)).firstFailed?.step == .witnesses)
    }

    @Test("The published history of keys is read as it is written")
    func publishedKeys() throws {
        let keys = [
            SigningKey(
                use: .manifest,
                publicKey: SignedSample.key.publicKey,
                validFrom: .init(microseconds: 1_795_203_365_000_000),
                validUntil: nil,
                revokedAt: .init(microseconds: 1_795_203_366_123_000),
                reason: "lost"
            ),
            SigningKey(
                use: .log,
                publicKey: SignedSample.logKey.publicKey,
                validFrom: .init(microseconds: 1_795_203_365_000_000),
                validUntil: nil,
                revokedAt: nil,
                reason: nil
            ),
        ]
        let text = KeyHistory.json(keys, origin: SignedSample.origin).jsonBytes()
        let read = try PublishedKeys(bytes: text)
        #expect(read.manifestKeys.map(\.publicKey) == [SignedSample.key.publicKey])
        #expect(read.manifestKeys[0].time.revokedAt == Moment(microseconds: 1_795_203_366_123_000))
        #expect(read.logKeys.map(\.key.name) == [SignedSample.origin])
        let forged = String(decoding: text, as: UTF8.self)
        for (old, new) in [
            (SignedSample.key.publicKey.keyID, SignedSample.stranger.publicKey.keyID), ("gw.example.org/log+", "x+"),
            (".123Z", ".123"), ("\"use\":\"log\"", "\"use\":\"log\",\"use\":\"log\""),
        ] {
            let changed = forged.replacing(old, with: new)
            #expect(changed != forged)
            #expect(throws: RecordFault.self, "\(new)") { try PublishedKeys(bytes: Array(changed.utf8)) }
        }
    }
}
