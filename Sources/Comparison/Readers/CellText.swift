/// Turns the text of values into values, a whole column at a time.
///
/// One value that is no number makes its column a column of texts, so that `007` stays a name.
enum CellText {
    /// The values of a column of unknown type.
    static func infer(_ texts: [String]) -> (cells: [Cell], type: String) {
        if let cells = all(texts, integer) { return (cells, "integer") }
        if let cells = all(texts, real) { return (cells, "real") }
        return (texts.map { $0.isEmpty ? .missing : .text($0) }, "text")
    }

    private static func all(_ texts: [String], _ read: (String) -> Cell?) -> [Cell]? {
        var cells: [Cell] = []
        cells.reserveCapacity(texts.count)
        for text in texts {
            guard let cell = text.isEmpty ? .missing : read(text) else { return nil }
            cells.append(cell)
        }
        return cells
    }

    /// A whole number without needless zeros.
    static func integer(_ text: String) -> Cell? {
        let bytes = text.utf8
        let digits = bytes.first == 45 || bytes.first == 43 ? bytes.dropFirst() : bytes[...]
        guard let first = digits.first, first != 48 || digits.count == 1 else { return nil }
        return Int64(text).map(Cell.integer)
    }

    /// A decimal number, `nan` or `inf`; no hexadecimal, and no spaces.
    static func real(_ text: String) -> Cell? { number(text).map(Cell.real) }

    /// A decimal number, `nan` or `inf`.
    static func number(_ text: String) -> Double? {
        switch text.lowercased() {
        case "nan", "+nan", "-nan": return .nan
        case "inf", "+inf", "infinity", "+infinity": return .infinity
        case "-inf", "-infinity": return -.infinity
        default: break
        }
        let isDecimal = text.utf8.allSatisfy {
            (48...57).contains($0) || $0 == 43 || $0 == 45 || $0 == 46 || $0 == 101 || $0 == 69
        }
        return isDecimal && !isPadded(text) ? Double(text) : nil
    }

    /// Whether it is digits with needless zeros before them: a name, not a number.
    private static func isPadded(_ text: String) -> Bool {
        let digits = text.utf8.drop { $0 == 45 || $0 == 43 }
        return digits.count > 1 && digits.first == 48 && digits.allSatisfy { (48...57).contains($0) }
    }

    /// Takes the spaces off both ends.
    static func trim(_ text: some StringProtocol) -> String {
        func isSpace(_ character: Character) -> Bool { character.isWhitespace }
        guard let first = text.firstIndex(where: { !isSpace($0) }),
            let last = text.lastIndex(where: { !isSpace($0) })
        else { return "" }
        return String(text[first...last])
    }
}
