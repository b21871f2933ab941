/// A FIELD of a VOTable: name, type, shape, and how its values are read.
struct VOTableField {
    let name: String
    let unit: String?
    let descriptor: String?
    let type: String
    /// Values in one cell: one, a fixed number, or as many as are told.
    let shape: Shape
    /// The value that stands for none, as text.
    var null: String?

    enum Shape: Equatable { case one, fixed(Int), variable }

    init(_ attributes: [String: String]) throws(ReadingError) {
        name = attributes["name"] ?? attributes["ID"] ?? ""
        unit = attributes["unit"]
        descriptor = attributes["ucd"]
        type = attributes["datatype"] ?? ""
        guard Self.sizes[type] != nil else {
            throw .malformed(kind: "VOTable", message: "the datatype '\(type.prefix(40))' is unknown")
        }
        shape = try Self.shape(attributes["arraysize"])
    }

    /// `8`, `2x3`, `*`, `16*`, `2x*` (VOTable 1.4 §2.2).
    private static func shape(_ text: String?) throws(ReadingError) -> Shape {
        guard let text, text != "1" else { return .one }
        if text.hasSuffix("*") { return .variable }
        var product = 1
        for part in text.split(separator: "x") {
            let (value, overflows) = product.multipliedReportingOverflow(by: Int(part) ?? -1)
            guard !overflows, value >= 0, value <= 1 << 24 else {
                throw .malformed(kind: "VOTable", message: "the arraysize '\(text.prefix(40))' is wrong")
            }
            product = value
        }
        return .fixed(product)
    }

    /// Bytes of one value (VOTable 1.4 §6); a bit counts as none.
    private static let sizes = [
        "boolean": 1, "bit": 0, "unsignedByte": 1, "short": 2, "int": 4, "long": 8, "char": 1, "unicodeChar": 2,
        "float": 4, "double": 8, "floatComplex": 8, "doubleComplex": 16,
    ]

    // MARK: - TABLEDATA

    /// The value of a TD.
    func cell(text: String) throws(ReadingError) -> Cell {
        if type == "char" || type == "unicodeChar" { return text.isEmpty ? .missing : .text(text) }
        let trimmed = CellText.trim(text)
        if trimmed.isEmpty || trimmed == null { return .missing }
        if type.hasSuffix("Complex") || (shape != .one && type != "bit" && type != "boolean") {
            let numbers = trimmed.split(whereSeparator: \.isWhitespace).map { CellText.number(String($0)) ?? .nan }
            return .list(numbers)
        }
        switch type {
        case "boolean" where shape == .one: return Self.boolean(trimmed.utf8.first ?? 0)
        case "boolean", "bit": return .text(trimmed.filter { !$0.isWhitespace })
        case "float", "double":
            if let cell = CellText.real(trimmed) { return cell }
        default:
            let whole = trimmed.hasPrefix("0x") ? Int64(trimmed.dropFirst(2), radix: 16) : Int64(trimmed)
            if let whole { return .integer(whole) }
        }
        throw .malformed(kind: "VOTable", message: "'\(trimmed.prefix(40))' in \(name) is no \(type)")
    }

    private static func boolean(_ byte: UInt8) -> Cell {
        switch byte {
        case 0x54, 0x74, 0x31: .text("true")
        case 0x46, 0x66, 0x30: .text("false")
        default: .missing
        }
    }

    // MARK: - BINARY and BINARY2

    /// The next value of a stream (VOTable 1.4 §6).
    func cell(_ reader: inout BigEndian) throws(ReadingError) -> Cell {
        guard let cell = binary(&reader) else {
            throw .malformed(kind: "VOTable", message: "the stream ends within \(name)")
        }
        if let null, case .integer(let value) = cell, String(value) == null { return .missing }
        return cell
    }

    private func binary(_ reader: inout BigEndian) -> Cell? {
        var count = 1
        switch shape {
        case .one: break
        case .fixed(let number): count = number
        case .variable:
            guard let told = reader.signed(4), told >= 0 else { return nil }
            count = Int(told)
        }
        let size = Self.sizes[type] ?? 1
        let total = size == 0 ? (count + 7) / 8 : count * size
        guard total <= reader.end - reader.position else { return nil }
        switch type {
        case "char":
            return reader.take(total).map { .text(String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)) }
        case "unicodeChar":
            let units = (0..<count).compactMap { _ in reader.unsigned(2).map(UInt16.init(truncatingIfNeeded:)) }
            return .text(String(decoding: units.prefix { $0 != 0 }, as: UTF16.self))
        case "bit": return reader.take(total).map { bits($0, count) }
        case "boolean" where shape == .one: return reader.unsigned(1).map { Self.boolean(UInt8($0)) }
        case "boolean": return reader.take(total).map { .text(String(decoding: $0, as: UTF8.self)) }
        default: break
        }
        let isComplex = type.hasSuffix("Complex")
        if shape == .one, !isComplex { return number(&reader) }
        let numbers = (0..<(isComplex ? count * 2 : count)).compactMap { _ in number(&reader)?.number }
        return .list(numbers)
    }

    /// Bits, the most significant first; writers differ on where a single one stands.
    private func bits(_ bytes: ArraySlice<UInt8>, _ count: Int) -> Cell {
        if shape == .one { return .text(bytes.contains { $0 != 0 } ? "1" : "0") }
        let digits: [Character] = bytes.flatMap { byte in
            (UInt8(0)..<8).map { place -> Character in byte & (0x80 >> place) == 0 ? "0" : "1" }
        }
        return .text(String(digits.prefix(count)))
    }

    private func number(_ reader: inout BigEndian) -> Cell? {
        switch type {
        case "unsignedByte": reader.unsigned(1).map(BigEndian.cell)
        case "short": reader.signed(2).map(Cell.integer)
        case "int": reader.signed(4).map(Cell.integer)
        case "long": reader.signed(8).map(Cell.integer)
        case "float", "floatComplex": reader.real(4).map(Cell.real)
        default: reader.real(8).map(Cell.real)
        }
    }
}
