import ArgumentParser
import Attestation
import Provenance

/// `farfield keys`: the gateway's keys, present and past.
struct Keys: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keys",
        abstract: "Show the history of the gateway's keys; rotate and revoke them.",
        discussion: """
            Examples:
              farfield keys
              farfield keys --json > keys.json
              farfield keys rotate --use manifest --overlap 30d
              farfield keys revoke 74c181c7ad8a0855 --reason 'the disk was stolen' --since 2026-11-20T00:00:00Z

            Verifiers take keys.json as it was when they decided to trust it: compare the key ids with those that the
            gateway's operators publish elsewhere.
            """,
        subcommands: [ListKeys.self, RotateKey.self, RevokeKey.self],
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
