/// A text signed by one or more named keys: C2SP signed-note.
///
/// The text must not be used before ``verified(by:)`` returned.
package struct SignedNote: Sendable, Hashable {
    /// The most bytes a note may have.
    package static let sizeLimit = 1_000_000
    /// The most signatures a note may carry; C2SP asks for at least 16.
    package static let signatureLimit = 100

    /// What is signed, with its final newline.
    package let text: String
    /// In the order of their lines.
    package let signatures: [NoteSignature]

    /// A note without signatures, to be signed.
    ///
    /// - Parameter text: lines that end in a newline each, no other control characters.
    /// - Throws: ``SignedNoteError/text(_:)``.
    package init(text: String) throws(SignedNoteError) {
        guard text.utf8.last == 0x0a else { throw .text("it does not end in a newline") }
        try Self.checkCharacters(text.utf8)
        self.text = text
        signatures = []
    }

    private init(text: String, signatures: [NoteSignature]) {
        self.text = text
        self.signatures = signatures
    }

    /// Reads a note.
    ///
    /// - Parameter note: its bytes: text, an empty line, signature lines.
    /// - Throws: ``SignedNoteError``.
    package init(note: some Sequence<UInt8>) throws(SignedNoteError) {
        let bytes = Array(note)
        guard bytes.count <= Self.sizeLimit else { throw .text("it is longer than \(Self.sizeLimit) bytes") }
        try Self.checkCharacters(bytes)
        guard unsafe bytes.withUnsafeBufferPointer({ unsafe String(validating: $0, as: UTF8.self) }) != nil else {
            throw .text("it is not UTF-8")
        }
        guard bytes.last == 0x0a else { throw .text("it does not end in a newline") }
        guard let end = Self.endOfText(bytes) else { throw .text("no empty line stands before the signatures") }
        let lines = bytes[(end + 1)...].dropLast().split(separator: 0x0a, omittingEmptySubsequences: false)
        guard lines.count <= Self.signatureLimit else { throw .text("it has over \(Self.signatureLimit) signatures") }
        var signatures: [NoteSignature] = []
        for (index, line) in lines.enumerated() { signatures.append(try NoteSignature(line: line, number: index + 1)) }
        self.init(text: String(decoding: bytes[..<end], as: UTF8.self), signatures: signatures)
    }

    /// The whole note, as it is served and stored.
    package var note: String { text + "\n" + signatures.map { $0.line + "\n" }.joined() }

    /// Where the empty line stands that ends the text: the last one of the note.
    private static func endOfText(_ bytes: [UInt8]) -> Int? {
        var end = bytes.count - 1
        while end > 0 {
            if bytes[end] == 0x0a, bytes[end - 1] == 0x0a { return end }
            end -= 1
        }
        return nil
    }

    private static func checkCharacters(_ bytes: some Sequence<UInt8>) throws(SignedNoteError) {
        guard bytes.allSatisfy({ $0 >= 0x20 || $0 == 0x0a }) else { throw .text("it holds a control character") }
    }

    // MARK: - Signing

    /// The same with one more signature.
    ///
    /// - Parameter signature: over this note's text.
    /// - Returns: the note.
    package func adding(_ signature: NoteSignature) -> SignedNote {
        SignedNote(text: text, signatures: signatures + [signature])
    }

    /// The same, signed by a log or whoever else vouches for the text.
    ///
    /// - Parameters:
    ///   - name: the name of the key; for a checkpoint its origin.
    ///   - signer: who signs.
    /// - Returns: the note with one signature more.
    /// - Throws: ``SignedNoteError``.
    package func signed(as name: String, by signer: some Signer) throws(SignedNoteError) -> SignedNote {
        let key = try VerifierKey(name: name, kind: .note, publicKey: signer.publicKey)
        do {
            return adding(NoteSignature(name: name, keyHash: key.keyHash, bytes: try signer.sign(Array(text.utf8))))
        } catch { throw .signing(error) }
    }

    // MARK: - Verifying

    /// Which of some keys signed; signatures of other keys are ignored.
    ///
    /// - Parameter keys: the keys the caller knows.
    /// - Returns: one entry per key that signed, in the order of the keys; of several cosignatures the latest.
    /// - Throws: ``SignedNoteError/badSignature(name:)`` when a line names a known key and is not its signature,
    ///   ``SignedNoteError/noKnownKey`` when no known key signed.
    package func verified(by keys: [VerifierKey]) throws(SignedNoteError) -> [VerifiedSignature] {
        var found: [VerifiedSignature] = []
        for key in keys where !found.contains(where: { $0.key == key }) {
            let lines = signatures.filter { $0.keyHash == key.keyHash && $0.name.utf8.elementsEqual(key.name.utf8) }
            var times: [Int] = []
            for line in lines {
                guard let seconds = line.verified(text: text, by: key) else { throw .badSignature(name: key.name) }
                times.append(seconds)
            }
            guard let latest = times.max() else { continue }
            found.append(VerifiedSignature(key: key, seconds: key.kind == .cosignature ? latest : nil))
        }
        guard !found.isEmpty else { throw .noKnownKey }
        return found
    }
}

/// A signature that was checked.
package struct VerifiedSignature: Sendable, Hashable {
    /// Whose it is.
    package let key: VerifierKey
    /// When a witness made it, in seconds since 1970; nil for a plain signature, which tells no time.
    package let seconds: Int?
}

/// Why a note cannot be read, signed or believed.
package enum SignedNoteError: Error, Hashable {
    /// The note as a whole is not one.
    case text(String)
    /// A signature line is not one; counted from 1.
    case signatureLine(number: Int)
    /// A key cannot bear this name.
    case name(String)
    /// The written form of a key is wrong.
    case verifierKey(String)
    /// A line names a known key and is not its signature.
    case badSignature(name: String)
    /// No known key signed.
    case noKnownKey
    /// The signer refused.
    case signing(SigningError)
    /// A time that no cosignature can carry, in seconds since 1970.
    case time(Int)
}

extension SignedNoteError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .text(let reason): "this is not a signed note: \(reason)"
        case .signatureLine(let number): "signature line \(number) of the note is malformed"
        case .name(let name): "'\(name)' cannot be the name of a key: it must hold no white space and no plus"
        case .verifierKey(let reason): "this is not a verifier key: \(reason)"
        case .badSignature(let name): "the signature of \(name) does not fit the text"
        case .noKnownKey: "no known key signed the note"
        case .signing(let error): "\(error)"
        case .time(let seconds): "\(seconds) is not a time a cosignature can carry"
        }
    }
}
