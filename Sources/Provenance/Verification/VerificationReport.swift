/// What came of verifying a record: one line for each step, in their order.
package struct VerificationReport: Sendable, Hashable {
    /// The steps, in the order in which they are made.
    package enum Step: String, Sendable, CaseIterable {
        /// The envelope can be read and holds a statement.
        case envelope
        /// A key of the policy signed it.
        case signature
        /// The statement is an in-toto Statement with SLSA Provenance, and nothing in it is unknown.
        case statement
        /// The policy's gateway or site made it.
        case identity
        /// The crate's bytes are the ones that were signed.
        case crate
        /// The files' bytes are the ones that were signed.
        case files
        /// The crate tells the same digests as the statement.
        case agreement
        /// The record is in the log.
        case log
        /// The key signed within its time.
        case keyTime = "key"
        /// Witnesses saw the log.
        case witnesses
        /// The analysis stands.
        case status
    }

    /// What came of a step.
    package enum Outcome: Sendable, Hashable {
        /// It holds; what was found.
        case passed(String)
        /// It does not; why.
        case failed(String)
        /// It was not looked at, or there was nothing to look at.
        case notChecked(String)
    }

    /// One step.
    package struct Check: Sendable, Hashable {
        /// Which.
        package let step: Step
        /// What came of it.
        package let outcome: Outcome
        /// Whether a record is good only when it passed.
        package let isDemanded: Bool

        package init(_ step: Step, _ outcome: Outcome, isDemanded: Bool) {
            self.step = step
            self.outcome = outcome
            self.isDemanded = isDemanded
        }
    }

    /// What a person wants to know.
    package enum Verdict: String, Sendable {
        /// Everything the policy demands was checked and holds.
        case good
        /// Something does not hold.
        case bad
        /// Something the policy demands could not be checked.
        case cannotTell
    }

    /// The steps, each once, in their order.
    package let checks: [Check]

    package init(_ checks: [Check]) { self.checks = checks }

    /// The whole.
    package var verdict: Verdict {
        if firstFailed != nil { return .bad }
        let isOpen = checks.contains {
            if case .notChecked = $0.outcome { $0.isDemanded } else { false }
        }
        // A report without steps tells nothing.
        return isOpen || checks.isEmpty ? .cannotTell : .good
    }

    /// The first step that does not hold.
    package var firstFailed: Check? {
        checks.first { if case .failed = $0.outcome { true } else { false } }
    }

    /// What came of a step; nil when it is not in the report.
    package subscript(_ step: Step) -> Outcome? { checks.first { $0.step == step }?.outcome }
}
