/// A Mustache tag of a template, with where it stands in the shell text around it.
struct TemplateTag: Sendable, Equatable {
    enum Kind: Sendable, Equatable {
        case quoted, raw, section, invertedSection, end, comment
        /// Partials, delimiters, pragmas, `&`: not for us.
        case forbidden
    }

    /// How the shell would read a word at the tag's place.
    enum Place: Sendable, Equatable {
        case plain, singleQuotes, doubleQuotes, shellComment
    }

    var kind: Kind
    var name: String
    var place: Place
    /// Counted from 1.
    var line: Int
    /// Whether the tag stands alone on its line.
    var isAlone: Bool
    /// The sections it is in.
    var enclosing: [String]
}

extension TemplateTag {
    /// Reads a template's tags, following the shell's quotes and comments between them.
    static func scan(_ template: String) throws(SlurmError) -> [TemplateTag] {
        var tags: [TemplateTag] = []
        var sections: [String] = []
        var reader = ShellPlace()
        var line = 1
        var rest = template[...]
        while let open = rest.firstRange(of: "{{") {
            let before = rest[..<open.lowerBound]
            reader.read(before)
            line += before.utf8.count { $0 == 0x0A }
            let isRaw = rest[open.upperBound...].hasPrefix("{")
            let closing = isRaw ? "}}}" : "}}"
            let inner = rest[open.upperBound...].dropFirst(isRaw ? 1 : 0)
            guard let close = inner.firstRange(of: closing) else {
                throw .invalidTemplate(name: "line \(line)", reason: "a tag is not closed")
            }
            let body = inner[..<close.lowerBound]
            var tag = TemplateTag(body: String(body), isRaw: isRaw)
            rest = inner[close.upperBound...]
            if tag.kind == .end, sections.last == tag.name { sections.removeLast() }
            tag.place = reader.place
            tag.line = line
            tag.isAlone = reader.isAtLineStart && (rest.isEmpty || rest.hasPrefix("\n"))
            tag.enclosing = sections
            if tag.kind == .section || tag.kind == .invertedSection { sections.append(tag.name) }
            if tag.kind == .quoted || tag.kind == .raw { reader.readWord() }
            line += body.utf8.count { $0 == 0x0A }
            tags.append(tag)
        }
        return tags
    }

    private init(body: String, isRaw: Bool) {
        let sigils: [Character: Kind] = [
            "#": .section, "^": .invertedSection, "/": .end, "!": .comment, "&": .forbidden, ">": .forbidden,
            "<": .forbidden, "=": .forbidden, "%": .forbidden, "$": .forbidden,
        ]
        let sigil = body.first.flatMap { sigils[$0] }
        let text = sigil == nil || isRaw ? body[...] : body.dropFirst()
        self.init(
            kind: isRaw ? .raw : sigil ?? .quoted,
            name: String(text.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed()),
            place: .plain,
            line: 0,
            isAlone: false,
            enclosing: []
        )
    }

    /// The text of the first comment if it is a summary.
    static func summary(_ tags: [TemplateTag]) -> String? {
        guard let first = tags.first, first.kind == .comment, first.name.hasPrefix("summary:") else { return nil }
        let text = PlainText.excerpt(String(first.name.dropFirst(8)), limit: 200)
        return text.isEmpty ? nil : text
    }

    /// Parameters that are used outside a section of their own name.
    static func requiredParameters(_ tags: [TemplateTag]) -> Set<String> {
        Set(
            tags.filter { $0.kind == .quoted && $0.name.hasPrefix("parameter.") && !$0.enclosing.contains($0.name) }
                .map { String($0.name.dropFirst("parameter.".count)) }
        )
    }
}

/// Follows bash's quotes and comments through a text.
private struct ShellPlace {
    private(set) var place = TemplateTag.Place.plain
    private(set) var isAtLineStart = true
    private var isAtWordStart = true
    private var isEscaped = false

    mutating func read(_ text: Substring) {
        for byte in text.utf8 {
            step(byte)
            isAtLineStart = byte == 0x0A
        }
    }

    /// A tag's value stands here.
    mutating func readWord() {
        isAtLineStart = false
        isAtWordStart = false
    }

    private mutating func step(_ byte: UInt8) {
        switch place {
        case .shellComment:
            if byte == 0x0A { (place, isAtWordStart) = (.plain, true) }
        case .singleQuotes:
            if byte == 0x27 { place = .plain }
        case .doubleQuotes:
            if isEscaped {
                isEscaped = false
            } else if byte == 0x5C {
                isEscaped = true
            } else if byte == 0x22 {
                place = .plain
            }
        case .plain:
            plainStep(byte)
        }
    }

    private mutating func plainStep(_ byte: UInt8) {
        if isEscaped {
            isEscaped = false
            return
        }
        switch byte {
        case 0x5C: isEscaped = true
        case 0x27: place = .singleQuotes
        case 0x22: place = .doubleQuotes
        case 0x23 where isAtWordStart: place = .shellComment
        default: break
        }
        isAtWordStart = [0x20, 0x09, 0x0A, 0x3B, 0x26, 0x7C, 0x28, 0x29].contains(byte)
    }
}
