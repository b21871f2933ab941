internal import Documents
internal import Gateway
internal import Provenance

/// Everything needed to decide about one job, on one page.
struct ApprovalPage: Sendable {
    let dossier: ApprovalDossier
    let visitor: ConsolePage.Visitor?

    private var approval: Gateway.Approval { dossier.approval }
    private var job: Job { dossier.job }

    var page: ConsolePage {
        let parts = [
            reasons, decision,
            .element("div", [("class", "pair")], .section("The job", facts), .section("Its owner so far", history)),
            estimate,
            differences, .section("The script", .element("pre", [], Markup(job.script))), decisions,
        ]
        return ConsolePage("\(job.name), of \(approval.owner)", for: visitor, parts.compactMap(\.self))
    }

    private var reasons: Markup {
        let state: Markup =
            switch approval.state {
            case .open: .badge("waits for a decision", "waiting")
            case .approved: .badge("approved", "good")
            case .refused: .badge("refused", "bad")
            case .expired, .superseded, .withdrawn: .badge(approval.state.rawValue, "over")
            }
        let list = (approval.reasons + approval.changed.map { "Not as it was approved before: \($0)" })
            .map { Markup.element("li", [], Markup($0)) }
        return .element("div", [], .element("p", [], state), .element("ul", [], list))
    }

    /// The forms; nobody is offered to decide on a job of their own, or twice.
    private var decision: Markup? {
        guard approval.state == .open, let visitor,
            Rights.reach(.decideApprovals, of: visitor.person) == .all
        else { return nil }
        guard visitor.person.name != approval.owner else {
            return .paragraph("This is your own job: another admin decides.")
        }
        if dossier.decisions.contains(where: { $0.person == visitor.person.name }) {
            return .paragraph("You have approved it; \(approval.needed - approval.given) more must.")
        }
        let path = "\(ConsoleSection.approvals.path)/\(approval.id.text)"
        let approving = ConsoleForm(
            fields: path + "/approve",
            for: visitor,
            [
                ConsoleForm.hidden("digest", approval.digest), ConsoleForm.text("reason", "Why (if you like)"),
                .element("p", [], ConsoleForm.button("Approve", style: "main")),
            ]
        )
        let refusing = ConsoleForm(
            fields: path + "/refuse",
            for: visitor,
            [
                ConsoleForm.text("reason", "Why, for the owner", more: [("required", "")]),
                .element("p", [], ConsoleForm.button("Refuse", style: "grave")),
            ]
        )
        return .section("Decide", .element("div", [("class", "pair")], approving.markup, refusing.markup))
    }

    private var facts: Markup {
        let price = dossier.price
        let parts =
            ["\(price.nodes) nodes", Self.hours(price.walltimeSeconds)]
            + (price.tasks > 1 ? ["\(price.tasks) array tasks"] : [])
            + (price.attempts > 1 ? ["\(price.attempts) attempts"] : [])
        return .facts([
            ("Costs at most", .element("strong", [], Markup(approval.cost.description))),
            ("That is", Markup(parts.joined(separator: " × "))), ("Site", Markup(job.site)),
            ("Partition", price.partition.map { Markup($0) }), ("Project", price.project.map { Markup($0) }),
            ("Allocation", price.allocation.map { Markup($0) }), ("Template", Markup(job.template)),
            ("Job", .element("code", [], Markup(job.id.text))), ("State", Markup(job.state.rawValue)),
            ("Submitted", Markup(ConsoleText.moment(job.createdAt))),
            ("Ends undecided", approval.state == .open ? Markup(ConsoleText.moment(approval.expiresAt)) : nil),
            ("Digest", .element("code", [], Markup(approval.digest))),
        ])
    }

    private var history: Markup {
        let history = dossier.history
        let counts = history.counts.sorted { $0.key.rawValue < $1.key.rawValue }
            .map { "\($0.value) \($0.key.rawValue)" }
        let latest = history.latest.map { job in
            Markup.element("li", [], Markup("\(job.name) (\(job.template)): \(job.state.rawValue)"))
        }
        let used = history.usedOfWalltime.map { Markup("\(Int(($0 * 100).rounded())) % of what was asked") }
        return .element(
            "div",
            [],
            .facts([
                ("Jobs", Markup(counts.isEmpty ? "none" : counts.joined(separator: ", "))),
                ("Walltime used", used),
            ]),
            .element("ul", [], latest)
        )
    }

    /// What was said of the job, beside how such jobs went.
    private var estimate: Markup? {
        guard let advice = dossier.advice else { return nil }
        let opinions = [advice.opinion, advice.late].compactMap(\.self).map { opinion in
            let minutes = opinion.estimatedMinutes.map { "about \($0) min" } ?? "no estimate"
            let verdict = opinion.isValid ? minutes : minutes + ", and ADVISES AGAINST the job"
            let words = [opinion.feedback, opinion.reasoning].filter { !$0.isEmpty }.joined(separator: " ")
            let text = "\(opinion.author) says: \(verdict) (\(opinion.confidence) % sure). \(words)"
            return Markup.element("li", [], Markup(text))
        }
        let past = advice.past.map { past in
            let whose = past.scope == .owner ? "its owner's" : "everybody's"
            let times = [past.medianMinutes.map { "median \($0) min" }, past.p90Minutes.map { "90 % below \($0) min" }]
            let share = "\(Int((past.completedShare * 100).rounded())) % completed"
            let facts = times.compactMap(\.self) + [share]
            return Markup.element(
                "p",
                [],
                Markup("The last \(past.jobs) of \(whose) jobs of this kind: " + facts.joined(separator: ", "))
            )
        }
        return .section("How long it may take", .element("ul", [], opinions), past ?? Markup(""))
    }

    private var differences: Markup? {
        guard let last = dossier.lastApproved else { return nil }
        let rows = dossier.differences.map { difference in
            [difference.path, Self.text(difference.before), Self.text(difference.after)].map {
                Markup.element("code", [], Markup($0))
            }
        }
        let title = "Otherwise than the last approved job"
        let table = Markup.table(["Where", "Then", "Now"], rows, empty: "Nothing: the manifests are the same.")
        return .section(title, .element("p", [("class", "quiet")], Markup("Compared with \(last.text)")), table)
    }

    private var decisions: Markup? {
        guard !dossier.decisions.isEmpty else { return nil }
        let rows = dossier.decisions.map { decision in
            [
                Markup(decision.person),
                .badge(decision.choice.rawValue, decision.choice == .approved ? "good" : "bad"),
                Markup(decision.reason ?? ""), Markup(ConsoleText.moment(decision.at)),
            ]
        }
        return .section("Decided so far", .table(["Who", "What", "Why", "When"], rows, empty: ""))
    }

    private static func text(_ value: JSONValue?) -> String { value.map { $0.stringValue ?? $0.jsonText } ?? "–" }

    private static func hours(_ seconds: Int) -> String {
        let minutes = seconds / 60
        return minutes < 60 ? "\(minutes) min" : "\(minutes / 60) h" + (minutes % 60 == 0 ? "" : " \(minutes % 60) min")
    }
}
