internal import Attestation

extension VerificationRun {
    /// An entry that a signed checkpoint commits to.
    struct Logged {
        let entry: LogEntry
        let index: Int
        let checkpoint: Checkpoint
        let note: SignedNote
        let key: TrustedLogKey
    }

    /// Step 6: the entry is about this statement, and a checkpoint of a known log commits to it.
    mutating func log(_ signed: Signed, _ told: Told) -> Logged? {
        guard !signed.proofs.isEmpty else {
            note(.log, .notChecked("there is no proof of the log at hand"))
            return nil
        }
        guard !policy.logKeys.isEmpty else {
            note(.log, .notChecked("there is a proof, and no key of the log was given"))
            return nil
        }
        do {
            var found: [Logged] = []
            for proof in signed.proofs { found.append(try logged(proof, signed, told)) }
            let first = found[0]
            note(
                .log,
                .passed(
                    "entry \(first.index) of \(first.checkpoint.origin), \(first.entry.event.rawValue) on "
                        + first.entry.time.utc
                )
            )
            return first
        } catch let failure as CannotTell {
            note(.log, .notChecked(failure.reason))
        } catch {
            note(.log, .failed("\(error)"))
        }
        return nil
    }

    private func logged(_ carried: CarriedProof, _ signed: Signed, _ told: Told) throws -> Logged {
        guard let bytes = carried.entry else {
            throw CannotTell(reason: "\(carried.name) does not carry the entry that it is about")
        }
        let entry = try LogEntry(bytes: bytes)
        guard entry.statement == signed.statement else {
            throw VerificationFailure("\(carried.name) is about another statement, \(entry.statement)")
        }
        guard entry.analysis == told.id else {
            throw VerificationFailure("\(carried.name) is about another record, \(entry.analysis?.text ?? "a key")")
        }
        guard entry.event == .recorded || entry.event == .published else {
            throw VerificationFailure("\(carried.name) is about an event that signs no record, \(entry.event.rawValue)")
        }
        if let seconds = carried.loggedAt, seconds != entry.time.wholeSeconds {
            throw VerificationFailure("\(carried.name) tells another time than its entry")
        }
        let (checkpoint, key) = try committed(carried.proof, leaf: MerkleTree.leafHash(bytes))
        return Logged(
            entry: entry,
            index: carried.proof.index,
            checkpoint: checkpoint,
            note: carried.proof.checkpoint,
            key: key
        )
    }

    /// Tries the policy's keys; the reason told is the one that came farthest.
    private func committed(_ proof: LogProof, leaf: TreeHash) throws(LogProofError) -> (Checkpoint, TrustedLogKey) {
        var reason = LogProofError.note(.noKnownKey)
        for key in policy.logKeys {
            do {
                return (try proof.verified(leaf: leaf, log: key.key).checkpoint, key)
            } catch {
                if error != .note(.noKnownKey) { reason = error }
            }
        }
        throw reason
    }

    /// What is not wrong and not shown either.
    private struct CannotTell: Error {
        let reason: String
    }

    // MARK: - Keys and witnesses

    /// Witnesses whose signature on the checkpoint holds, or why one does not.
    typealias Seen = Result<[VerifiedSignature], VerificationFailure>

    func witnessed(_ logged: Logged?) -> Seen {
        guard let logged, !policy.witnesses.isEmpty else { return .success([]) }
        do {
            return .success(try logged.note.verified(by: policy.witnesses))
        } catch .noKnownKey {
            return .success([])
        } catch {
            return .failure(VerificationFailure("\(error)"))
        }
    }

    /// Step 6, the keys: the log says when the record was signed, and keys have an end.
    mutating func keyTime(_ signed: Signed, _ logged: Logged?, _ seen: Seen) {
        guard let logged else { return keyTimeWithoutLog(signed) }
        if let reason = refusal(of: logged, seen) { return note(.keyTime, .failed(reason)) }
        let refusals = signed.keys.map { $0.time.refusal(at: logged.entry.time) }
        if let reason = refusals.first, !refusals.contains(nil), let reason { return note(.keyTime, .failed(reason)) }
        guard signed.keys.contains(where: { $0.time != .unbounded }) else {
            return note(.keyTime, .notChecked("the key was given without its history"))
        }
        note(.keyTime, .passed("the key signed within its time"))
    }

    /// Without the log nobody knows when the record was signed: a key with an end is not believed.
    private mutating func keyTimeWithoutLog(_ signed: Signed) {
        if signed.keys.contains(where: { !$0.time.hasEnd }) {
            let isKnown = signed.keys.contains { $0.time != .unbounded }
            let reason = "the key was given without its history"
            return note(.keyTime, isKnown ? .passed("the key has no end") : .notChecked(reason))
        }
        let end = signed.keys.first?.time.end ?? ""
        note(
            .keyTime,
            .notChecked("the key \(end), and only a proof of the log shows that this was signed before"),
            isDemanded: true
        )
    }

    /// Who holds a log's key may date entries back; witnesses saw the checkpoint when they say.
    private func refusal(of logged: Logged, _ seen: Seen) -> String? {
        if let reason = logged.key.time.refusal(at: logged.entry.time) { return "the log: \(reason)" }
        guard let revokedAt = logged.key.time.revokedAt else { return nil }
        let early = ((try? seen.get()) ?? []).filter { signature in
            signature.seconds.map { Int64($0) < revokedAt.wholeSeconds } ?? false
        }
        guard Set(early.map(\.key.publicKey)).count >= max(policy.quorum, 1) else {
            return "the log's key was revoked on \(revokedAt.utc), and no witness saw this checkpoint before"
        }
        return nil
    }

    /// Step 7.
    mutating func witnesses(_ logged: Logged?, _ seen: Seen) {
        guard !policy.witnesses.isEmpty else { return note(.witnesses, .notChecked("the policy names no witness")) }
        guard logged != nil else { return note(.witnesses, .notChecked("there is no checkpoint that holds")) }
        do {
            let signatures = try seen.get()
            let count = Set(signatures.map(\.key.publicKey)).count
            let text = "\(count) of \(policy.witnesses.count) witnesses saw the log, \(policy.quorum) are demanded"
            note(.witnesses, count >= policy.quorum ? .passed(text) : .failed(text))
        } catch {
            note(.witnesses, .failed("\(error)"))
        }
    }
}

extension Moment {
    /// Whole seconds since 1970, rounded down.
    var wholeSeconds: Int64 {
        microseconds >= 0 ? microseconds / 1_000_000 : -((-microseconds + 999_999) / 1_000_000)
    }
}
