/// The texts of messages about approvals.
enum ApprovalLetters {
    static func subject(_ what: String, _ job: Job) -> String { "[farfield] \(what): \(job.name.prefix(80))" }

    /// To the admins: somebody waits.
    static func asking(_ approval: Approval, _ job: Job) -> String {
        """
        \(job.owner) has submitted a job that needs approval.

        job:      \(job.id) (\(job.name))
        site:     \(job.site), template \(job.template)
        cost:     at most \(approval.cost)
        because:  \(approval.reasons.joined(separator: "\n          "))
        needed:   \(approval.needed == 1 ? "one person" : "\(approval.needed) different people"), not \(job.owner)
        until:    \(approval.expiresAt.iso8601); then it is cancelled

        Look at it:  farfield approvals show \(approval.id)
        Decide:      farfield approvals approve \(approval.id)
                     farfield approvals refuse \(approval.id) --reason "…"

        """
    }

    /// To the owner: it is decided.
    static func decided(_ approval: Approval, _ job: Job, _ decisions: [ApprovalDecision]) -> String {
        let lines = decisions.map { decision in
            "\(decision.person): \(decision.choice.rawValue)" + (decision.reason.map { " (\($0))" } ?? "")
        }
        let end =
            switch approval.state {
            case .approved: "It goes to its site now."
            case .refused: "It is cancelled."
            case .expired: "Nobody decided until \(approval.expiresAt.iso8601), so it is cancelled. Submit it again."
            case .open, .superseded, .withdrawn: ""
            }
        return """
            Your job \(job.id) (\(job.name)) at \(job.site): \(approval.state.rawValue).
            \(lines.joined(separator: "\n"))
            \(end)

            """
    }
}
