import ArgumentParser
import CurlClient
import Foundation

/// `farfield sites login`: answers what a site asks, so that the gateway is let in.
struct LoginSite: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "login",
        abstract: "Log the gateway in at a site that asks for a password or a code.",
        discussion: """
            The gateway connects, shows what the site asks, and keeps the connection for as long as the site allows.
            What is typed is not shown, and goes to nobody but the site. Without a terminal, one answer per line is read
            from the standard input.
            """
    )

    @Argument(help: ArgumentHelp("The site.", valueName: "name"), completion: Completions.sites)
    var name: String

    @OptionGroup var options: ClientOptions

    func run() async throws {
        let client = options.connect()
        // The site may take its time, and the next code as well.
        let limits = HTTPRequest.TimeLimits(connect: .seconds(10), total: .seconds(320), stall: nil)
        var answer = try await client.post(RequestTarget("sites", name, "login"), timeLimits: limits)
        while true {
            let step: Wire.LoginStep = try answer.decode()
            guard step.state == "asking", let id = step.id, let question = step.question else {
                try finish(step, answer)
                return
            }
            let text = try SecretPrompt.ask(printable(question.text), isEchoed: question.echo)
            answer = try await client.post(
                RequestTarget("sites", name, "login", id),
                body: Array(try JSONEncoder().encode(Wire.LoginAnswer(answer: text))),
                headers: ["content-type": "application/json"],
                timeLimits: limits
            )
        }
    }

    private func finish(_ step: Wire.LoginStep, _ answer: Answer) throws {
        if options.json {
            try Console.standard.write(answer.body + [0x0a])
            return
        }
        let until = step.expiresAt.map { " until \(Moment.text($0))" } ?? ""
        try Console.standard.line("Logged in at \(printable(name))\(until).")
    }
}
