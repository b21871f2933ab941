import ArgumentParser
import CurlClient
import Documents
import Foundation

/// `farfield replay`: runs an analysis, or one's own job, again.
struct Replay: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay",
        abstract: "Run an analysis or a job again, with the same or other data.",
        discussion: """
            Everything is pinned to what it was: inputs by digest, the template by its text. What may make a difference
            is told before anything runs.

            Examples:
              farfield replay 0b54a2a6-8a0e-4a54-9f6d-3a0a9cd1b7ef --dry-run
              farfield replay job_01hzy... --site b --watch
              farfield replay job_01hzy... --input in/sky.csv=artifact:sha256:...

            With --dry-run the exit code is 1 when something stands in the way.
            """
    )

    @Argument(help: ArgumentHelp("The analysis or the job.", valueName: "id"), completion: Completions.jobs)
    var id: String

    @Option(name: .customLong("input"), help: ArgumentHelp("Other data for an input.", valueName: "path=source"))
    var inputs: [String] = []

    @Option(name: .customLong("parameter"), help: ArgumentHelp("Another value.", valueName: "name=value"))
    var parameters: [String] = []

    @Option(help: ArgumentHelp("Run it at this site.", valueName: "site"), completion: Completions.sites)
    var site: String?

    @Flag(help: "Only tell what was found.")
    var dryRun = false

    @Flag(help: "Follow the new job to its end.")
    var watch = false

    @OptionGroup var options: ClientOptions

    mutating func validate() throws {
        if dryRun, watch { throw ValidationError("--dry-run runs nothing, so there is nothing to --watch.") }
        for pair in inputs + parameters where !pair.dropFirst().contains("=") {
            throw ValidationError("'\(printable(pair))' is not NAME=VALUE.")
        }
    }

    func run() async throws {
        let client = options.connect()
        let kind = id.hasPrefix("job_") ? "jobs" : "analyses"
        let answer = try await client.post(
            RequestTarget(kind, id, "replay"),
            body: Array(body.jsonText.utf8),
            headers: ["Content-Type": "application/json", "Idempotency-Key": UUID().uuidString.lowercased()]
        )
        let rerun = try answer.decode(Wire.Rerun.self)
        if options.json, !watch {
            try Console.standard.write(answer.body + [0x0a])
        } else if !options.json {
            for line in rerun.report.lines where line.level != "ok" || dryRun {
                Console.standard.note("\(printable(line.level))  \(printable(line.what)): \(printable(line.text))")
            }
        }
        guard let job = rerun.job else {
            if !rerun.report.possible { throw CommandFailure.silent(.jobNotCompleted) }
            return
        }
        if !options.json { try Console.standard.line("submitted \(printable(job.id))") }
        guard watch else { return }
        try await JobWatch(client: client, jobID: job.id, console: .standard, json: options.json).run()
    }

    private var body: JSONValue {
        var members: [String: JSONValue] = [:]
        if !inputs.isEmpty { members["inputs"] = .object(Self.pairs(inputs)) }
        if !parameters.isEmpty { members["parameters"] = .object(Self.pairs(parameters)) }
        if let site { members["site"] = .string(site) }
        if dryRun { members["dryRun"] = true }
        return .object(members)
    }

    /// The last of several values for the same name counts.
    private static func pairs(_ texts: [String]) -> [String: JSONValue] {
        let pairs = texts.map { text in
            let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            return (parts[0], JSONValue.string(parts[1]))
        }
        return Dictionary(pairs) { _, last in last }
    }
}
