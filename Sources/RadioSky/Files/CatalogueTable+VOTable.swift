extension CatalogueTable {
    /// The table as VOTable 1.4 with TABLEDATA (IVOA Recommendation 2019-10-21).
    ///
    /// - Returns: the file.
    package func voTable() -> [UInt8] {
        var lines = [
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>",
            "<VOTABLE version=\"1.4\" xmlns=\"http://www.ivoa.net/xml/VOTable/v1.3\">",
            "<RESOURCE type=\"results\">",
            "<COOSYS ID=\"icrs\" system=\"ICRS\"/>",
            "<TABLE ID=\"\(name)\" name=\"\(name)\" nrows=\"\(rows)\">",
            "<DESCRIPTION>\(Self.escaped(description))</DESCRIPTION>",
        ]
        lines += columns.flatMap(Self.field)
        lines += remarks.map { remark in
            "<PARAM name=\"\(remark.key)\" datatype=\"char\" arraysize=\"*\" value=\"\(Self.escaped(remark.value))\"/>"
        }
        lines += ["<DATA>", "<TABLEDATA>"]
        let cells = columns.map { Self.cells($0.values) }
        for row in 0..<rows { lines.append("<TR>" + cells.map { "<TD>\($0[row])</TD>" }.joined() + "</TR>") }
        lines += ["</TABLEDATA>", "</DATA>", "</TABLE>", "</RESOURCE>", "</VOTABLE>", ""]
        return Array(lines.joined(separator: "\n").utf8)
    }

    private static func field(_ column: Column) -> [String] {
        var attributes = ["ID=\"\(column.name)\"", "name=\"\(column.name)\"", "ucd=\"\(column.meaning)\""]
        switch column.values {
        case .texts: attributes += ["datatype=\"char\"", "arraysize=\"*\""]
        case .numbers: attributes.append("datatype=\"double\"")
        }
        if !column.unit.isEmpty { attributes.append("unit=\"\(column.unit)\"") }
        if column.meaning.hasPrefix("pos.eq") { attributes.append("ref=\"icrs\"") }
        return [
            "<FIELD \(attributes.joined(separator: " "))>",
            "<DESCRIPTION>\(escaped(column.description))</DESCRIPTION>", "</FIELD>",
        ]
    }

    private static func cells(_ values: Values) -> [String] {
        switch values {
        case .texts(let texts): texts.map(escaped)
        case .numbers(let numbers): numbers.map { $0.isFinite ? "\($0)" : "NaN" }
        }
    }

    /// Text for XML 1.0, of the characters that it allows; the type `char` is ASCII.
    private static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case " "..."~": result.unicodeScalars.append(scalar)
            default: result += "?"
            }
        }
        return result
    }
}
