import CurlClient
import FoundationEssentials

/// The bearer token, which is sent and never shown.
struct AccessToken: Sendable {
    /// The value for the `Authorization` field.
    let text: String

    /// The admin's token of a gateway on this machine: `$FARFIELD_HOME/admin.token`, else `.farfield/admin.token`.
    static func local(environment: [String: String], url: String) -> AccessToken? {
        if let home = environment["FARFIELD_HOME"] { return AccessToken(file: home + "/admin.token") }
        guard LoopbackURL.matches(url) else { return nil }
        return AccessToken(file: ".farfield/admin.token")
    }

    private init?(file: String) {
        guard let text = try? String(contentsOfFile: file, encoding: .utf8) else { return nil }
        self.init(text)
    }

    /// One word, whatever stands around it; nil for anything else.
    init?(_ text: String) {
        let words = text.split(whereSeparator: \.isWhitespace)
        guard let word = words.first, words.count == 1 else { return nil }
        self.text = String(word)
    }
}
