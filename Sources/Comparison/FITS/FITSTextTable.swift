/// Tables of text (FITS 4.0 §7.2): each column stands at its place in a row.
enum FITSTextTable {
    static func read(_ header: FITSHeader, _ bytes: [UInt8], _ range: Range<Int>, limits: ComparisonLimits)
        throws(ReadingError) -> Table
    {
        let axes = try FITSFile.axes(header)
        guard axes.count == 2, let count = header.integer("TFIELDS"), (0...999).contains(count) else {
            throw .malformed(kind: "FITS", message: "a table has no two axes or no TFIELDS")
        }
        let values = count.multipliedReportingOverflow(by: axes[1])
        guard !values.overflow, values.partialValue <= limits.values else {
            throw .tooLarge(what: "values", limit: limits.values)
        }
        var columns: [Column] = []
        for number in 1...max(1, count) where count > 0 {
            columns.append(try column(header, number, bytes, range.lowerBound, rows: axes[1], width: axes[0]))
        }
        return Table(columns: columns)
    }

    private static func column(
        _ header: FITSHeader,
        _ number: Int,
        _ bytes: [UInt8],
        _ start: Int,
        rows: Int,
        width: Int
    ) throws(ReadingError) -> Column {
        let format = header.text("TFORM\(number)") ?? ""
        let length = Int(format.dropFirst().prefix { $0.isASCII && $0.isNumber }) ?? 0
        guard let place = header.integer("TBCOL\(number)"), (1...max(1, width)).contains(place), length > 0,
            length <= width - place + 1, let code = format.first, "AIFED".contains(code)
        else { throw .malformed(kind: "FITS", message: "TFORM\(number) or TBCOL\(number) is wrong") }
        let null = header.text("TNULL\(number)").map(CellText.trim)
        let (scale, zero) = (header["TSCAL\(number)"]?.number ?? 1, header["TZERO\(number)"]?.number ?? 0)
        let isScaled = scale != 1 || zero != 0
        let cells = (0..<rows).map { row in
            let first = start + row * width + place - 1
            let text = CellText.trim(String(decoding: bytes[first..<first + length], as: UTF8.self))
            if text.isEmpty || text == null { return Cell.missing }
            if code == "A" { return .text(text) }
            if code == "I", !isScaled, let whole = Int64(text) { return .integer(whole) }
            let number = CellText.number(text.replacing("D", with: "E")) ?? Int64(text).map(Double.init)
            return number.map { .real(zero + scale * $0) } ?? .text(text)
        }
        return Column(
            header.text("TTYPE\(number)") ?? "col\(number)",
            unit: header.text("TUNIT\(number)"),
            type: format,
            descriptor: header.text("TUCD\(number)"),
            cells: cells
        )
    }
}
