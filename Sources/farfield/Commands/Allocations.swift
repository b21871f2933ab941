import ArgumentParser
import CurlClient
import FoundationEssentials

/// `farfield allocations`: budgets of projects at sites.
struct Allocations: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "allocations",
        abstract: "Show what is left of budgets, and give them.",
        discussion: """
            Amounts are service units (SU): node-hours times the partition's charge rate.

            Examples:
              farfield allocations list crab
              farfield allocations grant crab --site hpc --account tg-crab --units 1250 --from 2026-12-01 --to 2027-12-01
              farfield allocations adjust alc_01hzy... --units -50 --reason "the committee's decision"
              farfield allocations usage alc_01hzy...
              farfield allocations ledger alc_01hzy...

            From the first allocation at a site on, every job there is paid for by one.
            Giving, changing and stopping allocations needs an admin's token.
            """,
        subcommands: [
            ListAllocations.self, GrantAllocation.self, AdjustAllocation.self, SuspendAllocation.self,
            ResumeAllocation.self, ShowUsage.self, ShowLedger.self, RefreshAllocation.self,
        ]
    )
}

/// `farfield allocations list`: those of a project.
struct ListAllocations: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List a project's allocations.")

    @Argument(help: "The project.")
    var project: String

    @OptionGroup var options: ClientOptions

    func run() async throws {
        let answer = try await options.connect().get(RequestTarget("projects", project, "allocations"))
        if options.json {
            try Console.standard.write(answer.body + [0x0a])
            return
        }
        try AllocationText.print(try answer.decode(Wire.Page<Wire.Allocation>.self).items)
    }
}

/// `farfield allocations usage`: beside what Slurm says.
struct ShowUsage: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "usage",
        abstract: "Show an allocation's use beside what Slurm says of its account."
    )

    @Argument(help: "The allocation.")
    var id: String

    @OptionGroup var options: ClientOptions

    func run() async throws {
        let answer = try await options.connect().get(RequestTarget("allocations", id, "usage"))
        if options.json {
            try Console.standard.write(answer.body + [0x0a])
            return
        }
        let usage: Wire.AllocationUsage = try answer.decode()
        try AllocationText.print([usage.allocation])
        if let forecast = usage.allocation.forecast {
            let end = forecast.exhaustedAt.map { "exhausted \(Moment.text($0))" }
            let unused = "\(UnitsText.text(forecast.expiresUnused)) SU would expire unused"
            try Console.standard.line("as in the last 30 days: \(end ?? unused)")
        }
        try Console.standard.line("used on this account, by the ledger: \(UnitsText.text(usage.ledgerUsed)) SU")
        if let used = usage.slurm.used, let drift = usage.drift, let at = usage.slurm.observedAt {
            try Console.standard.line(
                "used on this account, by Slurm: \(UnitsText.text(used)) SU"
                    + " (drift \(UnitsText.text(drift)) SU, as of \(Moment.text(at)))"
            )
        }
        for (name, value) in usage.slurm.limits.sorted(by: { $0.key < $1.key }) {
            try Console.standard.line("Slurm's limit \(printable(name)): \(printable(value))")
        }
        for problem in usage.slurm.problems { Console.standard.note(printable(problem)) }
    }
}

/// `farfield allocations ledger`: what was booked.
struct ShowLedger: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ledger",
        abstract: "Show an allocation's ledger, the latest first."
    )

    @Argument(help: "The allocation.")
    var id: String

    @Option(help: ArgumentHelp("At most so many, 1 to 1000.", valueName: "count"))
    var limit = 100

    @Option(help: ArgumentHelp("Only what is older than this number.", valueName: "number"))
    var before: Int?

    @OptionGroup var options: ClientOptions

    func run() async throws {
        let target = RequestTarget("allocations", id, "ledger").query("limit", String(limit))
            .query("before", before.map { String($0) })
        let answer = try await options.connect().get(target)
        if options.json {
            try Console.standard.write(answer.body + [0x0a])
            return
        }
        var table = Table("NUMBER", "AT", "KIND", "AVAILABLE", "RESERVED", "USED", "PERSON", "JOB", "NOTE")
        for line in try answer.decode(Wire.Page<Wire.LedgerLine>.self).items {
            func amount(_ account: String) -> String? { line.amounts[account].map(UnitsText.text) }
            table.add(
                String(line.number),
                Moment.text(line.at),
                line.kind,
                amount("available"),
                amount("reserved"),
                amount("used"),
                line.person,
                line.job,
                line.note
            )
        }
        try table.print(on: .standard)
    }
}
