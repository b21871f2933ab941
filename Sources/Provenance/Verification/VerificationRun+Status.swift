internal import Attestation

extension VerificationRun {
    /// How far the clocks of verifier and gateway may be apart, in seconds.
    private static let clockTolerance: Int64 = 300

    /// Step 8: how the analysis stood, when; an inclusion proof never shows that nothing came later.
    mutating func status(_ signed: Signed, _ told: Told, _ logged: Logged?) {
        guard let file = material.status else {
            return note(.status, .notChecked("there is no status statement: it may have been retracted since"))
        }
        do {
            let status = try statement(of: file)
            try check(status, isAbout: signed, told)
            try check(status, against: logged)
            let age = try age(status)
            guard policy.acceptedStatus.contains(status.status.kind) else {
                let reason = status.status.reason.map { ": \($0.text) (\($0.code))" } ?? ""
                throw VerificationFailure("the analysis is \(status.status.kind.rawValue)\(reason)")
            }
            let successor = status.status.successor.map { ", a newer one is \($0)" } ?? ""
            let asOf = "\(status.status.kind.rawValue) as of \(status.asOf.utc) (\(age) s ago)\(successor)"
            note(.status, .passed(asOf))
        } catch {
            note(.status, .failed("\(error)"))
        }
    }

    private func statement(of file: VerificationMaterial.File) throws -> StatusStatement {
        let envelope = try Envelope(json: file.bytes)
        guard envelope.payloadType == SignedManifest.payloadType else {
            throw VerificationFailure("\(file.name) holds no in-toto statement")
        }
        let valid = envelope.verified(by: policy.keys.map(\.publicKey))
        let keys = policy.keys.filter { valid.contains($0.publicKey) }
        guard !keys.isEmpty else { throw VerificationFailure("no key of the policy signed \(file.name)") }
        let status = try StatusStatement(payload: envelope.payload)
        // A status is in no log: who holds a revoked key could date it as they like.
        let refusals = keys.map { key -> String? in
            key.time.revokedAt.map { "the key of \(file.name) was revoked on \($0.utc)" }
                ?? key.time.refusal(at: status.asOf)
        }
        if let reason = refusals.first, !refusals.contains(nil), let reason { throw VerificationFailure(reason) }
        return status
    }

    private func check(_ status: StatusStatement, isAbout signed: Signed, _ told: Told) throws(VerificationFailure) {
        guard status.record == signed.statement else {
            throw VerificationFailure("the status is about another statement, \(status.record)")
        }
        guard status.analysis == told.id else {
            throw VerificationFailure("the status is about another record, \(status.analysis)")
        }
        guard status.baseURL.utf8.elementsEqual(told.base.utf8) else {
            throw VerificationFailure("the status is of another gateway, \(status.baseURL)")
        }
    }

    /// The status was made when the log held the record already.
    private func check(_ status: StatusStatement, against logged: Logged?) throws(VerificationFailure) {
        guard status.lastEvent < status.log.size else {
            throw VerificationFailure("the status names an entry that its log did not have")
        }
        guard let logged else { return }
        guard status.log.origin.utf8.elementsEqual(logged.checkpoint.origin.utf8) else {
            throw VerificationFailure("the status is of another log, \(status.log.origin)")
        }
        guard status.lastEvent >= UInt64(logged.index) else {
            throw VerificationFailure("the status is older than the record's entry in the log")
        }
        if status.log.size == UInt64(logged.checkpoint.size), status.log.root != logged.checkpoint.root.base64 {
            throw VerificationFailure("the status and the proof tell two histories of the log")
        }
    }

    /// Its age in seconds.
    private func age(_ status: StatusStatement) throws(VerificationFailure) -> Int64 {
        let age = now.wholeSeconds - status.asOf.wholeSeconds
        guard age >= -Self.clockTolerance else {
            throw VerificationFailure("the status is of the future, \(status.asOf.utc)")
        }
        if let demand = policy.status, age > demand.largestAge {
            throw VerificationFailure(
                "the status is as of \(status.asOf.utc), \(age) s ago, and \(demand.largestAge) s are the most"
            )
        }
        return max(age, 0)
    }
}
