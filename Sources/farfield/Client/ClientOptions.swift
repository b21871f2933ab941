import ArgumentParser
import CurlClient
import FoundationEssentials

/// What every client command takes: where the gateway is, who asks, and in which form to answer.
struct ClientOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The gateway's address (or FARFIELD_URL; otherwise http://127.0.0.1:8700).",
            valueName: "url"
        )
    )
    var url: String?

    @Option(
        help: ArgumentHelp(
            "The access token. Better: farfield login, or FARFIELD_TOKEN; others on this machine see a flag.",
            valueName: "token"
        )
    )
    var token: String?

    @Flag(help: "Print the gateway's JSON instead of text.")
    var json = false

    /// The address, without a slash at its end.
    var baseURL: String {
        var text = url ?? ProcessInfo.processInfo.environment["FARFIELD_URL"] ?? ""
        if text.isEmpty { text = "http://127.0.0.1:8700" }
        while text.last == "/" { text.removeLast() }
        return text
    }

    mutating func validate() throws {
        guard baseURL.hasPrefix("http://") || baseURL.hasPrefix("https://") else {
            throw ValidationError("The gateway's address must begin with http:// or https://, not '\(baseURL)'.")
        }
    }

    /// The client these options describe.
    func connect() -> RESTClient {
        RESTClient(
            baseURL: baseURL,
            tokens: .find(flag: token, environment: ProcessInfo.processInfo.environment, url: baseURL),
            wantsDocuments: json
        )
    }
}
