import ArgumentParser

/// `farfield logs`: what a job has written.
struct ShowLogs: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "logs",
        abstract: "Print a job's standard output or standard error.",
        discussion: """
            Examples:
              farfield logs job_01hzy...
              farfield logs job_01hzy... -f
              farfield logs job_01hzy... --stderr --task 3

            With --json each line becomes a document {"text": ...} of its own.
            """
    )

    @Argument(help: ArgumentHelp("The job.", valueName: "id"), completion: Completions.jobs)
    var id: String

    @Flag(name: [.short, .long], help: "Go on printing until the job has ended.")
    var follow = false

    @Flag(help: "Standard error instead of standard output.")
    var stderr = false

    @Option(help: ArgumentHelp("The task of a job array.", valueName: "index"))
    var task: Int?

    @OptionGroup var options: ClientOptions

    func run() async throws {
        let target = RequestTarget("jobs", id, "logs", stderr ? "stderr" : "stdout")
            .query("task", task.map(String.init))
        let stream = LogStream(client: options.connect(), jobID: id, target: target)
        let console = Console.standard
        let (json, follow) = (options.json, follow)
        do {
            try await Interruption.watching {
                var lines = LogLines()
                let take: ([UInt8]) throws -> Void = { try console.write(json ? try lines.append($0) : $0) }
                if follow {
                    try await stream.follow(note: { console.note($0) }, take: take)
                } else {
                    try await stream.read(take: take)
                }
                if json { try console.write(try lines.end()) }
            }
        } catch is Interruption {
            throw CommandFailure.silent(.interrupted)
        }
    }
}
