/// What a witness signs: that at a time the largest consistent tree it had seen of a log was this checkpoint
/// (C2SP tlog-cosignature, the Ed25519 form).
package enum Cosignature {
    /// The signed message: a header, the time and the text of the checkpoint.
    static func message(text: String, seconds: Int) -> [UInt8] {
        Array("cosignature/v1\ntime \(seconds)\n\(text)".utf8)
    }

    /// Signs a checkpoint as a witness; the caller has checked that it is consistent with the last one it signed.
    ///
    /// - Parameters:
    ///   - checkpoint: what was seen.
    ///   - name: the witness's own name.
    ///   - seconds: when, in seconds since 1970.
    ///   - signer: the witness's own key, used for nothing else: the message does not name the witness.
    /// - Returns: the line to add to the checkpoint's note.
    /// - Throws: ``SignedNoteError``.
    package static func make(
        of checkpoint: Checkpoint,
        as name: String,
        seconds: Int,
        by signer: some Signer
    ) throws(SignedNoteError) -> NoteSignature {
        guard seconds >= 0 else { throw .time(seconds) }
        let key = try VerifierKey(name: name, kind: .cosignature, publicKey: signer.publicKey)
        let signature: [UInt8]
        do {
            signature = try signer.sign(message(text: checkpoint.text, seconds: seconds))
        } catch { throw .signing(error) }
        return NoteSignature(name: name, keyHash: key.keyHash, bytes: NoteSignature.bigEndian(seconds) + signature)
    }
}
