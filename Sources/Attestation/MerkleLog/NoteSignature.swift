/// One signature line of a note: `— name base64(key hash ‖ signature)` (C2SP signed-note).
package struct NoteSignature: Sendable, Hashable {
    /// The name of the key that is said to have made it.
    package let name: String
    /// Which key of that name.
    package let keyHash: UInt32
    /// What follows the key hash; its form is the key's matter.
    package let bytes: [UInt8]

    init(name: String, keyHash: UInt32, bytes: [UInt8]) {
        self.name = name
        self.keyHash = keyHash
        self.bytes = bytes
    }

    /// The line without its newline.
    package var line: String { "— \(name) \(Base64.text(Self.bigEndian(keyHash) + bytes))" }

    /// Reads a line of a note that is UTF-8 as a whole.
    ///
    /// - Parameters:
    ///   - line: without its newline.
    ///   - number: which line it is, for the error.
    /// - Throws: ``SignedNoteError/signatureLine(number:)``.
    package init(line: some Collection<UInt8>, number: Int = 1) throws(SignedNoteError) {
        let line = Array(line)
        let words = line.split(separator: 0x20, omittingEmptySubsequences: false)
        guard words.count == 3, words[0].elementsEqual("—".utf8), let bytes = Base64.bytes(words[2]), bytes.count > 4
        else { throw .signatureLine(number: number) }
        name = String(decoding: words[1], as: UTF8.self)
        guard VerifierKey.isName(name), name.utf8.elementsEqual(words[1]) else { throw .signatureLine(number: number) }
        keyHash = bytes.prefix(4).reduce(0) { $0 << 8 | UInt32($1) }
        self.bytes = Array(bytes.dropFirst(4))
    }

    /// Reads what a witness answers: one line or more, each with its newline (C2SP tlog-witness).
    ///
    /// - Parameter lines: the body of the answer.
    /// - Returns: the signatures, of which nothing is believed yet.
    /// - Throws: ``SignedNoteError``.
    package static func all(lines: some Sequence<UInt8>) throws(SignedNoteError) -> [NoteSignature] {
        // The lines are read as those of a note whose text is one empty line.
        let note = try SignedNote(note: [0x0a, 0x0a] + Array(lines))
        guard note.text.utf8.count == 1 else { throw .signatureLine(number: 1) }
        return note.signatures
    }

    static func bigEndian(_ number: some FixedWidthInteger) -> [UInt8] {
        stride(from: number.bitWidth - 8, through: 0, by: -8).map { UInt8(truncatingIfNeeded: number >> $0) }
    }

    /// The time the signature tells, 0 for a plain one; nil when the key did not make it.
    func verified(text: String, by key: VerifierKey) -> Int? {
        switch key.kind {
        case .note: return key.publicKey.isValid(bytes, of: text.utf8) ? 0 : nil
        case .cosignature:
            guard bytes.count == 72,
                let seconds = Int(exactly: bytes.prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) })
            else { return nil }
            let message = Cosignature.message(text: text, seconds: seconds)
            return key.publicKey.isValid(Array(bytes.dropFirst(8)), of: message) ? seconds : nil
        }
    }
}
