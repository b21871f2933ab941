import ArgumentParser
import CurlClient
import Foundation

/// `farfield sites credential`: how you are let in at a site where everybody has an account of their own.
struct SiteCredentials: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "credential",
        abstract: "Give the gateway your key for a site, look at it, try it, take it back.",
        discussion: """
            Examples:
              farfield sites credential set stampede3 --account alice7 --key ~/.ssh/farfield
              farfield sites credential set stampede3 --account alice7 --key k --certificate k-cert.pub
              farfield sites credential check stampede3
              farfield sites credential remove stampede3
            """,
        subcommands: [
            SetCredential.self, ShowCredential.self, CheckCredential.self, RemoveCredential.self,
            ListCredentials.self,
        ]
    )
}

/// `farfield sites credential set`.
struct SetCredential: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "set",
        abstract: "Upload a private key, with a certificate where the site wants one.",
        discussion: """
            Make a key for this alone: ssh-keygen -t ed25519 -f FILE. The gateway seals it and gives it back to nobody.
            A passphrase is asked for on the terminal when the key has one; without a terminal it is the first line of the
            standard input.
            """
    )

    @Argument(help: ArgumentHelp("The site.", valueName: "name"), completion: Completions.sites)
    var name: String

    @Option(help: ArgumentHelp("Your account at the site.", valueName: "name"))
    var account: String

    @Option(help: ArgumentHelp("The file of the private key.", valueName: "file"), completion: .file())
    var key: String

    @Option(help: ArgumentHelp("The file of the certificate.", valueName: "file"), completion: .file())
    var certificate: String?

    @OptionGroup var options: ClientOptions

    func run() async throws {
        let text = try Self.read(key)
        let isEncrypted = Self.isEncrypted(text)
        let wish = Wire.CredentialWish(
            account: account,
            privateKey: text,
            passphrase: isEncrypted ? try SecretPrompt.ask("Passphrase of \(key): ", isEchoed: false) : nil,
            certificate: try certificate.map(Self.read)
        )
        let response = try await options.connect().send(
            "PUT",
            RequestTarget("sites", name, "credential"),
            body: Array(try JSONEncoder().encode(wish)),
            headers: ["content-type": "application/json"],
            timeLimits: .init(connect: .seconds(10), total: .seconds(60), stall: nil)
        )
        try CredentialView.show(Answer(body: response.body), json: options.json)
    }

    private static func read(_ path: String) throws -> String {
        guard let data = FileManager.default.contents(atPath: path), data.count <= 16 << 10,
            let text = String(data: data, encoding: .utf8)
        else { throw CommandFailure(.invalid, "The file \(path) cannot be read, or is no key.") }
        return text
    }

    /// Whether a key's file says that it is encrypted; of OpenSSH's format the name of the cipher stands at byte 15
    /// (PROTOCOL.key).
    static func isEncrypted(_ text: String) -> Bool {
        guard text.contains("BEGIN OPENSSH PRIVATE KEY") else { return text.contains("ENCRYPTED") }
        let body = text.split(whereSeparator: \.isNewline).filter { !$0.hasPrefix("-----") }.joined()
        guard let data = Data(base64Encoded: body), data.count > 23 else { return false }
        return !data.dropFirst(19).starts(with: Data("none".utf8))
    }
}

/// `farfield sites credential show`.
struct ShowCredential: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show what the gateway has of you for a site; never the key."
    )

    @Argument(help: ArgumentHelp("The site.", valueName: "name"), completion: Completions.sites)
    var name: String

    @OptionGroup var options: ClientOptions

    func run() async throws {
        let answer = try await options.connect().get(RequestTarget("sites", name, "credential"))
        try CredentialView.show(answer, json: options.json)
    }
}

/// `farfield sites credential check`.
struct CheckCredential: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Connect with your key and try everything a job would need.",
        discussion: "The exit code is 1 when a check failed."
    )

    @Argument(help: ArgumentHelp("The site.", valueName: "name"), completion: Completions.sites)
    var name: String

    @OptionGroup var options: ClientOptions

    func run() async throws {
        let limits = HTTPRequest.TimeLimits(connect: .seconds(10), total: .seconds(120), stall: nil)
        let target = RequestTarget("sites", name, "credential", "check")
        let answer = try await options.connect().post(target, timeLimits: limits)
        let check: Wire.SiteCheck = try answer.decode()
        if options.json {
            try Console.standard.write(answer.body + [0x0a])
        } else {
            try CheckSites.show(check)
        }
        if !check.ok { throw CommandFailure.silent(.jobNotCompleted) }
    }
}

/// `farfield sites credential remove`.
struct RemoveCredential: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove",
        abstract: "Take your key back: its connections are closed at once, and your jobs there wait."
    )

    @Argument(help: ArgumentHelp("The site.", valueName: "name"), completion: Completions.sites)
    var name: String

    @Option(help: ArgumentHelp("Somebody else, for admins.", valueName: "name"))
    var person: String?

    @OptionGroup var options: ClientOptions

    func run() async throws {
        let target =
            if let person {
                RequestTarget("sites", name, "credentials", person)
            } else {
                RequestTarget("sites", name, "credential")
            }
        try await options.connect().delete(target)
        if !options.json { try Console.standard.line("The key for \(printable(name)) is removed.") }
    }
}

/// `farfield sites credential list`, for admins.
struct ListCredentials: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List who has a key for a site (admins)."
    )

    @Argument(help: ArgumentHelp("The site.", valueName: "name"), completion: Completions.sites)
    var name: String

    @OptionGroup var options: ClientOptions

    func run() async throws {
        let answer = try await options.connect().get(RequestTarget("sites", name, "credentials"))
        if options.json {
            try Console.standard.write(answer.body + [0x0a])
            return
        }
        var table = Table("PERSON", "ACCOUNT", "KIND", "FINGERPRINT", "VALID UNTIL", "LAST USED")
        for one in try answer.decode(Wire.Page<Wire.Credential>.self).items {
            table.add(
                one.person,
                one.account,
                one.kind,
                one.fingerprint,
                one.validBefore.map(Moment.text),
                one.lastUsedAt.map(Moment.text)
            )
        }
        try table.print(on: .standard)
    }
}

/// A credential for a person to read.
enum CredentialView {
    static func show(_ answer: Answer, json: Bool) throws {
        let console = Console.standard
        if json {
            try console.write(answer.body + [0x0a])
            return
        }
        let one: Wire.Credential = try answer.decode()
        try console.line("\(printable(one.site))  \(printable(one.kind)) \(printable(one.algorithm))")
        try console.line("  account      \(printable(one.account))")
        try console.line("  fingerprint  \(printable(one.fingerprint))")
        if let end = one.validBefore { try console.line("  valid until  \(Moment.text(end))") }
        if let used = one.lastUsedAt { try console.line("  last used    \(Moment.text(used))") }
    }
}
