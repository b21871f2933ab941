internal import Documents

extension CatalogueTable {
    /// The table as ECSV 1.0 (Astropy Proposal for Enhancement 6), separated by commas.
    ///
    /// - Returns: the file.
    package func ecsv() -> [UInt8] {
        var lines = ["# %ECSV 1.0", "# ---", "# delimiter: ','", "# datatype:"]
        lines += columns.map { column in
            let type = if case .texts = column.values { "string" } else { "float64" }
            let unit = column.unit.isEmpty ? "" : "unit: \(Self.quoted(column.unit)), "
            return
                "# - {name: \(column.name), \(unit)datatype: \(type), description: \(Self.quoted(column.description))}"
        }
        lines += ["# meta: !!omap", "# - {description: \(Self.quoted(description))}"]
        lines += remarks.map { "# - {\($0.key): \(Self.quoted($0.value))}" }
        lines += ["# schema: astropy-2.0", columns.map(\.name).joined(separator: ",")]
        let cells = columns.map { Self.cells($0.values) }
        for row in 0..<rows { lines.append(cells.map { $0[row] }.joined(separator: ",")) }
        lines.append("")
        return Array(lines.joined(separator: "\n").utf8)
    }

    private static func cells(_ values: Values) -> [String] {
        switch values {
        case .texts(let texts): texts.map { "\"\(plain($0).replacing("\"", with: "\"\""))\"" }
        case .numbers(let numbers): numbers.map { $0.isFinite ? "\($0)" : "nan" }
        }
    }

    /// A scalar of YAML in double quotes, which are those of JSON.
    private static func quoted(_ text: String) -> String { JSONValue.string(plain(text)).jsonText }

    /// The same characters as in the VOTable.
    private static func plain(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.map { (" "..."~").contains($0) ? $0 : "?" }))
    }
}
