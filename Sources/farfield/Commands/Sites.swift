import ArgumentParser
import CurlClient

/// `farfield sites`: the places jobs can run.
struct Sites: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sites",
        abstract: "List the sites, check that they can take jobs, or log in where a person has to.",
        discussion: """
            Examples:
              farfield sites
              farfield sites check
              farfield sites check local
              farfield sites login stampede3
            """,
        subcommands: [ListSites.self, CheckSites.self, LoginSite.self, SiteCredentials.self],
        defaultSubcommand: ListSites.self
    )
}

/// `farfield sites list`, and what `farfield sites` does.
struct ListSites: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List the sites.")

    @OptionGroup var options: ClientOptions

    func run() async throws {
        let answer = try await options.connect().get(RequestTarget("sites"))
        if options.json {
            try Console.standard.write(answer.body + [0x0a])
            return
        }
        let sites = try answer.decode(Wire.Page<Wire.Site>.self).items
        guard !sites.isEmpty else {
            Console.standard.note("No sites are configured.")
            return
        }
        var table = Table("NAME", "KIND", "STATE", "ACTIVE", "SINCE", "REASON")
        for site in sites {
            table.add(
                site.name,
                site.kind,
                site.state,
                site.jobs?.active.map(String.init),
                site.since.map(Moment.text),
                site.reason
            )
        }
        try table.print(on: .standard)
    }
}

/// `farfield sites check`: tries everything a job would need.
struct CheckSites: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Try everything a job would need at a site, and say how to cure what fails.",
        discussion: "The exit code is 1 when a check failed."
    )

    @Argument(help: ArgumentHelp("The site; otherwise all of them.", valueName: "name"), completion: Completions.sites)
    var name: String?

    @OptionGroup var options: ClientOptions

    func run() async throws {
        let client = options.connect()
        let names = if let name { [name] } else { try await allNames(client) }
        // A check logs in, runs commands and copies a file.
        let limits = HTTPRequest.TimeLimits(connect: .seconds(10), total: .seconds(120), stall: nil)
        var answers: [Answer] = []
        var allPassed = true
        for name in names {
            let answer = try await client.post(RequestTarget("sites", name, "check"), timeLimits: limits)
            answers.append(answer)
            let check: Wire.SiteCheck = try answer.decode()
            allPassed = allPassed && check.ok
            if !options.json { try Self.show(check) }
        }
        if options.json {
            let document = try name == nil ? ListDocument.list(answers) : ListDocument.listing(answers)
            try Console.standard.write(document + [0x0a])
        }
        if !allPassed { throw CommandFailure.silent(.jobNotCompleted) }
    }

    private func allNames(_ client: RESTClient) async throws -> [String] {
        try await client.get(RequestTarget("sites")).decode(Wire.Page<Wire.Site>.self).items.map(\.name)
    }

    static func show(_ check: Wire.SiteCheck) throws {
        let console = Console.standard
        try console.line("\(printable(check.site))  \(console.paint(state: check.ok ? "passed" : "failed"))")
        let width = check.checks.map(\.name.count).max() ?? 0
        for one in check.checks {
            let padding = String(repeating: " ", count: width - one.name.count + 2)
            let state = console.paint(state: one.state) + String(repeating: " ", count: max(0, 7 - one.state.count) + 2)
            try console.line("  " + printable(one.name) + padding + state + printable(one.detail ?? ""))
            guard one.state != "passed", let cure = one.cure, !cure.isEmpty else { continue }
            try console.line(String(repeating: " ", count: width + 4) + "cure: " + printable(cure))
        }
    }
}
