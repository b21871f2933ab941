import ArgumentParser
import CurlClient
import FoundationEssentials

/// `farfield allocations grant`: gives a project a budget.
struct GrantAllocation: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "grant",
        abstract: "Give a project a budget at a site."
    )

    @Argument(help: "The project.")
    var project: String

    @Option(help: ArgumentHelp("Where it can be spent.", valueName: "site"))
    var site: String

    @Option(help: ArgumentHelp("The Slurm account that is charged there.", valueName: "account"))
    var account: String

    @Option(help: ArgumentHelp("How many service units.", valueName: "SU"))
    var units: String

    @Option(help: ArgumentHelp("From when on, such as 2026-12-01 (UTC).", valueName: "moment"))
    var from: String

    @Option(help: ArgumentHelp("Until when.", valueName: "moment"))
    var to: String

    @OptionGroup var options: ClientOptions

    func run() async throws {
        let wish = Wire.AllocationWish(site: site, account: account, granted: units, startsAt: from, endsAt: to)
        let target = RequestTarget("projects", project, "allocations")
        try await AllocationChange.send(wish, to: target, options)
    }
}

/// `farfield allocations adjust`: gives more, or takes back.
struct AdjustAllocation: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "adjust",
        abstract: "Give more, or take back what no job has claimed."
    )

    @Argument(help: "The allocation.")
    var id: String

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("How many service units; negative to take back.", valueName: "SU")
    )
    var units: String

    @Option(help: ArgumentHelp("Why.", valueName: "text"))
    var reason: String

    @OptionGroup var options: ClientOptions

    func run() async throws {
        let wish = Wire.AdjustmentWish(amount: units, reason: reason)
        try await AllocationChange.send(wish, to: RequestTarget("allocations", id, "adjust"), options)
    }
}

/// `farfield allocations suspend`: stops one.
struct SuspendAllocation: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "suspend",
        abstract: "Stop an allocation; jobs that were accepted go on."
    )

    @Argument(help: "The allocation.")
    var id: String

    @Option(help: ArgumentHelp("Why.", valueName: "text"))
    var reason: String?

    @OptionGroup var options: ClientOptions

    func run() async throws {
        let target = RequestTarget("allocations", id, "suspend")
        try await AllocationChange.send(Wire.ReasonWish(reason: reason), to: target, options)
    }
}

/// `farfield allocations resume`: lets one be spent again.
struct ResumeAllocation: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resume",
        abstract: "Let an allocation be spent again."
    )

    @Argument(help: "The allocation.")
    var id: String

    @Option(help: ArgumentHelp("Why.", valueName: "text"))
    var reason: String?

    @OptionGroup var options: ClientOptions

    func run() async throws {
        let target = RequestTarget("allocations", id, "resume")
        try await AllocationChange.send(Wire.ReasonWish(reason: reason), to: target, options)
    }
}

/// `farfield allocations refresh`: asks Slurm anew.
struct RefreshAllocation: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "refresh",
        abstract: "Have Slurm asked anew what it says of the accounts at the allocation's site."
    )

    @Argument(help: "The allocation.")
    var id: String

    @OptionGroup var options: ClientOptions

    func run() async throws {
        let answer = try await options.connect().post(RequestTarget("allocations", id, "refresh"))
        if options.json {
            try Console.standard.write(answer.body + [0x0a])
        } else {
            try Console.standard.line("Slurm is asked; see farfield allocations usage \(id)")
        }
    }
}

/// Sends a change and shows the allocation as it then stands.
enum AllocationChange {
    static func send(_ wish: some Encodable, to target: RequestTarget, _ options: ClientOptions) async throws {
        let answer = try await options.connect().post(
            target,
            body: Array(try JSONEncoder().encode(wish)),
            headers: ["Content-Type": "application/json"]
        )
        if options.json {
            try Console.standard.write(answer.body + [0x0a])
        } else {
            try AllocationText.print([try answer.decode(Wire.Allocation.self)])
        }
    }
}
