import ArgumentParser
import FoundationEssentials

/// `farfield templates`: the batch script templates a manifest may name.
struct Templates: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "templates",
        abstract: "List the batch script templates, or print one.",
        discussion: """
            Examples:
              farfield templates
              farfield templates cpu
            """
    )

    private struct Named: Encodable {
        var name: String
        var text: String
    }

    @Argument(help: ArgumentHelp("The template to print.", valueName: "name"), completion: Completions.templates)
    var name: String?

    @OptionGroup var options: ClientOptions

    func run() async throws {
        let client = options.connect()
        if let name {
            try print(try await client.get(RequestTarget("templates", name)), named: name)
        } else {
            try list(try await client.get(RequestTarget("templates")))
        }
    }

    private func print(_ answer: Answer, named name: String) throws {
        guard options.json else {
            try Console.standard.write(answer.body)
            return
        }
        // The gateway gives a template as plain text, so its document is made here.
        let encoder = JSONEncoder()
        encoder.outputFormatting = .withoutEscapingSlashes
        let document = try encoder.encode(Named(name: name, text: answer.text))
        try Console.standard.write(Array(document) + [0x0a])
    }

    private func list(_ answer: Answer) throws {
        if options.json {
            try Console.standard.write(answer.body + [0x0a])
            return
        }
        let templates = try answer.decode(Wire.Page<Wire.Template>.self).items
        guard !templates.isEmpty else {
            Console.standard.note("No templates.")
            return
        }
        var table = Table("NAME", "SUMMARY")
        for template in templates { table.add(template.name, template.summary) }
        try table.print(on: .standard)
    }
}
