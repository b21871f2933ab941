/// One card of a FITS header (FITS 4.0 §4).
package struct FITSCard: Sendable, Hashable {
    /// Its keyword.
    package let keyword: String
    /// Its value as it stands, without the quotes of a text; the text of a comment.
    package let value: String
    /// Whether the value is a text in quotes.
    package let isText: Bool

    /// The value as a number; nil for texts and logical values.
    ///
    /// `D` exponents are numbers too.
    package var number: Double? {
        isText ? nil : CellText.number(value.replacing("D", with: "E").replacing("d", with: "e"))
    }
}

/// The cards of one header, in order.
package struct FITSHeader: Sendable, Equatable {
    /// All cards but END and empty ones.
    package let cards: [FITSCard]
    private let places: [String: Int]
    /// The most cards of one header.
    private static let limit = 100_000

    /// The card with a keyword; the first of several.
    subscript(_ keyword: String) -> FITSCard? { places[keyword].map { cards[$0] } }

    /// The whole number under a keyword.
    func integer(_ keyword: String) -> Int? { self[keyword].flatMap { $0.isText ? nil : Int($0.value) } }

    /// The text under a keyword.
    func text(_ keyword: String) -> String? { self[keyword].flatMap { $0.isText ? $0.value : nil } }

    /// Reads a header that begins at `position`, which is moved behind it.
    init(_ bytes: [UInt8], at position: inout Int) throws(ReadingError) {
        var cards: [FITSCard] = []
        var continued: String?
        var read = 0
        while true {
            guard position + 80 <= bytes.count else {
                throw .malformed(kind: "FITS", message: "a header has no END")
            }
            let card = bytes[position..<position + 80]
            position += 80
            guard card.allSatisfy({ (0x20...0x7E).contains($0) }) else {
                throw .malformed(kind: "FITS", message: "a header card is not ASCII")
            }
            let text = String(decoding: card, as: UTF8.self)
            let keyword = CellText.trim(text.prefix(8))
            if keyword == "END" { break }
            read += 1
            guard read <= Self.limit else { throw .tooLarge(what: "header cards", limit: Self.limit) }
            if keyword == "CONTINUE", let beginning = continued, beginning.utf8.count < 65_536,
                let last = cards.popLast()
            {
                let (value, _) = Self.value(text.dropFirst(8))
                cards.append(FITSCard(keyword: last.keyword, value: beginning + value.strippedMark, isText: true))
                continued = value.hasSuffix("&") ? beginning + value.strippedMark : nil
                continue
            }
            guard let card = Self.card(keyword, text) else { continue }
            continued = card.isText && card.value.hasSuffix("&") ? card.value.strippedMark : nil
            cards.append(card)
        }
        // Header and data take whole blocks of 2880 bytes.
        position = min(bytes.count, (position + 2879) / 2880 * 2880)
        self.cards = cards
        places = Dictionary(cards.enumerated().map { ($0.element.keyword, $0.offset) }) { first, _ in first }
    }

    private static func card(_ keyword: String, _ text: String) -> FITSCard? {
        if keyword == "HIERARCH", let equals = text.firstIndex(of: "=") {
            let name = CellText.trim(text[..<equals].dropFirst(8))
            let (value, isText) = value(text[text.index(after: equals)...])
            return FITSCard(keyword: "HIERARCH \(name)", value: value, isText: isText)
        }
        guard text.dropFirst(8).hasPrefix("= ") else {
            let comment = CellText.trim(text.dropFirst(8))
            return keyword.isEmpty && comment.isEmpty
                ? nil : FITSCard(keyword: keyword, value: comment, isText: true)
        }
        let (value, isText) = value(text.dropFirst(10))
        return FITSCard(keyword: keyword, value: value, isText: isText)
    }

    /// The value before the comment; two quotes in a text are one.
    private static func value(_ field: Substring) -> (String, Bool) {
        let field = field.drop { $0 == " " }
        guard field.first == "'" else {
            return (CellText.trim(field.prefix { $0 != "/" }), false)
        }
        var text = ""
        var rest = field.dropFirst()
        while let quote = rest.firstIndex(of: "'") {
            text += rest[..<quote]
            rest = rest[rest.index(after: quote)...]
            guard rest.first == "'" else { break }
            text.append("'")
            rest = rest.dropFirst()
        }
        // Spaces at the end of a text do not count.
        return (String(text.reversed().drop { $0 == " " }.reversed()), true)
    }
}

extension String {
    /// Without the `&` that says that the text goes on in the next card.
    fileprivate var strippedMark: String { hasSuffix("&") ? String(dropLast()) : self }
}
