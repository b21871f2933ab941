/// HTML that was escaped: texts become markup only through it (HTML Living Standard §13.1.2).
struct Markup {
    private(set) var text = ""

    /// Markup we wrote ourselves.
    init(trusted: String) { text = trusted }

    /// Somebody's text; characters that no HTML may hold become a replacement character.
    init(_ other: String) {
        for scalar in other.unicodeScalars {
            switch scalar {
            case "&": text += "&amp;"
            case "<": text += "&lt;"
            case ">": text += "&gt;"
            case "\"": text += "&quot;"
            case "'": text += "&#39;"
            case "\n", "\t": text.unicodeScalars.append(scalar)
            case _ where scalar.value < 32 || (127...159).contains(scalar.value): text += "\u{fffd}"
            // Marks that turn the direction of writing would let a name look like another one.
            case "\u{202a}"..."\u{202e}", "\u{2066}"..."\u{2069}": text += "\u{fffd}"
            default: text.unicodeScalars.append(scalar)
            }
        }
    }

    /// An element with attributes; the contents are markup.
    static func element(_ name: String, _ attributes: [(String, String)] = [], _ contents: Markup...) -> Markup {
        element(name, attributes, contents)
    }

    static func element(_ name: String, _ attributes: [(String, String)] = [], _ contents: [Markup]) -> Markup {
        let list = attributes.map { " \($0)=\"\(Markup($1).text)\"" }.joined()
        return Markup(trusted: "<\(name)\(list)>" + contents.map(\.text).joined() + "</\(name)>")
    }

    /// A link; only what begins with `https:` or `http:` can be followed.
    static func link(_ address: String, _ shown: String) -> Markup {
        let scheme = address.lowercased()
        guard scheme.hasPrefix("https://") || scheme.hasPrefix("http://") else {
            return element("code", [], Markup(shown))
        }
        return element("a", [("href", address)], Markup(shown))
    }
}
