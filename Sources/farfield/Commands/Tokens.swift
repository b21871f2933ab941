import ArgumentParser
import CurlClient
import FoundationEssentials

/// `farfield tokens`: the gateway's own tokens.
struct Tokens: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tokens",
        abstract: "List, make and revoke tokens for scripts and machines.",
        discussion: """
            Examples:
              farfield tokens
              farfield tokens create nightly --scope read --expires-in 30d
              farfield tokens revoke tok_01hzy...
            """,
        subcommands: [ListTokens.self, CreateToken.self, RevokeToken.self],
        defaultSubcommand: ListTokens.self
    )
}

/// `farfield tokens list`, and what `farfield tokens` does.
struct ListTokens: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List tokens, never their secrets.")

    @Option(help: ArgumentHelp("Somebody else's; for admins.", valueName: "name"))
    var person: String?

    @OptionGroup var options: ClientOptions

    func run() async throws {
        let answer = try await options.connect().get(RequestTarget("tokens").query("person", person))
        if options.json { return try Console.standard.write(answer.body + [0x0a]) }
        let tokens = try answer.decode(Wire.Page<Wire.APIToken>.self).items
        guard !tokens.isEmpty else { return Console.standard.note("There are no tokens.") }
        var table = Table("ID", "STATE", "LABEL", "SCOPES", "CREATED", "EXPIRES", "LAST USED")
        for token in tokens {
            table.add(
                token.id,
                token.state(at: Date()),
                token.label,
                token.scopes.joined(separator: ","),
                Moment.text(token.createdAt),
                token.expiresAt.map(Moment.text),
                token.lastUsedAt.map(Moment.text)
            )
        }
        try table.print(on: .standard)
    }
}

/// `farfield tokens create`: makes one.
struct CreateToken: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create",
        abstract: "Make a token; it is shown once.",
        discussion: """
            It can never do more than you may now. The token alone goes to standard output:
              farfield tokens create nightly --scope read > token.txt
            """
    )

    @Argument(help: "What it is for.")
    var label: String

    @Option(
        name: .customLong("scope"),
        help: ArgumentHelp(
            "What it may be used for: read, write, approve or admin; may be repeated.",
            valueName: "scope"
        )
    )
    var scopes: [String] = []

    @Option(help: ArgumentHelp("For how long, such as 12h or 30d.", valueName: "duration"))
    var expiresIn: String?

    @Option(help: ArgumentHelp("For a person whom an admin made; for admins.", valueName: "name"))
    var person: String?

    @OptionGroup var options: ClientOptions

    func run() async throws {
        let wish = Wire.TokenWish(label: label, scopes: scopes.isEmpty ? nil : scopes, expiresIn: expiresIn)
        let target = person.map { RequestTarget("people", $0, "tokens") } ?? RequestTarget("tokens")
        let answer = try await options.connect().send("POST", target, document: wish)
        if options.json { return try Console.standard.write(answer.body + [0x0a]) }
        let made: Wire.NewToken = try answer.decode()
        try Console.standard.line(made.secret)
        let token = made.token
        let end = token.expiresAt.map { ", until \(Moment.text($0))" } ?? ""
        let scopes = token.scopes.joined(separator: ", ")
        Console.standard.note("\(printable(token.id)) of \(printable(token.person)): \(printable(scopes))\(end).")
        Console.standard.note("It is not shown again.")
    }
}

/// `farfield tokens revoke`: ends one.
struct RevokeToken: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "revoke", abstract: "End a token, at once.")

    @Argument(help: "The token's id, not the token itself.")
    var id: String

    @Option(help: ArgumentHelp("Whose it is, if not yours; for admins.", valueName: "name"))
    var person: String?

    @OptionGroup var options: ClientOptions

    func validate() throws {
        guard !id.hasPrefix("ff_") else {
            throw ValidationError("That is the token itself. Its id begins with tok_: see 'farfield tokens'.")
        }
    }

    func run() async throws {
        try await options.connect().delete(RequestTarget("tokens", id).query("person", person))
        if options.json {
            let document = try JSONEncoder().encode(["id": id, "state": "revoked"])
            try Console.standard.write(Array(document) + [0x0a])
        } else {
            try Console.standard.line("revoked \(printable(id))")
        }
    }
}
