/// Names of people: `[a-z0-9][a-z0-9._-]{0,62}`.
package enum PersonName {
    /// Names that nobody is given, because they mean something here.
    package static let reserved: Set<String> = ["admin", "gateway", "anonymous"]
    /// The form in words.
    package static let form = "1 to 63 of a-z, 0-9, '.', '_' and '-', beginning with a letter or digit"
    private static let limit = 63

    /// Whether a text has the form of a name.
    package static func isValid(_ text: String) -> Bool {
        text.wholeMatch(of: /[a-z0-9][a-z0-9._\-]{0,62}/) != nil
    }

    /// The nearest name to what an identity provider calls somebody.
    ///
    /// - Parameter text: any text, such as `Ada.Lovelace@example.org`; what follows an `@` is left out.
    /// - Returns: a name of the right form; it may belong to somebody already.
    package static func folded(_ text: String) -> String {
        let local = text.prefix { $0 != "@" }
        let source = local.isEmpty ? text[...] : local
        var name = ""
        for scalar in source.lowercased().unicodeScalars.prefix(200) {
            let isPlain =
                ("a"..."z").contains(scalar) || ("0"..."9").contains(scalar) || "._-".unicodeScalars.contains(scalar)
            if isPlain {
                name.unicodeScalars.append(scalar)
            } else if let base = Self.base(scalar) {
                name.unicodeScalars.append(base)
            } else if !name.hasSuffix("-") {
                name += "-"
            }
        }
        let edges: (Character) -> Bool = { "._-".contains($0) }
        name = String(name.drop(while: edges).prefix(limit))
        while let last = name.last, edges(last) { name.removeLast() }
        return name.isEmpty ? "person" : name
    }

    /// The letter below an accent, for the letters of Latin-1: é is e.
    private static func base(_ scalar: Unicode.Scalar) -> Unicode.Scalar? {
        switch scalar {
        case "à"..."å": "a"
        case "ç": "c"
        case "è"..."ë": "e"
        case "ì"..."ï": "i"
        case "ñ": "n"
        case "ò"..."ö", "ø": "o"
        case "ù"..."ü": "u"
        case "ý", "ÿ": "y"
        default: nil
        }
    }

    /// The same name for somebody else: with `-2`, `-3`… at its end.
    ///
    /// - Parameters:
    ///   - name: a name of the right form.
    ///   - count: how many bear it already, from 1.
    /// - Returns: another name.
    package static func numbered(_ name: String, _ count: Int) -> String {
        let suffix = "-\(count + 1)"
        return name.prefix(limit - suffix.utf8.count) + suffix
    }
}
