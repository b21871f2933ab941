import Attestation
import Testing

@Suite("Proof files (C2SP tlog-proof)")
struct LogProofTests {
    private static let origin = "gw.example.org/log"
    private let tree = SampleTree(size: 13)

    private func proof(extra: [UInt8]? = nil, index: Int = 5, origin: String = origin) throws -> LogProof {
        let inclusion = try #require(InclusionProof.make(index: index, size: 13) { tree.subtree($0, $1) })
        let checkpoint = try Checkpoint(origin: origin, size: 13, root: tree.root(0..<13))
        return LogProof(extra: extra, inclusion: inclusion, checkpoint: try checkpoint.signed(by: KnownKeys.signer(1)))
    }

    private func key(_ name: String = origin) throws -> VerifierKey {
        try VerifierKey(name: name, kind: .note, publicKey: KnownKeys.signer(1).publicKey)
    }

    @Test("a proof file has the form of the specification and is read back", arguments: [nil, [], [1, 2, 3]])
    func form(extra: [UInt8]?) throws {
        let proof = try proof(extra: extra)
        let lines = proof.file.split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines[0] == "c2sp.org/tlog-proof@v1")
        #expect(lines.contains("index 5"))
        #expect(lines.contains { $0.hasPrefix("extra ") } == (extra != nil))
        #expect(proof.file.hasSuffix("\n\n" + proof.checkpoint.note))
        #expect(try LogProof(file: proof.file.utf8) == proof)
    }

    @Test("a proof shows its leaf, and tells who signed", arguments: 0..<13)
    func verifies(index: Int) throws {
        let file = try proof(index: index).file
        let found = try LogProof(file: file.utf8).verified(leaf: tree.leaves[index], log: key())
        #expect(found.checkpoint.size == 13)
        #expect(try found.signatures.map(\.key) == [key()])
    }

    @Test("witnesses are told with their time, and cannot stand in for the log")
    func witnesses() throws {
        let proof = try proof()
        let checkpoint = try Checkpoint(text: proof.checkpoint.text)
        let witness = try VerifierKey(name: "w", kind: .cosignature, publicKey: KnownKeys.signer(2).publicKey)
        let line = try Cosignature.make(of: checkpoint, as: "w", seconds: 77, by: KnownKeys.signer(2))
        let inclusion = InclusionProof(index: proof.index, size: 13, hashes: proof.hashes)
        let both = LogProof(inclusion: inclusion, checkpoint: proof.checkpoint.adding(line))
        let found = try both.verified(leaf: tree.leaves[5], log: key(), witnesses: [witness])
        #expect(found.signatures.map(\.seconds) == [nil, 77])
        let alone = LogProof(inclusion: inclusion, checkpoint: try SignedNote(text: checkpoint.text).adding(line))
        #expect(throws: LogProofError.note(.noKnownKey)) {
            try alone.verified(leaf: tree.leaves[5], log: key(), witnesses: [witness])
        }
    }

    @Test("another leaf, another log or another key is refused, each with its reason")
    func refuses() throws {
        let proof = try proof()
        #expect(throws: LogProofError.self) { try proof.verified(leaf: tree.leaves[6], log: key()) }
        #expect(throws: LogProofError.note(.noKnownKey)) {
            try proof.verified(leaf: tree.leaves[5], log: key("other.example/log"))
        }
        let checkpoint = try Checkpoint(origin: "other.example/log", size: 13, root: tree.root(0..<13))
        let note = try SignedNote(text: checkpoint.text).signed(as: Self.origin, by: KnownKeys.signer(1))
        let inclusion = InclusionProof(index: 5, size: 13, hashes: proof.hashes)
        #expect(throws: LogProofError.origin("other.example/log")) {
            try LogProof(inclusion: inclusion, checkpoint: note).verified(leaf: tree.leaves[5], log: key())
        }
    }

    @Test("a malformed proof file is refused, each with its reason")
    func refusesFiles() throws {
        let file = try proof(extra: [1]).file
        let changes: [(String, String, LogProofError)] = [
            ("c2sp.org/tlog-proof@v1", "c2sp.org/tlog-proof@v2", .version), ("extra AQ==", "extra AQ", .extra),
            ("index 5", "index 05", .index), ("index 5\n", "", .index), ("index 5", "index -1", .index),
            ("extra AQ==\nindex 5", "index 5\nextra AQ==", .hash(number: 1)), ("\n\n", "\n", .noCheckpoint),
        ]
        for (old, new, expected) in changes {
            #expect(throws: expected) { try LogProof(file: file.replacing(old, with: new).utf8) }
        }
        #expect(throws: LogProofError.self) { try LogProof(file: []) }
    }

    @Test("no changed proof traps, and none shows another leaf", arguments: [1, 2, 3] as [UInt64])
    func survivesNoise(seed: UInt64) throws {
        var noise = Noise(seed: seed)
        let (file, key) = try (Array(proof(extra: [1, 2]).file.utf8), key())
        for _ in 0..<Noise.rounds {
            let input = noise.input(like: [file])
            guard let found = try? LogProof(file: input) else { continue }
            #expect(Array(found.file.utf8) == input)
            #expect(throws: LogProofError.self) { try found.verified(leaf: tree.leaves[6], log: key) }
            guard (try? found.verified(leaf: tree.leaves[5], log: key)) != nil else { continue }
            #expect(try found.hashes == proof().hashes)
        }
    }
}
