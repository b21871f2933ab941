import ArgumentParser
import CurlClient
import Foundation

/// `farfield publish`: the manifest of a job becomes an analysis.
struct Publish: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Publish the signed manifest of a completed job as an analysis: public, and never changed.",
        discussion: """
            The words come from a file in YAML or JSON; - is standard input:

              title: Noise of a phased array
              authors:
                - {name: "Carberry, Josiah", orcid: 0000-0002-1825-0097, affiliation: Brown University}
              licence: CC-BY-4.0
              abstract: What was done, and what came of it.
              keywords: [radio, calibration]

            Examples:
              farfield publish job_01hzy... --words analysis.yaml
              farfield publish --version-of 0b54a2a6-... --words better.yaml
            """
    )

    @Argument(help: ArgumentHelp("The job; not needed for a new version with other words.", valueName: "job"))
    var job: String?

    @Option(
        help: ArgumentHelp("The file with title, authors, licence, abstract, keywords.", valueName: "file"),
        completion: .file()
    )
    var words: String

    @Option(
        help: ArgumentHelp("Publish a new version of this analysis; the words need a 'reason'.", valueName: "analysis")
    )
    var versionOf: String?

    @OptionGroup var options: ClientOptions

    func validate() throws {
        if job == nil, versionOf == nil { throw ValidationError("Name a job, or the analysis with --version-of.") }
    }

    func run() async throws {
        let file = try ManifestFile(reading: words)
        let target =
            versionOf.map { RequestTarget("analyses", $0, "versions") }
            ?? RequestTarget("jobs", job ?? "", "publish")
        let answer = try await options.connect().post(
            target,
            body: file.bytes,
            headers: ["Content-Type": file.contentType]
        )
        if options.json {
            try Console.standard.write(answer.body + [0x0a])
            return
        }
        let analysis: Wire.Analysis = try answer.decode()
        try Console.standard.line(analysis.id)
        Console.standard.note(
            "Version \(analysis.publication.version). Its page: \(options.baseURL)/analysis/\(analysis.id)"
        )
        if let doi = analysis.publication.doi { Console.standard.note("DOI: \(doi)") }
    }
}

/// `farfield analyses`: published analyses.
struct Analyses: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show published analyses, what happened to them, and decide on them.",
        discussion: """
            Examples:
              farfield analyses
              farfield analyses show 0b54a2a6-...
              farfield analyses retract 0b54a2a6-... --code error-in-data --reason "The antenna was broken."
              farfield analyses notices
            """,
        subcommands: [
            ListAnalyses.self, ShowAnalysis.self, ShowNotices.self, DoubtAnalysis.self, RetractAnalysis.self,
            ReinstateAnalysis.self,
        ],
        defaultSubcommand: ListAnalyses.self
    )
}

/// `farfield analyses list`, and what `farfield analyses` does.
struct ListAnalyses: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List them, the newest first.")

    @Option(help: ArgumentHelp("The most.", valueName: "number"))
    var limit = 50

    @OptionGroup var options: ClientOptions

    func run() async throws {
        let target = RequestTarget("analyses").query("limit", String(limit))
        let answer = try await options.connect().get(target)
        if options.json {
            try Console.standard.write(answer.body + [0x0a])
            return
        }
        let analyses = try answer.decode(Wire.Page<Wire.Analysis>.self).items
        guard !analyses.isEmpty else {
            Console.standard.note("Nothing is published yet.")
            return
        }
        var table = Table("ID", "VERSION", "STATUS", "PUBLISHED", "TITLE")
        for analysis in analyses {
            let words = analysis.publication
            table.add(analysis.id, words.version, analysis.status.status, words.publishedAt, words.title)
        }
        try table.print(on: .standard)
    }
}

