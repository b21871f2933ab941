import Attestation
import Testing

@Suite("Signed notes, checkpoints and cosignatures (C2SP)")
struct SignedNoteTests {
    private static let origin = "gw.example.org/log"
    private static let example =
        "This is an example message.\n\n— example.com/foo "
        + "Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n"

    private static func logKey() throws -> VerifierKey {
        try VerifierKey(name: origin, kind: .note, publicKey: KnownKeys.signer(1).publicKey)
    }

    private static func emptyCheckpoint() throws -> Checkpoint {
        try Checkpoint(origin: origin, size: 0, root: MerkleTree.emptyRoot)
    }

    @Test("the example of signed-note verifies under its key")
    func example() throws {
        let key = try VerifierKey(text: "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k")
        let note = try SignedNote(note: Self.example.utf8)
        #expect(note.text == "This is an example message.\n")
        #expect(note.note == Self.example)
        let found = try note.verified(by: [key])
        #expect(found.map(\.key) == [key])
        #expect(found.map(\.seconds) == [nil])
    }

    @Test("a verifier key is written as C2SP writes it, and read back")
    func verifierKeys() throws {
        let key = try Self.logKey()
        #expect(key.text == "gw.example.org/log+629da9b4+AddamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea")
        #expect(try VerifierKey(text: key.text) == key)
        let witness = try VerifierKey(name: "w", kind: .cosignature, publicKey: key.publicKey)
        #expect(try VerifierKey(text: witness.text) == witness)
    }

    @Test(
        "a verifier key that was altered is refused",
        arguments: [
            "", "a+b", "gw.example.org/log", "gw.example.org/lag+629da9b4+AddamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea",
            "gw.example.org/log+629da9b5+AddamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea",
            "gw.example.org/log+629DA9B4+AddamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea",
            "gw.example.org/log+629da9b4+AtdamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea",
            "gw.example.org/log+629da9b4+AddamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1E=",
            "gw.example.org/log+629da9b4+", "+629da9b4+AddamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea",
            " gw.example.org/log+629da9b4+AddamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea",
            "gw.example.org/log+629da9b4+AddamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea\n",
        ]
    )
    func refusesVerifierKeys(text: String) {
        #expect(throws: SignedNoteError.self) { try VerifierKey(text: text) }
    }

