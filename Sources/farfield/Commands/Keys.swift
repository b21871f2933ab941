import ArgumentParser
import Attestation
import Provenance

/// `farfield keys`: the gateway's keys, present and past.
struct Keys: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keys",
        abstract: "Show the history of the gateway's keys.",
        discussion: """
            Examples:
              farfield keys
              farfield keys --json > keys.json

            Verifiers take keys.json as it was when they decided to trust it: compare the key ids with those that the
            gateway's operators publish elsewhere.
            """,
        subcommands: [ListKeys.self],
        defaultSubcommand: ListKeys.self
    )
}

/// Lists the keys.
struct ListKeys: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List the keys, the newest first.")

    @OptionGroup var options: ClientOptions

    func run() async throws {
        let answer = try await options.connect().get(RequestTarget(document: "keys.json"))
        if options.json { return try Console.standard.write(answer.body + [0x0a]) }
        let history: PublishedKeys
        do { history = try PublishedKeys(bytes: answer.body) } catch {
            throw CommandFailure(.gatewayFailure, "\(error)")
        }
        var table = Table("USE", "KEY ID", "FROM", "UNTIL", "REVOKED", "REASON")
        for key in history.keys {
            let time = key.time
            table.add(
                key.use,
                key.publicKey.keyID,
                time.from?.utc,
                time.until?.utc,
                time.revokedAt?.utc,
                key.reason
            )
        }
        try table.print(on: .standard)
        for key in history.logKeys { try Console.standard.line("log key: \(key.key.text)") }
    }
}
