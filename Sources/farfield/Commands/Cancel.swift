import ArgumentParser

/// `farfield cancel`: asks for jobs to be cancelled.
struct Cancel: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cancel",
        abstract: "Cancel jobs.",
        discussion: """
            The gateway accepts the wish and carries it out; 'farfield job ID --watch' shows when it is done. A job
            that has already ended is a conflict (exit code 5); the other jobs are still cancelled.

            Examples:
              farfield cancel job_01hzy...
              farfield cancel job_01hzy... job_01hzz...
            """
    )

    @Argument(help: ArgumentHelp("The jobs.", valueName: "id"), completion: Completions.jobs)
    var ids: [String]

    @OptionGroup var options: ClientOptions

    func run() async throws {
        let client = options.connect()
        var answers: [Answer] = []
        var firstFailure: RequestFailure?
        for id in ids {
            do {
                let answer = try await client.post(RequestTarget("jobs", id, "cancel"))
                answers.append(answer)
                if !options.json {
                    let job: Wire.Job = try answer.decode()
                    let done = job.isFinal ? "cancelled" : "cancelling"
                    try Console.standard.line("\(done) \(printable(job.id))")
                }
            } catch var failure as RequestFailure {
                failure.subject = id
                // With one job, its problem is the answer; with several, each is told when it happens.
                guard ids.count > 1 else { throw failure }
                failure.lines.forEach(Console.standard.note)
                firstFailure = firstFailure ?? failure
            }
        }
        if options.json, !answers.isEmpty {
            let document = try ids.count == 1 ? ListDocument.listing(answers) : ListDocument.list(answers)
            try Console.standard.write(document + [0x0a])
        }
        if let firstFailure { throw CommandFailure.silent(firstFailure.code) }
    }
}
