import ArgumentParser
import FoundationEssentials

/// `farfield whoami`: who the gateway takes somebody for.
struct WhoAmI: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "whoami",
        abstract: "Show who you are to the gateway, what you may do, and until when."
    )

    @OptionGroup var options: ClientOptions

    func run() async throws {
        let answer = try await options.connect().get(RequestTarget("me"))
        if options.json { return try Console.standard.write(answer.body + [0x0a]) }
        let me: Wire.Me = try answer.decode()
        let rows = [
            ("name", me.name), ("role", me.role), ("scopes", me.scopes.joined(separator: ", ")),
            ("projects", me.projects.joined(separator: ", ")), ("by", me.method),
            ("until", me.expiresAt.map(Moment.text) ?? ""),
        ]
        for (name, value) in rows where !value.isEmpty {
            let padding = String(repeating: " ", count: 10 - name.count)
            try Console.standard.line(name + padding + printable(value))
        }
    }
}
