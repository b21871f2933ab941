import ArgumentParser
import FoundationEssentials
import Glibc

/// `farfield login`: keeps a proof of who somebody is, for one gateway.
struct LogIn: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "login",
        abstract: "Log in at a gateway; later commands need no token then.",
        discussion: """
            Examples:
              farfield login
              farfield login --url https://farfield.lab.example
              farfield login --token-stdin < token.txt

            Without a flag you confirm in a browser, on any device, at the provider the gateway trusts. The login is
            kept in $XDG_CONFIG_HOME/farfield/credentials.json (else ~/.config/farfield), which you alone may read, and
            renewed by itself as long as the provider allows.
            """
    )

    @Flag(name: .customLong("token-stdin"), help: "Read an API token from the standard input, and keep it.")
    var readsToken = false

    @Option(help: ArgumentHelp("Which provider, when the gateway trusts several.", valueName: "issuer"))
    var provider: String?

    @OptionGroup var options: ClientOptions

    func validate() throws {
        guard options.token == nil else {
            throw ValidationError("A token on the command line is seen by others on this machine: use --token-stdin.")
        }
    }

    func run() async throws {
        let file = try Self.file()
        // Before anybody goes to a browser: can the login be kept?
        try await file.update { _ in ((), false) }
        let login = readsToken ? try Self.pasted() : try await confirmed()
        let answer = try await accepted(login)
        let key = StoredLogins.key(for: options.baseURL)
        try await file.update { logins in
            logins.gateways[key] = login
            return ((), true)
        }
        if options.json { return try Console.standard.write(answer.body + [0x0a]) }
        let me: Wire.Me = try answer.decode()
        let place = "\(options.baseURL) as \(printable(me.name)) (\(printable(me.role)))"
        try Console.standard.line("Logged in at \(place).")
    }

    /// The gateway's word about the login, before it is kept.
    private func accepted(_ login: StoredLogin) async throws -> Answer {
        guard let token = AccessToken(login.accessToken) else {
            throw CommandFailure(.invalid, "what was given is not a token: it should be one word")
        }
        let client = RESTClient(baseURL: options.baseURL, tokens: .fixed(token), wantsDocuments: options.json)
        do { return try await client.get(RequestTarget("me")) } catch var failure as RequestFailure {
            if failure.code == .notAuthorised { failure.hint = "The gateway did not accept it; nothing was kept." }
            throw failure
        }
    }

    private static func pasted() throws -> StoredLogin {
        // A file or a pipe is not asked.
        let question = isatty(STDIN_FILENO) == 1 ? "Token: " : ""
        return StoredLogin(accessToken: try SecretPrompt.ask(question, isEchoed: false))
    }

    private func confirmed() async throws -> StoredLogin {
        let client = RESTClient(baseURL: options.baseURL, tokens: .none, wantsDocuments: options.json)
        let ways: Wire.LoginWays = try await client.get(RequestTarget("login")).decode()
        let issuer = try choose(ways.issuers.filter { $0.deviceClientID != nil })
        return try await Interruption.watching {
            try await DeviceLogin(issuer: issuer, console: .standard).run()
        }
    }

    private func choose(_ issuers: [Wire.LoginWays.Issuer]) throws -> Wire.LoginWays.Issuer {
        let names = issuers.map { "  " + printable($0.issuer) }.joined(separator: "\n")
        if let provider {
            if let found = issuers.first(where: { $0.issuer == provider }) { return found }
            throw CommandFailure(.invalid, "the gateway does not trust '\(printable(provider))', but these:", names)
        }
        guard let first = issuers.first else {
            throw CommandFailure(
                .invalid,
                "this gateway has no provider for logins from the command line",
                "  With a token of its own: farfield login --token-stdin"
            )
        }
        guard issuers.count == 1 else {
            throw CommandFailure(.invalid, "the gateway trusts several providers; choose by --provider:", names)
        }
        return first
    }

    /// The file of logins.
    static func file() throws -> LoginFile {
        guard let file = LoginFile(environment: ProcessInfo.processInfo.environment) else {
            throw CommandFailure(.invalid, "there is no home folder to keep a login in: set HOME or XDG_CONFIG_HOME")
        }
        return file
    }
}
