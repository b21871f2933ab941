import ArgumentParser

/// `farfield cache`: known results.
struct Cache: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cache",
        abstract: "Known results: what they saved, and what a job's result depends on.",
        subcommands: [CacheStatistics.self, CacheRecipe.self]
    )
}

/// `farfield cache stats`: how many jobs were answered by known results.
struct CacheStatistics: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stats",
        abstract: "Show how many jobs were answered by known results, and what that saved.",
        discussion: """
            Examples:
              farfield cache stats
              farfield cache stats --days 7
            """
    )

    @Option(help: ArgumentHelp("Count the last so many days only.", valueName: "n"))
    var days: Int?

    @OptionGroup var options: ClientOptions

    func run() async throws {
        let target = RequestTarget("cache").query("days", days.map(String.init))
        let answer = try await options.connect().get(target)
        if options.json { return try Console.standard.write(answer.body + [0x0a]) }
        let figures = try answer.decode(Wire.CacheFigures.self)
        func count(_ outcome: String) -> Int { figures.lookups[outcome] ?? 0 }
        let looked = count("hit") + count("miss") + count("joined")
        let rate = figures.hitRate.map { ", hit rate \(($0 * 1000).rounded() / 10) %" } ?? ""
        let saved = figures.saved
        for (name, text) in [
            ("answered", "\(count("hit")) of \(looked) jobs that could be\(rate)"),
            ("computed", "\(count("miss"))"),
            ("wait for another job", "\(count("joined"))"),
            ("computed anew on purpose", "\(count("refresh"))"),
            ("not looked up", "\(count("off")) by cache: off, \(count("notCacheable")) not cacheable"),
            (
                "saved",
                "\(Moment.elapsed(saved.seconds)) of walltime, \(Moment.elapsed(saved.cpuSeconds)) of CPU time, "
                    + ByteCount.text(saved.bytes) + " of outputs"
            ),
            ("known results", "\(figures.results), \(ByteCount.text(figures.resultBytes))"),
        ] {
            try Console.standard.line(name + String(repeating: " ", count: max(1, 26 - name.count)) + text)
        }
    }
}

/// `farfield cache recipe`: what a job's result depends on.
struct CacheRecipe: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "recipe",
        abstract: "Show everything that determines a job's result.",
        discussion: """
            Two jobs have the same result key when their recipes are the same; why one was no hit shows in a comparison:

              diff <(farfield cache recipe job_01hzy...) <(farfield cache recipe job_01j00...)
            """
    )

    @Argument(help: ArgumentHelp("The job.", valueName: "id"), completion: Completions.jobs)
    var id: String

    @OptionGroup var options: ClientOptions

    func run() async throws {
        let answer = try await options.connect().get(RequestTarget("jobs", id, "recipe"))
        try Console.standard.write(answer.body + [0x0a])
    }
}
