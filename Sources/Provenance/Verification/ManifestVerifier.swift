internal import Attestation

/// Verifies a signed record offline: a pure function of the files, the policy and the moment.
package struct ManifestVerifier: Sendable {
    private let policy: VerificationPolicy
    private let now: Moment

    /// A verifier.
    ///
    /// - Parameters:
    ///   - policy: what is demanded.
    ///   - now: the present moment, for the age of a status.
    package init(_ policy: VerificationPolicy, now: Moment) {
        self.policy = policy
        self.now = now
    }

    /// Makes all steps; those after a signature that does not hold are not made.
    ///
    /// - Parameter material: the files.
    /// - Returns: what came of each step.
    package func verify(_ material: VerificationMaterial) -> VerificationReport {
        var run = VerificationRun(policy: policy, now: now, material: material)
        run.make()
        return VerificationReport(run.checks)
    }
}

/// One verification under way.
struct VerificationRun {
    let policy: VerificationPolicy
    let now: Moment
    let material: VerificationMaterial
    private(set) var checks: [VerificationReport.Check] = []

    init(policy: VerificationPolicy, now: Moment, material: VerificationMaterial) {
        self.policy = policy
        self.now = now
        self.material = material
    }

    /// What a verified signature leads to.
    struct Signed {
        let envelope: Envelope
        /// Proofs with the entries they carry, from bundles and proof files.
        let proofs: [CarriedProof]
        /// The policy's keys that signed.
        var keys: [TrustedKey] = []

        var statement: SHA256Digest { SHA256Digest(of: envelope.payload) }
    }

    /// A statement whose signature holds, and the gateway it says it is of.
    struct Told {
        let record: SignedRecord
        let base: String
        let id: RecordID
    }

    mutating func make() {
        guard var signed = opened(), signature(&signed), let told = statement(signed), identity(told) else {
            return leaveTheRest()
        }
        let crate = crate(told.record)
        files(told.record, crate)
        agreement(told.record, crate)
        let logged = log(signed, told)
        let seen = witnessed(logged)
        keyTime(signed, logged, seen)
        witnesses(logged, seen)
        status(signed, told, logged)
    }

    mutating func note(_ step: VerificationReport.Step, _ outcome: VerificationReport.Outcome) {
        checks.append(.init(step, outcome, isDemanded: isDemanded(step)))
    }

    /// The same for a step that matters more, or less, than the policy says by itself.
    mutating func note(_ step: VerificationReport.Step, _ outcome: VerificationReport.Outcome, isDemanded: Bool) {
        checks.append(.init(step, outcome, isDemanded: isDemanded))
    }

    private func isDemanded(_ step: VerificationReport.Step) -> Bool {
        switch step {
        case .envelope, .signature, .statement: true
        case .identity: policy.identity != .anybodyWithTheKeys
        case .crate, .files, .agreement: policy.requiresFiles
        case .log: policy.requiresLog
        case .keyTime: false
        case .witnesses: policy.quorum > 0
        case .status: policy.status != nil
        }
    }

    private mutating func leaveTheRest() {
        let made = checks.map(\.step)
        let last = made.last?.rawValue ?? ""
        for step in VerificationReport.Step.allCases where !made.contains(step) {
            note(step, .notChecked("nothing that is said there counts before '\(last)' holds"))
        }
    }
}
