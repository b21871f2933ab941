/// Columns of text, each as wide as its widest cell.
struct Table {
    private let header: [String]
    private var rows: [[String]] = []

    /// A table with these column heads.
    init(_ header: String...) {
        self.header = header
    }

    /// Adds a row; a missing value shows as `-`.
    mutating func add(_ cells: String?...) {
        rows.append(cells.map { cell in cell.flatMap { $0.isEmpty ? nil : printable($0) } ?? "-" })
    }

    /// The lines, the cells of a column named `STATE` in their colour.
    func lines(on console: Console) -> [String] {
        let widths = header.indices.map { column in ([header] + rows).map { $0[column].count }.max() ?? 0 }
        let stateColumn = header.firstIndex(of: "STATE")
        return ([header] + rows).enumerated().map { number, cells in
            cells.enumerated().map { column, cell in
                let isLast = column == cells.count - 1
                let padding = isLast ? "" : String(repeating: " ", count: widths[column] - cell.count + 2)
                let isState = column == stateColumn && number > 0
                return (isState ? console.paint(state: cell) : cell) + padding
            }.joined()
        }
    }

    /// Prints the lines.
    func print(on console: Console) throws {
        for line in lines(on: console) { try console.line(line) }
    }
}
