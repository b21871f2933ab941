import ArgumentParser
import CurlClient
import FoundationEssentials

/// `farfield approvals`: jobs that people must approve.
struct Approvals: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "approvals",
        abstract: "See which jobs wait for approval, and decide.",
        discussion: """
            Examples:
              farfield approvals
              farfield approvals show apr_01hzy...
              farfield approvals approve apr_01hzy... --reason 'as discussed'
              farfield approvals refuse apr_01hzy... --reason 'use fewer nodes'
              farfield approvals standing add --person alice --cost-per-job 50 --total-cost 500 --valid-for 30d

            These commands need an admin's token. Nobody decides on a job of their own.
            """,
        subcommands: [
            ListApprovals.self, ShowApproval.self, ApproveJobs.self, RefuseJob.self, StandingApprovals.self,
        ],
        defaultSubcommand: ListApprovals.self
    )
}

/// `farfield approvals list`, and what `farfield approvals` does.
struct ListApprovals: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List the jobs that wait, the oldest first."
    )

    @Option(
        help: ArgumentHelp(
            "Those that stand so: open, approved, refused, expired, superseded, withdrawn.",
            valueName: "state"
        )
    )
    var state = "open"

    @Option(help: ArgumentHelp("At most so many, 1 to 100.", valueName: "count"))
    var limit = 50

    @OptionGroup var options: ClientOptions

    func run() async throws {
        let target = RequestTarget("approvals").query("state", state).query("limit", String(limit))
        let answer = try await options.connect().get(target)
        if options.json {
            try Console.standard.write(answer.body + [0x0a])
            return
        }
        let page = try answer.decode(Wire.Page<Wire.Approval>.self)
        guard !page.items.isEmpty else {
            Console.standard.note("No approval is \(state).")
            return
        }
        var table = Table("ID", "STATE", "GIVEN", "OWNER", "COST", "SITE", "JOB", "WHY")
        for approval in page.items {
            table.add(
                approval.id,
                approval.state,
                "\(approval.given)/\(approval.needed)",
                approval.owner,
                ApprovalText.units(approval.cost),
                approval.job.site,
                approval.job.name,
                approval.reasons.joined(separator: "; ")
            )
        }
        try table.print(on: .standard)
        if page.next != nil { Console.standard.note("There are more; --limit shows up to 100.") }
    }
}

/// `farfield approvals show`: everything needed to decide.
struct ShowApproval: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show who asks for what, why it needs approval, and the script that would run."
    )

    @Argument(help: "The approval.")
    var id: String

    @OptionGroup var options: ClientOptions

    func run() async throws {
        let answer = try await options.connect().get(RequestTarget("approvals", id))
        if options.json {
            try Console.standard.write(answer.body + [0x0a])
            return
        }
        let approval: Wire.Approval = try answer.decode()
        for line in ApprovalText.lines(approval) { try Console.standard.line(line) }
        try Console.standard.line("")
        for line in approval.job.script.split(separator: "\n", omittingEmptySubsequences: false) {
            try Console.standard.line(printable(String(line)))
        }
    }
}

/// An approval in words.
enum ApprovalText {
    /// Such as `12.5 SU`.
    static func units(_ amount: Double) -> String {
        let text = "\(amount)"
        return (text.hasSuffix(".0") ? String(text.dropLast(2)) : text) + " SU"
    }

    static func lines(_ approval: Wire.Approval) -> [String] {
        let history = approval.history
        let counts = history.jobs.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }
        let last = approval.lastApproved.map { last in
            "\(last.job); different now: \(last.differences.map(\.path).joined(separator: ", "))"
        }
        let pairs: [(String, String?)] = [
            ("approval", "\(approval.id), \(approval.state), \(approval.given) of \(approval.needed)"),
            ("job", "\(approval.job.id) (\(approval.job.name)), \(approval.job.state)"),
            ("owner", approval.owner),
            ("site", "\(approval.job.site), template \(approval.job.template)"),
            ("cost", "at most \(units(approval.cost))"),
            ("balance", approval.balance.map(units)), ("estimate", approval.estimate?.lines.first),
            ("later", approval.estimate?.lateLine), ("such jobs", approval.estimate?.statistics?.line),
            ("because", approval.reasons.joined(separator: "; ")),
            ("changed", approval.changed.isEmpty ? nil : approval.changed.joined(separator: ", ")),
            ("decide by", Moment.text(approval.expiresAt)),
            ("jobs so far", counts.joined(separator: ", ")),
            ("last", history.latest.map { "\($0.name) \($0.state)" }.joined(separator: ", ")),
            ("of walltime", history.usedOfWalltime.map { "\(Int(($0 * 100).rounded())) % used in the middle" }),
            ("last approved", last),
            ("digest", approval.digest),
        ]
        let facts = pairs.compactMap { name, value -> String? in
            guard let value, !value.isEmpty else { return nil }
            return name + String(repeating: " ", count: max(1, 15 - name.count)) + printable(value)
        }
        return facts
            + approval.decisions.map { decision in
                let why = decision.reason.map { ": \($0)" } ?? ""
                return printable("\(Moment.text(decision.at))  \(decision.person) \(decision.decision)\(why)")
            }
    }
}
