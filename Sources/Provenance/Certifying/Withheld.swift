internal import Gateway

/// What no record tells: values of variables that are named like secrets; in published ones also the names of accounts.
enum Withheld {
    /// Stands in the place of what is not told.
    static let word = "(withheld)"

    /// Whether a variable's name tells that its value is a secret.
    static func names(_ variable: String) -> Bool {
        let marks = [
            "TOKEN", "SECRET", "PASSWORD", "PASSWD", "PASSPHRASE", "CREDENTIAL", "APIKEY", "API_KEY", "PRIVATE_KEY",
        ]
        let name = variable.uppercased()
        return marks.contains { name.contains($0) }
    }

    /// A text without names of accounts in paths: those of home folders, and an account's own wherever it is a part.
    ///
    /// - Parameters:
    ///   - text: a command, a value.
    ///   - account: the gateway's account at the site, if it is known.
    /// - Returns: the same with `~` in the place of each name.
    static func accounts(in text: String, account: String?) -> String {
        var parts: [Substring] = []
        for part in text.split(separator: "/", omittingEmptySubsequences: false) {
            let name = part.prefix { !$0.isWhitespace && !"'\":;,)(".contains($0) }
            let isHome = parts.last.map { $0.hasPrefix("home") && $0.dropFirst(4).allSatisfy(\.isNumber) } ?? false
            let isAccount = !parts.isEmpty && account.map { name == $0 } ?? false
            parts.append(
                (isHome && !name.isEmpty && parts.count > 1) || isAccount ? "~" + part.dropFirst(name.count) : part
            )
        }
        return parts.joined(separator: "/")
    }
}

extension Program {
    /// Takes names of accounts out of what was run; scripts are told by digest, and are the researcher's own words.
    mutating func hideAccounts(named account: String?) {
        func hidden(_ text: String) -> String { Withheld.accounts(in: text, account: account) }
        parameters = parameters.mapValues(hidden)
        environment = environment.mapValues(hidden)
        switch command {
        case .words(let words)?: command = .words(words.map(hidden))
        case .line(let line)?: command = .line(hidden(line))
        case .script?, nil: break
        }
    }
}

extension Spine {
    /// The gateway's account at a site, where the configuration names it.
    func account(at site: String) -> String? { configuration.sites.first { $0.name == site }?.user }
}
