/// A named key that checks the signatures of notes, in the written form of C2SP signed-note: `name+hash+key`.
package struct VerifierKey: Sendable, Hashable {
    /// What a signature by this key says, and the byte that C2SP gave it.
    package enum Kind: UInt8, Sendable, Hashable {
        /// Ed25519 over the text of the note: a log signs its checkpoint.
        case note = 0x01
        /// Ed25519 over the text and a time: a witness saw the checkpoint then (C2SP tlog-cosignature).
        case cosignature = 0x04
    }

    /// Whose key it is, such as `gw.example.org/log`: no white space, no plus.
    package let name: String
    /// What it signs.
    package let kind: Kind
    /// The key itself.
    package let publicKey: Ed25519PublicKey
    /// The first four bytes of a SHA-256 over name, kind and key: which key a signature line means.
    package let keyHash: UInt32

    /// A key with its name.
    ///
    /// - Parameters:
    ///   - name: not empty, without white space, plus and control characters.
    ///   - kind: what it signs.
    ///   - publicKey: the key itself.
    /// - Throws: ``SignedNoteError/name(_:)``.
    package init(name: String, kind: Kind, publicKey: Ed25519PublicKey) throws(SignedNoteError) {
        guard Self.isName(name) else { throw .name(String(name.prefix(80))) }
        self.name = name
        self.kind = kind
        self.publicKey = publicKey
        let digest = SHA256Digest(of: Array(name.utf8) + [0x0a, kind.rawValue] + publicKey.raw).bytes
        keyHash = digest.prefix(4).reduce(0) { $0 << 8 | UInt32($1) }
    }

    /// Reads the written form and checks its hash.
    ///
    /// - Parameter text: `name+hash+key`, without white space around it.
    /// - Throws: ``SignedNoteError/name(_:)``, ``SignedNoteError/verifierKey(_:)``.
    package init(text: String) throws(SignedNoteError) {
        let parts = text.utf8.split(separator: UInt8(ascii: "+"), maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3 else { throw .verifierKey("it has not the form name+hash+key") }
        guard let key = Base64.bytes(parts[2]), let byte = key.first else {
            throw .verifierKey("its key is not in Base 64")
        }
        guard let kind = Kind(rawValue: byte) else { throw .verifierKey("its kind \(byte) is not Ed25519") }
        guard let publicKey = Ed25519PublicKey(raw: Array(key.dropFirst())) else {
            throw .verifierKey("its key is not one of Ed25519")
        }
        try self.init(name: String(decoding: parts[0], as: UTF8.self), kind: kind, publicKey: publicKey)
        guard parts[1].elementsEqual(hashDigits.utf8) else {
            throw .verifierKey("its hash should be \(hashDigits): name or key was altered")
        }
    }

    /// The written form.
    package var text: String { "\(name)+\(hashDigits)+\(Base64.text([kind.rawValue] + publicKey.raw))" }

    private var hashDigits: String { Hexadecimal.text(NoteSignature.bigEndian(keyHash)) }

    /// Names as C2SP signed-note allows them.
    static func isName(_ name: String) -> Bool {
        !name.isEmpty
            && name.unicodeScalars.allSatisfy { !$0.properties.isWhitespace && $0 != "+" && $0.value >= 0x20 }
    }
}

extension VerifierKey: CustomStringConvertible {
    package var description: String { text }
}
