/// Comma or tab separated values with a line of names (RFC 4180).
package enum DelimitedText {
    /// Reads a table.
    ///
    /// The delimiter is the one of comma, tab, semicolon and bar that stands most often in the line of names. Lines
    /// before it that begin with `#` are comments.
    ///
    /// - Parameters:
    ///   - bytes: the file.
    ///   - limits: the most that is read.
    /// - Returns: the table.
    /// - Throws: ``ReadingError``.
    package static func table(_ bytes: [UInt8], limits: ComparisonLimits) throws(ReadingError) -> Table {
        let start = bodyStart(bytes)
        var records = try Records(bytes, from: start, delimiter: delimiter(bytes, from: start), limits: limits)
        guard let names = try records.next() else {
            throw .malformed(kind: "a table", message: "it has no line of names")
        }
        let texts = try columns(names.map(CellText.trim), &records, limits: limits)
        return Table(
            columns: zip(names, texts).map { name, texts in
                let (cells, type) = CellText.infer(texts)
                return Column(CellText.trim(name), type: type, cells: cells)
            }
        )
    }

    /// The texts of each column, of all records that follow.
    static func columns(_ names: [String], _ records: inout Records, limits: ComparisonLimits)
        throws(ReadingError) -> [[String]]
    {
        guard names.count <= limits.columns else { throw .tooLarge(what: "columns", limit: limits.columns) }
        var columns = [[String]](repeating: [], count: names.count)
        var values = 0
        while let record = try records.next() {
            // An empty line is no record, unless there is one column only.
            if record.count == 1, record[0].isEmpty, names.count > 1 { continue }
            guard record.count == names.count else {
                throw .malformed(
                    kind: "a table",
                    message: "line \(records.line) has \(record.count) values, the names are \(names.count)"
                )
            }
            values += record.count
            guard values <= limits.values else { throw .tooLarge(what: "values", limit: limits.values) }
            for (index, text) in record.enumerated() { columns[index].append(CellText.trim(text)) }
        }
        return columns
    }

    /// Behind the mark of UTF-8 and the comments.
    private static func bodyStart(_ bytes: [UInt8]) -> Int {
        var start = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
        while start < bytes.count, bytes[start] == 0x23 {
            guard let end = bytes[start...].firstIndex(of: 0x0A) else { return bytes.count }
            start = end + 1
        }
        return start
    }

    private static func delimiter(_ bytes: [UInt8], from start: Int) -> UInt8 {
        let line = bytes[start...].prefix { $0 != 0x0A }
        let candidates = Array(",\t;|".utf8)
        let counted = candidates.map { candidate in (candidate, line.count { $0 == candidate }) }
        let best = counted.max { $0.1 < $1.1 }
        // The first of equals: max keeps the last, so ask again.
        return counted.first { $0.1 == best?.1 }?.0 ?? 0x2C
    }
}

/// Records of delimited text, one after the other; quotes as in RFC 4180 §2.
struct Records {
    private let bytes: [UInt8]
    private var position: Int
    private let delimiter: UInt8
    private let limits: ComparisonLimits
    /// The line the last record began on, from 1.
    private(set) var line = 0
    private var nextLine = 1
    private let skipsRepeats: Bool

    /// With `skipsRepeats`, several delimiters in a row are one, as in ECSV with spaces.
    init(_ bytes: [UInt8], from start: Int, delimiter: UInt8, limits: ComparisonLimits, skipsRepeats: Bool = false)
        throws(ReadingError)
    {
        self.bytes = bytes
        self.position = start
        self.delimiter = delimiter
        self.limits = limits
        self.skipsRepeats = skipsRepeats
        nextLine += bytes[..<start].count { $0 == 0x0A }
    }

    /// The next record; nil at the end.
    mutating func next() throws(ReadingError) -> [String]? {
        guard position < bytes.count else { return nil }
        line = nextLine
        nextLine += 1
        var record: [String] = []
        while true {
            if skipsRepeats { while position < bytes.count, bytes[position] == delimiter { position += 1 } }
            record.append(try value())
            guard record.count <= limits.columns else { throw .tooLarge(what: "columns", limit: limits.columns) }
            guard position < bytes.count else { return record }
            let end = bytes[position]
            position += 1
            if end == delimiter { continue }
            return record
        }
    }

    /// One value; `position` is left at the delimiter or line feed behind it.
    private mutating func value() throws(ReadingError) -> String {
        if position < bytes.count, bytes[position] == 0x22 { return try quoted() }
        let start = position
        while position < bytes.count, bytes[position] != delimiter, bytes[position] != 0x0A { position += 1 }
        return try text(bytes[start..<position])
    }

    private mutating func quoted() throws(ReadingError) -> String {
        position += 1
        var content: [UInt8] = []
        while position < bytes.count {
            let byte = bytes[position]
            position += 1
            if byte == 0x0A { nextLine += 1 }
            guard byte == 0x22 else {
                content.append(byte)
                continue
            }
            guard position < bytes.count, bytes[position] == 0x22 else {
                while position < bytes.count, bytes[position] != delimiter, bytes[position] != 0x0A { position += 1 }
                return try text(content[...])
            }
            content.append(0x22)
            position += 1
        }
        throw .malformed(kind: "a table", message: "the quote in line \(line) is not closed")
    }

    private func text(_ bytes: ArraySlice<UInt8>) throws(ReadingError) -> String {
        let body = bytes.last == 0x0D ? bytes.dropLast() : bytes
        guard let text = String(validating: body, as: UTF8.self) else {
            throw .malformed(kind: "a table", message: "line \(line) is not UTF-8")
        }
        return text
    }
}
