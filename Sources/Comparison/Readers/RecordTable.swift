internal import Documents

/// A list of flat JSON objects read as a table: one column for each member.
enum RecordTable {
    /// The table; nil when the value is no such list.
    static func table(_ value: JSONValue?, limits: ComparisonLimits) -> Table? {
        guard case .array(let elements) = value else { return nil }
        var names: Set<String> = []
        for element in elements {
            guard case .object(let members) = element, members.values.allSatisfy(isFlat) else { return nil }
            names.formUnion(members.keys)
            guard names.count <= limits.columns, names.count * elements.count <= limits.values else { return nil }
        }
        let columns = names.sorted().map { name in
            Column(name, cells: elements.map { cell($0[name]) })
        }
        return Table(columns: columns, rowCount: elements.count)
    }

    private static func isFlat(_ value: JSONValue) -> Bool {
        switch value {
        case .null, .boolean, .number, .string: true
        case .array(let elements): elements.allSatisfy { if case .number = $0 { true } else { false } }
        case .object: false
        }
    }

    private static func cell(_ value: JSONValue?) -> Cell {
        switch value {
        case nil, .null: .missing
        case .boolean(let flag): .text(flag ? "true" : "false")
        case .number(let text): Int64(text).map(Cell.integer) ?? .real(Double(text) ?? .nan)
        case .string(let text): .text(text)
        case .array(let elements):
            .list(elements.map { if case .number(let text) = $0 { Double(text) ?? .nan } else { .nan } })
        case .object: .missing
        }
    }
}
