import ArgumentParser

/// `farfield compare`: the results of two runs beside each other.
struct Compare: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compare",
        abstract: "Compare the results of two runs, by meaning.",
        discussion: """
            Each is an analysis or an ended job of one's own. Files of known kinds are compared within the tolerances of
            the original's template; others by digest.

            Examples:
              farfield compare 0b54a2a6-8a0e-4a54-9f6d-3a0a9cd1b7ef job_01hzy...
              farfield compare job_01hzy... job_01hzz... --json | jq .files.changed

            The exit code is 0 when the results are identical or the same within tolerance, 1 when they differ, and 8
            when they could not be compared.
            """
    )

    @Argument(help: ArgumentHelp("The original.", valueName: "left"), completion: Completions.jobs)
    var left: String

    @Argument(help: ArgumentHelp("The other.", valueName: "right"), completion: Completions.jobs)
    var right: String

    @OptionGroup var options: ClientOptions

    func run() async throws {
        let target = RequestTarget("comparisons").query("left", left).query("right", right)
        let answer = try await options.connect().get(target)
        let found = try answer.decode(Wire.Comparison.self)
        if options.json {
            try Console.standard.write(answer.body + [0x0a])
        } else {
            try tell(found)
        }
        switch found.verdict {
        case "identical", "equivalent": return
        case "different": throw CommandFailure.silent(.jobNotCompleted)
        default: throw CommandFailure.silent(.notCompared)
        }
    }

    private func tell(_ found: Wire.Comparison) throws {
        try Console.standard.line("\(printable(found.verdict)): \(printable(found.sentence))")
        for reason in found.reasons.prefix(20) { try Console.standard.line("  \(printable(reason))") }
        let layers = [
            ("inputs", found.layers.inputs), ("recipe", found.layers.recipe), ("environment", found.layers.environment),
        ]
        for (name, differences) in layers where !differences.isEmpty {
            try Console.standard.line("\(name):")
            for difference in differences {
                let values = [difference.old, difference.new].map { $0.map(printable) ?? "–" }
                try Console.standard.line("  \(printable(difference.what)): \(values.joined(separator: " → "))")
            }
        }
    }
}
