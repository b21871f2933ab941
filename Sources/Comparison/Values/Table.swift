/// A column of a table: what it means, and its values.
package struct Column: Sendable, Equatable {
    /// Its name, as written.
    package let name: String
    /// Its unit, as written; nil when none is declared.
    package var unit: String?
    /// Its type, in the words of its format, such as `double`, `float64` or `1D`.
    package let type: String?
    /// Its Unified Content Descriptor (IVOA UCD1+), such as `pos.eq.ra;meta.main`.
    package let descriptor: String?
    /// One value for each row.
    package var cells: [Cell]

    /// A column.
    ///
    /// - Parameters:
    ///   - name: its name.
    ///   - unit: its unit.
    ///   - type: its type, in the words of its format.
    ///   - descriptor: its UCD.
    ///   - cells: its values.
    package init(
        _ name: String,
        unit: String? = nil,
        type: String? = nil,
        descriptor: String? = nil,
        cells: [Cell] = []
    ) {
        self.name = name
        self.unit = unit
        self.type = type
        self.descriptor = descriptor
        self.cells = cells
    }
}

/// Rows and columns, whatever format they came from.
package struct Table: Sendable, Equatable {
    /// The columns, in the order of the file; all have the same number of values.
    package let columns: [Column]
    /// How many rows there are.
    package let rowCount: Int

    /// A table.
    ///
    /// - Parameters:
    ///   - columns: its columns; shorter ones are filled up with missing values.
    ///   - rowCount: how many rows it has; nil for the length of its longest column.
    package init(columns: [Column], rowCount: Int? = nil) {
        let count = rowCount ?? columns.map(\.cells.count).max() ?? 0
        self.rowCount = count
        self.columns = columns.map { column in
            guard column.cells.count != count else { return column }
            var filled = column
            filled.cells = Array(column.cells.prefix(count))
            filled.cells += Array(repeating: .missing, count: count - filled.cells.count)
            return filled
        }
    }

    /// The column of that name, or the one whose name differs in case only.
    package subscript(_ name: String) -> Column? {
        columns.first { $0.name == name } ?? columns.first { $0.name.lowercased() == name.lowercased() }
    }
}
