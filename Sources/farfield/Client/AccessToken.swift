import CurlClient
import FoundationEssentials

/// The bearer token, which is sent and never shown.
struct AccessToken: Sendable {
    /// The value for the `Authorization` field.
    let text: String

    /// Looks where a token may be, in this order: the flag, `FARFIELD_TOKEN`, `$FARFIELD_HOME/admin.token`, and
    /// `.farfield/admin.token`, the last only for a gateway on this machine.
    static func find(flag: String?, environment: [String: String], url: String) -> AccessToken? {
        if let text = flag ?? environment["FARFIELD_TOKEN"] { return AccessToken(text) }
        if let home = environment["FARFIELD_HOME"] { return AccessToken(file: home + "/admin.token") }
        guard LoopbackURL.matches(url) else { return nil }
        return AccessToken(file: ".farfield/admin.token")
    }

    private init?(file: String) {
        guard let text = try? String(contentsOfFile: file, encoding: .utf8) else { return nil }
        self.init(text)
    }

    private init?(_ text: String) {
        let words = text.split(whereSeparator: \.isWhitespace)
        guard let word = words.first, words.count == 1 else { return nil }
        self.text = String(word)
    }
}
