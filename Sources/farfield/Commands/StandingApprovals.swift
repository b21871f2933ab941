import ArgumentParser
import CurlClient
import Documents
import FoundationEssentials

/// `farfield approvals standing`: approvals given beforehand.
struct StandingApprovals: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "standing",
        abstract: "Approve a class of jobs beforehand, up to a cost and a time.",
        subcommands: [ListStandingApprovals.self, AddStandingApproval.self, RevokeStandingApproval.self],
        defaultSubcommand: ListStandingApprovals.self
    )
}

/// `farfield approvals standing list`.
struct ListStandingApprovals: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List them, the newest first.")

    @OptionGroup var options: ClientOptions

    func run() async throws {
        let answer = try await options.connect().get(RequestTarget("standing-approvals").query("limit", "1000"))
        if options.json {
            try Console.standard.write(answer.body + [0x0a])
            return
        }
        let items = try answer.decode(Wire.Page<Wire.StandingApproval>.self).items
        guard !items.isEmpty else {
            Console.standard.note("There are no standing approvals.")
            return
        }
        var table = Table("ID", "JOBS", "EACH", "USED", "IN ALL", "UNTIL", "BY")
        for item in items {
            table.add(
                item.id,
                item.subject,
                ApprovalText.units(item.costPerJob),
                ApprovalText.units(item.used),
                ApprovalText.units(item.totalCost),
                item.revokedAt == nil ? Moment.text(item.expiresAt) : "revoked",
                item.grantedBy
            )
        }
        try table.print(on: .standard)
    }
}

/// `farfield approvals standing add`.
struct AddStandingApproval: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add",
        abstract: "Approve jobs beforehand; never your own, and none that two people must approve.",
        discussion: "At least one of --person, --project, --site, --template and --partition says which jobs."
    )

    @Option(help: ArgumentHelp("Jobs of this person.", valueName: "name"))
    var person: String?

    @Option(help: ArgumentHelp("Jobs this project pays for.", valueName: "name"))
    var project: String?

    @Option(help: ArgumentHelp("Jobs at this site.", valueName: "name"))
    var site: String?

    @Option(help: ArgumentHelp("Jobs made from this template.", valueName: "name"))
    var template: String?

    @Option(help: ArgumentHelp("Jobs in this partition.", valueName: "name"))
    var partition: String?

    @Option(help: ArgumentHelp("The most one job may cost.", valueName: "units"))
    var costPerJob: String

    @Option(help: ArgumentHelp("The most all of them may cost, by their worst cases.", valueName: "units"))
    var totalCost: String

    @Option(help: ArgumentHelp("How long it holds, such as 30d.", valueName: "duration"))
    var validFor: String

    @Option(help: ArgumentHelp("Why, for the audit trail.", valueName: "text"))
    var reason: String?

    @OptionGroup var options: ClientOptions

    func run() async throws {
        var body: [String: JSONValue] = [
            "costPerJob": .string(costPerJob), "totalCost": .string(totalCost), "validFor": .string(validFor),
        ]
        let subject = [
            ("person", person), ("project", project), ("site", site), ("template", template),
            ("partition", partition), ("reason", reason),
        ]
        for (name, value) in subject { body[name] = value.map { .string($0) } }
        let answer = try await ApprovalAnswer.post(RequestTarget("standing-approvals"), body, options.connect())
        if options.json {
            try Console.standard.write(answer.body + [0x0a])
        } else {
            try Console.standard.line(try answer.decode(Wire.StandingApproval.self).id)
        }
    }
}

/// `farfield approvals standing revoke`.
struct RevokeStandingApproval: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "revoke",
        abstract: "Take one back; what it approved before stays approved."
    )

    @Argument(help: "The standing approval.")
    var id: String

    @OptionGroup var options: ClientOptions

    func run() async throws {
        let answer = try await options.connect().post(RequestTarget("standing-approvals", id, "revoke"))
        if options.json {
            try Console.standard.write(answer.body + [0x0a])
        } else {
            try Console.standard.line("revoked \(id)")
        }
    }
}
