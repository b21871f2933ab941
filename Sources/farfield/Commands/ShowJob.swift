import ArgumentParser
import FoundationEssentials

/// `farfield job`: everything about one job.
struct ShowJob: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "job",
        abstract: "Show a job, or watch it to its end.",
        discussion: """
            Examples:
              farfield job job_01hzy...
              farfield job job_01hzy... --watch
              farfield job job_01hzy... --watch --json | jq .state

            With --watch the exit code is 0 only if the job completed. A lost connection is taken up again where it
            broke, for up to ten minutes. Ctrl-C stops watching, not the job.
            """
    )

    @Argument(help: ArgumentHelp("The job.", valueName: "id"), completion: Completions.jobs)
    var id: String

    @Flag(help: "Follow the job to its end.")
    var watch = false

    @OptionGroup var options: ClientOptions

    func run() async throws {
        let client = options.connect()
        if watch {
            try await JobWatch(client: client, jobID: id, console: .standard, json: options.json).run()
            return
        }
        let answer = try await client.get(RequestTarget("jobs", id))
        if options.json {
            try Console.standard.write(answer.body + [0x0a])
            return
        }
        let details = JobText(job: try answer.decode(), now: .now).details
        let width = details.map(\.name.count).max() ?? 0
        for (name, value) in details {
            let padding = String(repeating: " ", count: width - name.count + 2)
            let shown = name == "state" ? Console.standard.paint(state: value) : value
            try Console.standard.line(name + padding + shown)
        }
    }
}