    @Test("the checkpoint of the empty log, signed by the known key")
    func checkpoint() throws {
        let note = try Self.emptyCheckpoint().signed(by: KnownKeys.signer(1))
        let signature =
            "Yp2ptDbzcnK2emEygtP/O7zUiDCyx+BKINsE4jlzmMk3Sh7R5mjGY0as9+qjPIH1h4J+jhFogA55LVYJGlWw0qCKLQc="
        #expect(
            note.note == "gw.example.org/log\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n\n"
                + "— gw.example.org/log \(signature)\n"
        )
        let read = try SignedNote(note: note.note.utf8)
        #expect(try read.verified(by: [Self.logKey()]).count == 1)
        #expect(try Checkpoint(text: read.text) == Self.emptyCheckpoint())
    }

    @Test("a witness's cosignature of the same checkpoint tells its time")
    func cosignature() throws {
        let signer = try KnownKeys.signer(1)
        let line = try Cosignature.make(
            of: Self.emptyCheckpoint(),
            as: "witness.example/w1",
            seconds: 1_679_315_147,
            by: signer
        )
        let signature =
            "63YswgAAAABkGFDLtQJ8c4+1qbZAxW57iEfwGO5R9tl6dVfPEVnxmuh9MhfmhnnDo44C7cYwTpKBcjNolwqsVlRQWooX5qt37dEJDA=="
        #expect(line.line == "— witness.example/w1 \(signature)")
        let key = try VerifierKey(name: "witness.example/w1", kind: .cosignature, publicKey: signer.publicKey)
        let note = try Self.emptyCheckpoint().signed(by: signer).adding(line)
        let found = try note.verified(by: [key])
        #expect(found.map(\.key) == [key])
        #expect(found.map(\.seconds) == [1_679_315_147])
        #expect(try note.verified(by: [Self.logKey(), key]).count == 2)
        #expect(throws: SignedNoteError.time(-1)) {
            try Cosignature.make(of: Self.emptyCheckpoint(), as: "w", seconds: -1, by: signer)
        }
    }

    @Test("a cosignature is no plain signature, and its time cannot be changed")
    func cosignatureBindsTime() throws {
        let signer = try KnownKeys.signer(1)
        let line = try Cosignature.make(of: Self.emptyCheckpoint(), as: "w", seconds: 1000, by: signer)
        let key = try VerifierKey(name: "w", kind: .cosignature, publicKey: signer.publicKey)
        var bytes = try #require(Base64.bytes(line.line.split(separator: " ")[2].utf8))
        for place in [4, 11, 12, 75] {
            bytes[place] ^= 1
            let forged = try NoteSignature(line: "— w \(Base64.text(bytes))".utf8)
            let note = try SignedNote(text: Self.emptyCheckpoint().text).adding(forged)
            #expect(throws: SignedNoteError.badSignature(name: "w")) { try note.verified(by: [key]) }
            bytes[place] ^= 1
        }
    }

    @Test("of several cosignatures of one witness the latest counts, once")
    func latestCosignature() throws {
        let signer = try KnownKeys.signer(2)
        let key = try VerifierKey(name: "w", kind: .cosignature, publicKey: signer.publicKey)
        var note = try SignedNote(text: Self.emptyCheckpoint().text)
        for seconds in [5, 9, 7] {
            note = note.adding(try Cosignature.make(of: Self.emptyCheckpoint(), as: "w", seconds: seconds, by: signer))
        }
        #expect(try note.verified(by: [key, key]).map(\.seconds) == [9])
    }

    @Test("unknown signatures are ignored; a known name with a wrong signature spoils the note")
    func unknownSignatures() throws {
        let note = try SignedNote(text: "text\n").signed(as: "a", by: KnownKeys.signer(1))
            .signed(as: "b", by: KnownKeys.signer(2))
        let key = try VerifierKey(name: "b", kind: .note, publicKey: KnownKeys.signer(2).publicKey)
        #expect(try note.verified(by: [key]).map(\.key) == [key])
        let stranger = try VerifierKey(name: "b", kind: .note, publicKey: KnownKeys.signer(3).publicKey)
        #expect(throws: SignedNoteError.noKnownKey) { try note.verified(by: [stranger]) }
        #expect(throws: SignedNoteError.noKnownKey) { try note.verified(by: []) }
        let other = try SignedNote(note: note.note.replacing("text", with: "test").utf8)
        #expect(throws: SignedNoteError.badSignature(name: "b")) { try other.verified(by: [key]) }
    }

    @Test(
        "a malformed note is refused",
        arguments: [
            "", "\n", "\n\n", "text\n", "text\n\n", "text\n\n— a\n", "text\n\n— a AAAA\n", "text\n\n— a AAAAAA==\n",
            "text\n\n- a AAAAAAAA\n", "text\n\n— a  AAAAAAAA\n", "text\n\n— a+b AAAAAAAA\n", "text\n\n— a AAAAAAAA",
            "text\n\n— a\u{2003}b AAAAAAAA\n", "text\n\n—  AAAAAAAA\n", "te\txt\n\n— a AAAAAAAA\n",
            "text\r\n\r\n— a AAAAAAAA\r\n", "text\n\n— a AAAAAAAA\n\n", "text\n\n— a AAAAAAA\n",
            "text\n\n— a AAAAAAAA \n", "text\n\n— a AAAAAAAA\nx\n", "text\n— a AAAAAAAA\n",
        ]
    )
    func refusesNotes(note: String) { #expect(throws: SignedNoteError.self) { try SignedNote(note: note.utf8) } }

    @Test("a text with empty lines ends at the last of them")
    func emptyLines() throws {
        let text = "one\n\ntwo\n\n\nthree\n"
        let note = try SignedNote(text: text).signed(as: "a", by: KnownKeys.signer(1))
        #expect(try SignedNote(note: note.note.utf8).text == text)
    }

    @Test("a note with too many signatures or bytes is refused; sixteen signatures are taken")
    func limits() throws {
        let line = "— a AAAAAAAA\n"
        #expect(try SignedNote(note: ("t\n\n" + String(repeating: line, count: 16)).utf8).signatures.count == 16)
        #expect(throws: SignedNoteError.self) {
            try SignedNote(note: ("t\n\n" + String(repeating: line, count: 101)).utf8)
        }
        #expect(throws: SignedNoteError.self) {
            try SignedNote(note: (String(repeating: "t", count: 1_000_000) + "\n\n" + line).utf8)
        }
        #expect(throws: SignedNoteError.self) { try SignedNote(note: [0xff, 0x0a, 0x0a] + Array(line.utf8)) }
    }

    @Test(
        "a malformed checkpoint is refused",
        arguments: [
            ("", CheckpointError.lines), ("o\n0\n", .lines), ("o\n1\n\(root)", .lines),
            ("o\n1\n\(root)\nmore\n", .extensionLines), ("o\n1\n\(root)\n\n", .extensionLines),
            ("\n1\n\(root)\n", .origin), ("o\n01\n\(root)\n", .size), ("o\n-1\n\(root)\n", .size),
            ("o\n+1\n\(root)\n", .size), ("o\n 1\n\(root)\n", .size), ("o\n9223372036854775808\n\(root)\n", .size),
            ("o\n\n\(root)\n", .size), ("o\n1\n\(root.dropLast())\n", .root), ("o\n1\n\(root) \n", .root),
            ("o\n0\n\(root)\n", .root), ("o\n٣\n\(root)\n", .size),
        ]
    )
    func refusesCheckpoints(text: String, error: CheckpointError) {
        #expect(throws: error) { try Checkpoint(text: text) }
    }

    @Test("no changed note traps, and each that is read is written the same", arguments: [1, 2, 3] as [UInt64])
    func survivesNoise(seed: UInt64) throws {
        var noise = Noise(seed: seed)
        let signed = try Self.emptyCheckpoint().signed(by: KnownKeys.signer(1)).note
        let key = try Self.logKey()
        for _ in 0..<Noise.rounds {
            let input = noise.input(like: [Array(signed.utf8), Array(Self.example.utf8)])
            guard let note = try? SignedNote(note: input) else { continue }
            #expect(Array(note.note.utf8) == input)
            if let checkpoint = try? Checkpoint(text: note.text) {
                #expect(checkpoint.text.utf8.elementsEqual(note.text.utf8))
            }
            guard (try? note.verified(by: [key])) != nil else { continue }
            #expect(try note.text == Self.emptyCheckpoint().text)
        }
    }

    @Test("no text that is like a verifier key traps", arguments: [1, 2] as [UInt64])
    func keysSurviveNoise(seed: UInt64) throws {
        var noise = Noise(seed: seed)
        let text = try Self.logKey().text
        for _ in 0..<Noise.rounds {
            let input = String(decoding: noise.input(like: [Array(text.utf8)]), as: UTF8.self)
            guard let key = try? VerifierKey(text: input) else { continue }
            #expect(key.text.utf8.elementsEqual(input.utf8))
        }
    }
}

private let root = "bjQLnP+zepicpUTmu3gKLHiQHT+zNzh2hRGjBhevoB0="
