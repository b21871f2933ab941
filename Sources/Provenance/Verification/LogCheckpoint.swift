package import Attestation

/// A checkpoint with what is known of its signature.
package enum LogCheckpoint {
    /// The most entries of a log that is read again.
    package static let sizeLimit = 1 << 30

    /// Reads a signed checkpoint.
    ///
    /// - Parameters:
    ///   - note: its bytes.
    ///   - name: what it is, for messages.
    ///   - keys: the keys that are trusted; without any, the signature is not checked, and the report says so.
    ///   - isNow: whether it is the log's newest one, which no revoked key may sign.
    /// - Returns: the checkpoint, and what came of its signature.
    /// - Throws: ``VerificationDemandFault`` when it is no checkpoint.
    package static func read(
        _ note: [UInt8],
        name: String,
        keys: [TrustedLogKey],
        isNow: Bool
    ) throws(VerificationDemandFault) -> (checkpoint: Checkpoint, check: LogAuditReport.Check) {
        let signed: SignedNote
        let checkpoint: Checkpoint
        do {
            signed = try SignedNote(note: note)
            checkpoint = try Checkpoint(text: signed.text)
        } catch {
            throw VerificationDemandFault("\(name): \(error)")
        }
        guard checkpoint.size <= sizeLimit else {
            throw VerificationDemandFault("\(name) is of \(checkpoint.size) entries, which nobody could read")
        }
        return (checkpoint, .init("signature of \(name)", signature(signed, checkpoint, keys, isNow)))
    }

    /// The checkpoint of a file that is one, or that is a proof and ends in one.
    ///
    /// - Parameter bytes: the file.
    /// - Returns: the checkpoint's note.
    package static func note(of bytes: [UInt8]) -> [UInt8] {
        (try? LogProof(file: bytes)).map { Array($0.checkpoint.note.utf8) } ?? bytes
    }

    private static func signature(
        _ note: SignedNote,
        _ checkpoint: Checkpoint,
        _ keys: [TrustedLogKey],
        _ isNow: Bool
    ) -> VerificationReport.Outcome {
        guard !keys.isEmpty else { return .notChecked("no key of the log was given") }
        let known = keys.filter { $0.key.name.utf8.elementsEqual(checkpoint.origin.utf8) }
        guard !known.isEmpty else { return .failed("it is of \(checkpoint.origin), and the keys are of another log") }
        do {
            let found = try note.verified(by: known.map(\.key)).map(\.key)
            let signers = known.filter { found.contains($0.key) }
            if isNow, let end = signers.compactMap(\.time.revokedAt).first,
                signers.allSatisfy({ $0.time.revokedAt != nil })
            {
                return .failed("its key was revoked on \(end.utc)")
            }
            return .passed("\(checkpoint.size) entries of \(checkpoint.origin)")
        } catch {
            return .failed("\(error)")
        }
    }
}
