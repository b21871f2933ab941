import ArgumentParser
import FoundationEssentials

/// `farfield jobs`: a table of jobs.
struct ListJobs: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "jobs",
        abstract: "List jobs, newest first.",
        discussion: """
            Examples:
              farfield jobs
              farfield jobs --state running,pending --site local
              farfield jobs --label project=bio --all --json

            States: \(Wire.states.joined(separator: ", ")).
            """
    )

    @Option(help: ArgumentHelp("Only jobs in this state; several with commas.", valueName: "state"))
    var state: [JobStates] = []

    @Option(help: ArgumentHelp("Only jobs at this site.", valueName: "site"), completion: Completions.sites)
    var site: String?

    @Option(help: ArgumentHelp("Only jobs with this name.", valueName: "name"))
    var name: String?

    @Option(help: ArgumentHelp("Only jobs with this label; may be repeated.", valueName: "key=value"))
    var label: [String] = []

    @Option(help: ArgumentHelp("How many jobs.", valueName: "count"))
    var limit = 50

    @Flag(help: "All jobs, however many.")
    var all = false

    @OptionGroup var options: ClientOptions

    mutating func validate() throws {
        guard limit > 0 else { throw ValidationError("--limit takes a number above 0.") }
        for label in label where label.first == "=" || !label.contains("=") {
            throw ValidationError("--label takes key=value, not '\(label)'.")
        }
    }

    func run() async throws {
        let states = state.flatMap(\.names)
        var target = RequestTarget("jobs").query("state", states.isEmpty ? nil : states.joined(separator: ","))
            .query("site", site).query("name", name)
        for label in label { target = target.query("label", label) }
        let (pages, hasMore) = try await JobPages(
            client: options.connect(),
            target: target,
            limit: all ? nil : limit
        ).read()
        if options.json {
            try Console.standard.write(try ListDocument.joining(pages: pages) + [0x0a])
            return
        }
        let jobs = try pages.flatMap { try $0.decode(Wire.Page<Wire.Job>.self).items }
        try show(jobs)
        if hasMore { Console.standard.note("There are more: --limit, or --all.") }
    }

    private func show(_ jobs: [Wire.Job]) throws {
        guard !jobs.isEmpty else {
            Console.standard.note("No jobs.")
            return
        }
        var table = Table("ID", "NAME", "STATE", "SITE", "SLURM", "ELAPSED", "CREATED")
        for job in jobs {
            let text = JobText(job: job, now: .now)
            table.add(
                job.id,
                job.name,
                job.state,
                job.site,
                job.slurm?.jobId,
                text.runTime,
                job.createdAt.map(Moment.text)
            )
        }
        try table.print(on: .standard)
    }
}

/// States with commas between them, each a known one.
struct JobStates: ExpressibleByArgument {
    let names: [String]

    init?(argument: String) {
        names = argument.split(separator: ",").map(String.init)
        guard !names.isEmpty, names.allSatisfy(Wire.states.contains) else { return nil }
    }

    static var allValueStrings: [String] { Wire.states }
}
