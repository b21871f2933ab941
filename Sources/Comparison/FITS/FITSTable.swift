/// Binary tables (FITS 4.0 §7.3).
enum FITSTable {
    /// A column as the header declares it.
    struct Field {
        let name: String
        let unit: String?
        let descriptor: String?
        let format: String
        let count: Int
        let code: Character
        /// The type of the elements of an array that stands in the heap.
        let elementCode: Character
        let scale: Double
        let zero: Double
        let null: Int64?

        /// Bytes in one row.
        var width: Int { code == "X" ? (count + 7) / 8 : count * (FITSTable.sizes[code] ?? 0) }
    }

    /// Bytes of one element; P and Q are descriptors of arrays in the heap.
    static let sizes: [Character: Int] = [
        "L": 1, "X": 0, "B": 1, "I": 2, "J": 4, "K": 8, "A": 1, "E": 4, "D": 8, "C": 8, "M": 16, "P": 8, "Q": 16,
    ]

    static func read(_ header: FITSHeader, _ bytes: [UInt8], _ range: Range<Int>, limits: ComparisonLimits)
        throws(ReadingError) -> Table
    {
        let axes = try FITSFile.axes(header)
        guard axes.count == 2, let count = header.integer("TFIELDS"), (0...999).contains(count) else {
            throw .malformed(kind: "FITS", message: "a table has no two axes or no TFIELDS")
        }
        var fields: [Field] = []
        for index in 0..<count { fields.append(try field(header, index + 1)) }
        guard fields.reduce(0, { $0 + $1.width }) == axes[0] else {
            throw .malformed(kind: "FITS", message: "the columns of a table are not as wide as its rows")
        }
        let values = fields.reduce(0) { $0 + max(1, $1.count) }.multipliedReportingOverflow(by: axes[1])
        guard !values.overflow, values.partialValue <= limits.values else {
            throw .tooLarge(what: "values", limit: limits.values)
        }
        // Rows without columns are nothing, however many the header promises.
        if fields.isEmpty { return Table(columns: []) }
        let heap = header.integer("THEAP") ?? axes[0] * axes[1]
        guard (0...range.count).contains(heap) else {
            throw .malformed(kind: "FITS", message: "THEAP is wrong")
        }
        var reading = FITSTableReading(
            bytes: bytes,
            heap: range.lowerBound + heap,
            end: range.upperBound,
            limits: limits
        )
        var cells = [[Cell]](repeating: [], count: fields.count)
        var reader = BigEndian(bytes, from: range.lowerBound, to: range.upperBound)
        for _ in 0..<axes[1] {
            for (index, field) in fields.enumerated() { cells[index].append(try reading.cell(field, &reader)) }
        }
        let columns = zip(fields, cells).map { field, cells in
            Column(field.name, unit: field.unit, type: field.format, descriptor: field.descriptor, cells: cells)
        }
        return Table(columns: columns, rowCount: axes[1])
    }

    private static func field(_ header: FITSHeader, _ number: Int) throws(ReadingError) -> Field {
        let format = header.text("TFORM\(number)") ?? ""
        let digits = format.prefix { $0.isASCII && $0.isNumber }
        let rest = format.dropFirst(digits.count)
        guard let code = rest.first, sizes[code] != nil, let count = digits.isEmpty ? 1 : Int(digits),
            count <= 1 << 24
        else { throw .malformed(kind: "FITS", message: "TFORM\(number) '\(format)' is wrong") }
        let element = rest.dropFirst().first ?? "B"
        guard code != "P" && code != "Q" || (sizes[element] != nil && element != "P" && element != "Q") else {
            throw .malformed(kind: "FITS", message: "TFORM\(number) '\(format)' is wrong")
        }
        return Field(
            name: header.text("TTYPE\(number)") ?? "col\(number)",
            unit: header.text("TUNIT\(number)"),
            descriptor: header.text("TUCD\(number)"),
            format: format,
            count: count,
            code: code,
            elementCode: element,
            scale: header["TSCAL\(number)"]?.number ?? 1,
            zero: header["TZERO\(number)"]?.number ?? 0,
            null: header.integer("TNULL\(number)").map(Int64.init)
        )
    }
}

