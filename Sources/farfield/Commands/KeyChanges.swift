import ArgumentParser
import CurlClient
import Documents

/// `farfield keys rotate`: a new key.
struct RotateKey: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rotate",
        abstract: "Make a new key, which signs from now on; the one before ends after the overlap.",
        discussion: """
            A log keeps its key for life. A key that provenance.signingKey names is rotated by naming another. Needs an \
            admin's token.
            """
    )

    @Option(help: ArgumentHelp("What it signs: manifest or witness.", valueName: "use"))
    var use: String

    @Option(help: ArgumentHelp("How long the key before still counts.", valueName: "duration"))
    var overlap = "30d"

    @OptionGroup var options: ClientOptions

    func run() async throws {
        let wish: JSONValue = ["use": .string(use), "overlap": .string(overlap)]
        let answer = try await options.connect().post(
            RequestTarget("keys", "rotate"),
            body: wish.jsonBytes(),
            headers: ["Content-Type": "application/json"]
        )
        try KeyAnswer.show(answer, options)
    }
}

/// `farfield keys revoke`: an end to a key.
struct RevokeKey: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "revoke",
        abstract: "Disown a key: what it signs from a moment on is not to be believed.",
        discussion: "A new key signs at once, but for the log's: see docs/keys-and-log.md. Needs an admin's token."
    )

    @Argument(help: "The key's id, or at least its first 16 digits.")
    var keyid: String

    @Option(help: ArgumentHelp("Why, for readers.", valueName: "text"))
    var reason: String

    @Option(help: ArgumentHelp("From when on, in UTC, such as 2026-11-20T00:00:00Z; now.", valueName: "time"))
    var since: String?

    @OptionGroup var options: ClientOptions

    func run() async throws {
        var wish: [String: JSONValue] = ["reason": .string(reason)]
        wish["since"] = since.map { .string($0) }
        let answer = try await options.connect().post(
            RequestTarget("keys", keyid, "revoke"),
            body: JSONValue.object(wish).jsonBytes(),
            headers: ["Content-Type": "application/json"]
        )
        try KeyAnswer.show(answer, options)
    }
}

/// A key as the gateway answers it.
private enum KeyAnswer {
    static func show(_ answer: Answer, _ options: ClientOptions) throws {
        if options.json { return try Console.standard.write(answer.body + [0x0a]) }
        let key = try JSONValue(json: answer.body)
        try Console.standard.line(printable(key["keyid"]?.stringValue ?? ""))
        let text = key["revokedAt"]?.stringValue.map { "revoked from \($0) on" } ?? "signs from now on"
        Console.standard.note(printable("\(key["use"]?.stringValue ?? "") key: \(text)"))
    }
}
