internal import Documents

/// Enhanced Character Separated Values 1.0 (Astropy Proposal for Enhancement 6): a YAML header in `#` lines, then CSV.
package enum ECSV {
    /// Reads a table.
    ///
    /// - Parameters:
    ///   - bytes: the file.
    ///   - limits: the most that is read.
    /// - Returns: the table.
    /// - Throws: ``ReadingError``.
    package static func table(_ bytes: [UInt8], limits: ComparisonLimits) throws(ReadingError) -> Table {
        let (header, start) = try header(bytes)
        guard case .array(let declared) = header["datatype"], !declared.isEmpty else {
            throw .malformed(kind: "ECSV", message: "its header has no list 'datatype'")
        }
        let delimiter = header["delimiter"]?.stringValue?.utf8.first ?? 0x20
        var records = try Records(
            bytes,
            from: start,
            delimiter: delimiter,
            limits: limits,
            skipsRepeats: delimiter == 0x20
        )
        let names = try records.next() ?? []
        guard names == declared.map({ $0["name"].map(word) ?? "" }) else {
            throw .malformed(kind: "ECSV", message: "the line of names is not that of the header")
        }
        let texts = try DelimitedText.columns(names, &records, limits: limits)
        var columns: [Column] = []
        for (declaration, texts) in zip(declared, texts) { columns.append(try column(declaration, texts)) }
        return Table(columns: columns)
    }

    /// The YAML of the header, and where the lines of values begin.
    private static func header(_ bytes: [UInt8]) throws(ReadingError) -> (JSONValue, Int) {
        var yaml: [UInt8] = []
        var start = 0
        while start < bytes.count, bytes[start] == 0x23 {
            let end = bytes[start...].firstIndex(of: 0x0A) ?? bytes.count
            let line = bytes[start + 1..<end]
            let body = line.first == 0x20 ? line.dropFirst() : line
            if !body.starts(with: Array("%ECSV".utf8)) { yaml += body + [0x0A] }
            start = min(end + 1, bytes.count)
        }
        guard yaml.count <= 4 << 20 else { throw .tooLarge(what: "bytes of header", limit: 4 << 20) }
        guard let text = String(validating: yaml, as: UTF8.self) else {
            throw .malformed(kind: "ECSV", message: "its header is not UTF-8")
        }
        do {
            return (try Document(yaml: text).value, start)
        } catch {
            throw .malformed(kind: "ECSV", message: "its header: \(error)")
        }
    }

    private static func word(_ value: JSONValue) -> String {
        switch value {
        case .string(let text), .number(let text): text
        case .boolean(let flag): flag ? "true" : "false"
        case .null, .array, .object: ""
        }
    }

    private static func column(_ declaration: JSONValue, _ texts: [String]) throws(ReadingError) -> Column {
        let name = declaration["name"].map(word) ?? ""
        let type = declaration["datatype"]?.stringValue ?? "string"
        let isList = declaration["subtype"]?.stringValue?.contains("[") ?? false
        var cells: [Cell] = []
        cells.reserveCapacity(texts.count)
        for text in texts {
            guard let cell = isList ? list(text) : cell(text, type) else {
                throw .malformed(kind: "ECSV", message: "'\(text.prefix(40))' in column \(name) is no \(type)")
            }
            cells.append(cell)
        }
        // UCDs have no place of their own in ECSV; astropy writes them into the column's meta.
        let descriptor = declaration["meta"].flatMap(Self.descriptor) ?? declaration["ucd"]?.stringValue
        return Column(name, unit: declaration["unit"].map(word), type: type, descriptor: descriptor, cells: cells)
    }

    /// The UCD in a map, or in an ordered map, which is a list of maps with one key each.
    private static func descriptor(_ meta: JSONValue) -> String? {
        meta["ucd"]?.stringValue ?? meta.arrayValue?.lazy.compactMap { $0["ucd"]?.stringValue }.first
    }

    private static func cell(_ text: String, _ type: String) -> Cell? {
        if text.isEmpty { return .missing }
        if type.hasPrefix("float") { return CellText.real(text) }
        if type.hasPrefix("int") || type.hasPrefix("uint") {
            return Int64(text).map(Cell.integer) ?? UInt64(text).map(BigEndian.cell)
        }
        return .text(type == "bool" ? text.lowercased() : text)
    }

    private static func list(_ text: String) -> Cell? {
        if text.isEmpty { return .missing }
        guard let value = try? JSONValue(json: text.replacing("NaN", with: "null").utf8) else { return .text(text) }
        var numbers: [Double] = []
        func flatten(_ value: JSONValue) -> Bool {
            switch value {
            case .array(let elements): return elements.allSatisfy(flatten)
            case .number(let text): numbers.append(Double(text) ?? .nan)
            case .null: numbers.append(.nan)
            case .string, .boolean, .object: return false
            }
            return true
        }
        return flatten(value) ? .list(numbers) : .text(text)
    }
}
