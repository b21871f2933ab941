/// How two tables differ: which rows are the same ones, and what changed in them.
package struct TableComparison: Sendable, Equatable {
    /// How it was told which rows are the same ones.
    package enum Matching: Sendable, Hashable {
        /// Mutual nearest neighbours on the sky; the columns, and the radius in arc seconds.
        case positions(rightAscension: String, declination: String, radius: Double)
        /// The same values in these columns.
        case keys([String])
        /// The same place in the file.
        case rowNumbers
    }

    /// What became of a row.
    package enum Change: String, Sendable, Hashable, CaseIterable {
        case same, changed, moved, added, removed, ambiguous
    }

    /// One value that differs by more than its tolerance.
    package struct CellDifference: Sendable, Hashable {
        /// The column.
        package let column: String
        /// The original's value.
        package let old: Cell
        /// The new value, in the original's unit.
        package let new: Cell
        /// New minus old, for numbers; the largest one, for arrays.
        package let delta: Double?
    }

    /// One row that is not the same.
    package struct RowDifference: Sendable, Hashable {
        /// What became of it; a row that moved and changed is told as moved.
        package let change: Change
        /// Its place in the original, from 1.
        package let oldRow: Int?
        /// Its place in the new table, from 1.
        package let newRow: Int?
        /// What names it: its key or its position.
        package let label: String
        /// How far apart the two positions are, in arc seconds.
        package let separation: Double?
        /// The values that differ.
        package let cells: [CellDifference]
    }

    /// What changed in one column, over all matched rows.
    package struct ColumnDifference: Sendable, Hashable {
        /// The column.
        package let name: String
        /// How many pairs of values were compared.
        package let compared: Int
        /// How many differ by more than the tolerance.
        package let differing: Int
        /// How many differ within it.
        package let within: Int
        /// How many are a number on one side and none on the other.
        package let nanMismatches: Int
        /// Sizes of the differences that are not zero.
        package let differences: Quantiles?
        /// The largest difference.
        package let worst: CellDifference?
        /// The row of the original in which it is, from 1.
        package let worstRow: Int?
    }

    /// A row whose value went from one side of a threshold to the other.
    package struct Crossing: Sendable, Hashable {
        /// The column, and the value that decides.
        package let column: String
        /// The value that decides.
        package let threshold: Double
        /// Its place in the original, from 1.
        package let oldRow: Int
        /// The value before.
        package let old: Double
        /// The value now.
        package let new: Double
    }

    /// A column that cannot be converted: its two units.
    package struct UnitDifference: Sendable, Hashable {
        /// The column.
        package let column: String
        /// The original's unit.
        package let old: String?
        /// The new unit.
        package let new: String?
    }

    /// A row's place on the sky and what became of it, for a picture; in degrees.
    package struct Mark: Sendable, Hashable {
        /// In degrees.
        package let rightAscension: Double
        /// In degrees.
        package let declination: Double
        /// What became of it.
        package let change: Change
    }

    /// How it was told which rows are the same ones.
    package internal(set) var matching = Matching.rowNumbers
    /// Rows of the original.
    package internal(set) var oldRows = 0
    /// Rows of the new table.
    package internal(set) var newRows = 0
    /// Rows found on both sides.
    package internal(set) var matched = 0
    /// Matched rows without any difference beyond the tolerances.
    package internal(set) var same = 0
    /// Matched rows with a value beyond its tolerance.
    package internal(set) var changed = 0
    /// Matched rows farther apart than the tolerance of positions.
    package internal(set) var moved = 0
    /// Rows of the new table only.
    package internal(set) var added = 0
    /// Rows of the original only.
    package internal(set) var removed = 0
    /// Rows, of both sides, with more than one candidate.
    package internal(set) var ambiguous = 0
    /// Columns of the original only.
    package internal(set) var columnsOnlyInOld: [String] = []
    /// Columns of the new table only.
    package internal(set) var columnsOnlyInNew: [String] = []
    /// Columns whose units cannot be converted.
    package internal(set) var unitDifferences: [UnitDifference] = []
    /// Columns with differences, in the order of the original.
    package internal(set) var columns: [ColumnDifference] = []
    /// Distances of matched rows, in arc seconds.
    package internal(set) var separations: Quantiles?
    /// The first rows that are not the same.
    package internal(set) var rows: [RowDifference] = []
    /// How many rows crossed a threshold.
    package internal(set) var crossingCount = 0
    /// The first of them.
    package internal(set) var crossings: [Crossing] = []
    /// Every row's place, when rows have one.
    package internal(set) var marks: [Mark] = []
    /// What one row is, in the plural.
    package internal(set) var rowNoun = "rows"

    /// Whether nothing differs by more than is declared.
    package var isEquivalent: Bool {
        changed + moved + added + removed + ambiguous == 0 && columnsOnlyInOld.isEmpty && columnsOnlyInNew.isEmpty
            && unitDifferences.isEmpty
    }
}
