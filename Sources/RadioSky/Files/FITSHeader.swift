/// The header of a FITS file, card by card (FITS Standard 4.0, §4).
struct FITSHeader {
    /// Cards of 80 characters each.
    private var cards: [[UInt8]] = []

    private mutating func add(_ text: String, _ comment: String) {
        var card = Array(text.utf8)
        if !comment.isEmpty { card += Array(" / \(Self.ascii(comment))".utf8) }
        cards.append(Array((card + [UInt8](repeating: 32, count: 80)).prefix(80)))
    }

    /// The keyword in eight characters, the value indicator, the value.
    private static func card(_ keyword: String, _ value: String) -> String {
        keyword + String(repeating: " ", count: max(0, 8 - keyword.count)) + "= " + value
    }

    private static func right(_ text: String) -> String {
        String(repeating: " ", count: max(0, 20 - text.count)) + text
    }

    mutating func add(_ keyword: String, _ value: Bool, _ comment: String = "") {
        add(Self.card(keyword, Self.right(value ? "T" : "F")), comment)
    }

    mutating func add(_ keyword: String, _ value: Int, _ comment: String = "") {
        add(Self.card(keyword, Self.right("\(value)")), comment)
    }

    /// A real number, with a point and a capital E (§4.2.4).
    mutating func add(_ keyword: String, _ value: Double, _ comment: String = "") {
        var text = "\(value)".uppercased()
        if let exponent = text.firstIndex(of: "E"), !text[..<exponent].contains(".") {
            text.insert(contentsOf: ".0", at: exponent)
        }
        add(Self.card(keyword, Self.right(text)), comment)
    }

    /// A text of at most 68 characters, quotes counted twice; what is longer is cut (§4.2.1).
    mutating func add(_ keyword: String, _ value: String, _ comment: String = "") {
        var text = ""
        for character in Self.ascii(value) {
            let next = character == "'" ? "''" : "\(character)"
            guard text.count + next.count <= 68 else { break }
            text += next
        }
        // Eight characters at least; comments begin in the same column as those of numbers.
        let quoted = "'" + text + String(repeating: " ", count: max(0, 8 - text.count)) + "'"
        add(Self.card(keyword, quoted + String(repeating: " ", count: max(0, 20 - quoted.count))), comment)
    }

    /// Free text, in as many cards as it takes (§4.4.2.4).
    mutating func addHistory(_ text: String) {
        var rest = Substring(Self.ascii(text))
        repeat {
            add("HISTORY \(rest.prefix(72))", "")
            rest = rest.dropFirst(72)
        } while !rest.isEmpty
    }

    /// Characters that a header may have (§4.1.2.1); others become question marks.
    static func ascii(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.map { (" "..."~").contains($0) ? $0 : "?" }))
    }

    /// The header with END, filled with spaces to a multiple of 2,880 bytes.
    var bytes: [UInt8] {
        var bytes = cards.flatMap { $0 } + Array("END".utf8)
        bytes += [UInt8](repeating: 32, count: (2880 - bytes.count % 2880) % 2880)
        return bytes
    }
}
