/// HTML that was escaped: texts become markup only through it (HTML Living Standard §13.1.2).
package struct Markup: Sendable, Hashable {
    /// What may stand in a page.
    package private(set) var text = ""

    /// Markup we wrote ourselves.
    init(trusted: String) { text = trusted }

    /// Somebody's text; characters that no HTML may hold become a replacement character.
    ///
    /// - Parameter other: any text; the markup shows it as it is.
    package init(_ other: String) {
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
    ///
    /// - Parameters:
    ///   - name: the element's name, which is ours.
    ///   - attributes: names, which are ours, and values, which may be anybody's texts.
    ///   - contents: what stands in it.
    /// - Returns: the element.
    package static func element(_ name: String, _ attributes: [(String, String)] = [], _ contents: Markup...) -> Markup
    {
        element(name, attributes, contents)
    }

    /// An element with attributes; the contents are markup.
    ///
    /// - Parameters:
    ///   - name: the element's name, which is ours.
    ///   - attributes: names, which are ours, and values, which may be anybody's texts.
    ///   - contents: what stands in it.
    /// - Returns: the element.
    package static func element(_ name: String, _ attributes: [(String, String)] = [], _ contents: [Markup]) -> Markup {
        let list = attributes.map { " \($0)=\"\(Markup($1).text)\"" }.joined()
        return Markup(trusted: "<\(name)\(list)>" + contents.map(\.text).joined() + "</\(name)>")
    }

    /// An element that has no contents and no end tag, such as `input` (HTML Living Standard §13.1.2, void elements).
    ///
    /// - Parameters:
    ///   - name: the element's name, which is ours.
    ///   - attributes: names, which are ours, and values, which may be anybody's texts.
    /// - Returns: the element.
    package static func void(_ name: String, _ attributes: [(String, String)]) -> Markup {
        Markup(trusted: "<\(name)" + attributes.map { " \($0)=\"\(Markup($1).text)\"" }.joined() + ">")
    }

    /// A link; only what begins with `https:` or `http:` can be followed.
    ///
    /// - Parameters:
    ///   - address: where it leads.
    ///   - shown: its text.
    /// - Returns: the link, or the text alone.
    package static func link(_ address: String, _ shown: String) -> Markup {
        let scheme = address.lowercased()
        guard scheme.hasPrefix("https://") || scheme.hasPrefix("http://") else {
            return element("code", [], Markup(shown))
        }
        return element("a", [("href", address)], Markup(shown))
    }
}
