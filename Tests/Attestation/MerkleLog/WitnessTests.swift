import Attestation
import Testing

@Suite("Requests to a witness (C2SP tlog-witness)")
struct WitnessTests {
    private static let origin = "gw.example.org/log"
    private let tree = SampleTree(size: 21)

    private func checkpoint(_ size: Int, root: TreeHash? = nil, origin: String = origin) throws -> Checkpoint {
        try Checkpoint(origin: origin, size: size, root: root ?? tree.root(0..<size))
    }

    private func request(from old: Int, to new: Checkpoint, signer: Int = 1) throws -> WitnessRequest {
        let proof = try #require(ConsistencyProof.make(from: old, to: max(new.size, old)) { tree.subtree($0, $1) })
        return WitnessRequest(proof: proof, checkpoint: try new.signed(by: KnownKeys.signer(signer)))
    }

    private func logs() throws -> [VerifierKey] {
        [try VerifierKey(name: Self.origin, kind: .note, publicKey: KnownKeys.signer(1).publicKey)]
    }

    @Test("the example of the specification is read and written the same")
    func example() throws {
        let body = """
            old 20852014
            PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=
            jrJZDmY8Y7SyJE0MWLpLozkIVMSMZcD5kvuKxPC3swk=
            5+pKlUdi2LeF/BcMHBn+Ku6yhPGNCswZZD1X/6QgPd8=
            /6WVhPs2CwSsb5rYBH5cjHV/wSmA79abXAwhXw3Kj/0=

            example.com/behind-the-sofa
            20852163
            CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

            — example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=

            """
        let request = try WitnessRequest(body: body.utf8)
        #expect(request.oldSize == 20_852_014)
        #expect(request.hashes.count == 4)
        #expect(request.body == body)
    }

    @Test("a grown log is cosigned, from nothing and from each earlier size", arguments: 0...21)
    func accepts(old: Int) throws {
        let last = old == 0 ? nil : try checkpoint(old)
        let body = try request(from: old, to: checkpoint(21)).body
        let accepted = try WitnessRequest(body: body.utf8).accepted(logs: logs()) { _ in last }
        #expect(try accepted == checkpoint(21))
    }

    @Test("each reason to refuse has its status")
    func refuses() throws {
        let (stranger, seven) = (MerkleTree.leafHash([]), try checkpoint(7))
        let cases: [(WitnessRequest, Checkpoint?, Int)] = try [
            (request(from: 7, to: checkpoint(21, origin: "other")), seven, 404),
            (request(from: 7, to: checkpoint(21), signer: 2), seven, 403), (request(from: 8, to: seven), seven, 400),
            (request(from: 0, to: checkpoint(21)), seven, 409), (request(from: 8, to: checkpoint(21)), seven, 409),
            (request(from: 7, to: checkpoint(21)), nil, 409),
            (request(from: 7, to: checkpoint(7, root: stranger)), seven, 409),
            (request(from: 7, to: checkpoint(21, root: stranger)), seven, 422),
            (request(from: 7, to: checkpoint(21)), checkpoint(7, root: stranger), 422),
        ]
        for (request, last, status) in cases {
            let refusal = try #require(throws: WitnessRefusal.self) { try request.accepted(logs: logs()) { _ in last } }
            #expect(refusal.status == status, "\(refusal)")
        }
    }

    @Test("what a witness answers is added to the checkpoint")
    func answer() throws {
        let (head, signer) = try (checkpoint(3), KnownKeys.signer(2))
        let line = try Cosignature.make(of: head, as: "w", seconds: 9, by: signer)
        let found = try NoteSignature.all(lines: "\(line.line)\n\(line.line)\n".utf8)
        #expect(found == [line, line])
        let key = try VerifierKey(name: "w", kind: .cosignature, publicKey: signer.publicKey)
        let note = try found.reduce(SignedNote(text: head.text)) { $0.adding($1) }
        #expect(try note.verified(by: [key]).map(\.seconds) == [9])
        for body in ["", "\n", line.line, "x\n\n\(line.line)\n", "\(line.line)\nmore\n"] {
            #expect(throws: SignedNoteError.self) { try NoteSignature.all(lines: body.utf8) }
        }
    }

    @Test("no changed request traps, and none is accepted for another tree", arguments: [1, 2] as [UInt64])
    func survivesNoise(seed: UInt64) throws {
        var noise = Noise(seed: seed)
        let (body, last, logs) = try (Array(request(from: 7, to: checkpoint(21)).body.utf8), checkpoint(7), logs())
        for _ in 0..<Noise.rounds {
            let input = noise.input(like: [body])
            guard let found = try? WitnessRequest(body: input) else { continue }
            #expect(Array(found.body.utf8) == input)
            guard let accepted = try? found.accepted(logs: logs, last: { _ in last }) else { continue }
            #expect(try accepted == checkpoint(21))
        }
    }
}
