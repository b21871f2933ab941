import ArgumentParser

/// `farfield inputs`: what a job's inputs were found to be.
struct ShowInputs: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inputs",
        abstract: "List a job's inputs with their digests.",
        discussion: """
            Examples:
              farfield inputs job_01hzy...
            """
    )

    @Argument(help: ArgumentHelp("The job.", valueName: "id"), completion: Completions.jobs)
    var id: String

    @OptionGroup var options: ClientOptions

    func run() async throws {
        let answer = try await options.connect().get(RequestTarget("jobs", id, "inputs"))
        if options.json { return try Console.standard.write(answer.body + [0x0a]) }
        let inputs = try answer.decode(Wire.Page<Wire.Input>.self).items
        if inputs.isEmpty { return Console.standard.note("No inputs were brought to the site.") }
        var table = Table("PATH", "SIZE", "DIGEST", "SOURCE")
        for input in inputs { table.add(input.path, ByteCount.text(input.size), input.digest, input.source) }
        try table.print(on: .standard)
    }
}