/// `farfield analyses show`: one, with its history.
struct ShowAnalysis: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "show", abstract: "One analysis and its history.")

    @Argument(help: "The analysis.")
    var analysis: String

    @OptionGroup var options: ClientOptions

    func run() async throws {
        let client = options.connect()
        let answer = try await client.get(RequestTarget("analyses", analysis))
        if options.json {
            try Console.standard.write(answer.body + [0x0a])
            return
        }
        let found: Wire.Analysis = try answer.decode()
        let events = try await client.get(RequestTarget("analyses", analysis, "history"))
            .decode(Wire.Page<Wire.AnalysisEvent>.self).items
        let console = Console.standard
        try console.line(printable(found.publication.title))
        try console.line("by " + printable(found.publication.authors.map(\.name).joined(separator: "; ")))
        try console.line("version \(found.publication.version), \(found.status.status), job \(found.job)")
        if let reason = found.status.reason { try console.line("\(reason.code): \(printable(reason.text))") }
        if let successor = found.status.successor { try console.line("replaced by \(successor)") }
        for flag in found.flags ?? [] {
            try console.line("! \(flag.kind): \(printable(flag.reason)) (\(printable(flag.cause)))")
        }
        var table = Table("WHEN", "EVENT", "BY", "LOG", "REASON")
        for event in events { table.add(event.at, event.event, event.by, String(event.position), event.reason) }
        try table.print(on: .standard)
    }
}

/// `farfield analyses notices`: what became of what your analyses rest on.
struct ShowNotices: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "notices",
        abstract: "What your analyses rest on that was withdrawn or replaced."
    )

    @OptionGroup var options: ClientOptions

    func run() async throws {
        let answer = try await options.connect().get(RequestTarget("notices"))
        if options.json {
            try Console.standard.write(answer.body + [0x0a])
            return
        }
        let flags = try answer.decode(Wire.Page<Wire.Analysis.Flag>.self).items
        guard !flags.isEmpty else {
            Console.standard.note("Nothing that your analyses rest on has changed.")
            return
        }
        var table = Table("WHEN", "ANALYSIS", "WHAT", "WHY", "CAUSE")
        for flag in flags { table.add(flag.at, flag.analysis ?? "", flag.kind, flag.reason, flag.cause) }
        try table.print(on: .standard)
    }
}

/// What every decision needs.
struct DecisionOptions: ParsableArguments {
    @Argument(help: "The analysis.")
    var analysis: String

    @Option(help: ArgumentHelp("Why, as a word, such as error-in-data.", valueName: "word"))
    var code: String

    @Option(help: ArgumentHelp("Why, in words for readers.", valueName: "text"))
    var reason: String

    @Option(help: ArgumentHelp("A notice elsewhere.", valueName: "address"))
    var notice: String?

    @OptionGroup var options: ClientOptions

    /// What is sent.
    private struct Body: Encodable {
        var code: String
        var reason: String
        var notice: String?
    }

    func decide(_ word: String) async throws {
        let body = Array(try JSONEncoder().encode(Body(code: code, reason: reason, notice: notice)))
        let answer = try await options.connect().post(
            RequestTarget("analyses", analysis, word),
            body: body,
            headers: ["Content-Type": "application/json"]
        )
        if options.json {
            try Console.standard.write(answer.body + [0x0a])
            return
        }
        let decided: Wire.Analysis = try answer.decode()
        try Console.standard.line("\(decided.id) \(decided.status.status)")
    }
}

/// `farfield analyses doubt`: an expression of concern.
struct DoubtAnalysis: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "doubt", abstract: "Say that it is doubted.")

    @OptionGroup var decision: DecisionOptions

    func run() async throws { try await decision.decide("concern") }
}

/// `farfield analyses retract`: it is withdrawn.
struct RetractAnalysis: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "retract",
        abstract: "Withdraw it: nothing is deleted, page and status say so, and whatever used it is told."
    )

    @OptionGroup var decision: DecisionOptions

    func run() async throws { try await decision.decide("retract") }
}

/// `farfield analyses reinstate`: a doubt or a withdrawal is taken back.
struct ReinstateAnalysis: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reinstate",
        abstract: "Take a doubt or a withdrawal back."
    )

    @OptionGroup var decision: DecisionOptions

    func run() async throws { try await decision.decide("reinstate") }
}
