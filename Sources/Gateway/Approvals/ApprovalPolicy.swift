/// When a person must approve a job, as the operator decided.
package struct ApprovalPolicy: Sendable, Hashable {
    /// The rules; any that holds asks.
    package var rules: [ApprovalRule] = []
    /// After how long without a decision a held job is cancelled.
    package var undecidedFor = Duration.seconds(14 * 86400)
    /// How long after the approval a job must have been sent, or it asks again.
    package var validFor = Duration.seconds(7 * 86400)
    /// Whom to ask, for the text that held jobs show; nil when nobody is named.
    package var contact: String?

    /// No rules: nothing is ever held.
    package static let none = ApprovalPolicy()

    /// The name of the rule that `twoPersonsAbove` makes.
    package static let twoPersonsRule = "two persons"

    /// Whether anything can be held at all.
    var isActive: Bool { !rules.isEmpty }

    /// Whether a rule asks for a person's first job.
    var asksForFirstJobs: Bool { rules.contains { $0.conditions.isFirstJob != nil } }
}