/// Reads the cells of one table; counts what its heap gives.
struct FITSTableReading {
    let bytes: [UInt8]
    let heap: Int
    let end: Int
    let limits: ComparisonLimits
    private var heapValues = 0

    init(bytes: [UInt8], heap: Int, end: Int, limits: ComparisonLimits) {
        self.bytes = bytes
        self.heap = heap
        self.end = end
        self.limits = limits
    }

    mutating func cell(_ field: FITSTable.Field, _ reader: inout BigEndian) throws(ReadingError) -> Cell {
        switch field.code {
        case "P", "Q":
            guard field.count > 0 else { return .missing }
            let size = field.code == "P" ? 4 : 8
            let (count, offset) = (reader.signed(size) ?? 0, reader.signed(size) ?? 0)
            return try array(field, Int(count), Int(offset))
        default: return value(field, field.code, field.count, &reader)
        }
    }

    private mutating func array(_ field: FITSTable.Field, _ count: Int, _ offset: Int) throws(ReadingError) -> Cell {
        guard count >= 0, offset >= 0, count <= limits.values, offset <= bytes.count, heap >= 0, heap <= end,
            heap + offset + count * (FITSTable.sizes[field.elementCode] ?? 1) <= end
        else { throw .malformed(kind: "FITS", message: "an array of \(field.name) is not in the heap") }
        heapValues += count
        guard heapValues <= limits.values else { throw .tooLarge(what: "values", limit: limits.values) }
        var reader = BigEndian(bytes, from: heap + offset, to: end)
        let cell = value(field, field.elementCode, count, &reader)
        // An array of one is an array.
        return count == 1 ? cell.number.map { .list([$0]) } ?? cell : cell
    }

    private func value(_ field: FITSTable.Field, _ code: Character, _ count: Int, _ reader: inout BigEndian) -> Cell {
        switch code {
        case "A":
            let text = String(decoding: (reader.take(count) ?? []).prefix { $0 != 0 }, as: UTF8.self)
            let trimmed = String(text.reversed().drop { $0 == " " }.reversed())
            return trimmed.isEmpty ? .missing : .text(trimmed)
        case "X":
            let bits = reader.take((count + 7) / 8) ?? []
            return .text(bits.map { String($0, radix: 2) }.joined(separator: " "))
        case "L":
            let words = (reader.take(count) ?? []).map { $0 == 0x54 ? "true" : $0 == 0x46 ? "false" : "" }
            if count == 1 { return words.first == "" ? .missing : .text(words.first ?? "") }
            return .text(words.joined(separator: " "))
        case "C", "M": return .list((0..<count * 2).map { _ in reader.real(code == "C" ? 4 : 8) ?? .nan })
        default:
            if count == 1 { return number(field, code, &reader) }
            if count == 0 { return .missing }
            return .list((0..<count).map { _ in number(field, code, &reader).number ?? .nan })
        }
    }

    private func number(_ field: FITSTable.Field, _ code: Character, _ reader: inout BigEndian) -> Cell {
        if code == "E" || code == "D" {
            return .real(field.zero + field.scale * (reader.real(code == "E" ? 4 : 8) ?? .nan))
        }
        let sizes: [Character: Int] = ["B": 1, "I": 2, "J": 4, "K": 8]
        let size = sizes[code] ?? 1
        let stored = (size == 1 ? reader.unsigned(1).map(Int64.init) : reader.signed(size)) ?? 0
        if stored == field.null { return .missing }
        if field.scale == 1, field.zero == 0 { return .integer(stored) }
        // The usual offset makes numbers without sign (FITS 4.0 §5.2.5); those stay whole.
        if field.scale == 1, field.zero == 9_223_372_036_854_775_808 {
            return BigEndian.cell(UInt64(bitPattern: stored) ^ (1 << 63))
        }
        if field.scale == 1, let zero = Int64(exactly: field.zero) {
            let (sum, overflows) = stored.addingReportingOverflow(zero)
            if !overflows { return .integer(sum) }
        }
        return .real(field.zero + field.scale * Double(stored))
    }
}
