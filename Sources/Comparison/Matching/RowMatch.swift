/// Which rows of two tables are the same ones.
struct RowMatch {
    struct Pair { let old: Int, new: Int, separation: Double? }

    var matching = TableComparison.Matching.rowNumbers
    var pairs: [Pair] = []
    var removed: [Int] = []
    var added: [Int] = []
    var ambiguousOld: [Int] = []
    var ambiguousNew: [Int] = []

    /// By place in the file.
    init(oldRows: Int, newRows: Int) {
        let count = min(oldRows, newRows)
        pairs = (0..<count).map { Pair(old: $0, new: $0, separation: nil) }
        removed = Array(count..<oldRows)
        added = Array(count..<newRows)
    }

    /// By the values of key columns; a key that stands twice in a table names no row.
    init(keys: [ColumnPair], oldRows: Int, newRows: Int) {
        matching = .keys(keys.map(\.name))
        func places(_ rows: Int, _ cell: (ColumnPair, Int) -> Cell) -> [[Cell]: [Int]] {
            Dictionary(grouping: 0..<rows) { row in keys.map { cell($0, row) } }
        }
        let (old, new) = (places(oldRows) { $0.old[$1] }, places(newRows) { $0.new[$1] })
        for (key, rows) in old {
            let others = new[key] ?? []
            if others.isEmpty {
                removed += rows
            } else if rows.count == 1, others.count == 1 {
                pairs.append(Pair(old: rows[0], new: others[0], separation: nil))
            } else {
                ambiguousOld += rows
                ambiguousNew += others
            }
        }
        for (key, rows) in new where old[key] == nil { added += rows }
        sort()
    }

    /// By place on the sky.
    ///
    /// Rows with the same values throughout are the same rows wherever their neighbours are.
    init(
        columns: [ColumnPair],
        old: [(rightAscension: Double, declination: Double)?],
        new: [(rightAscension: Double, declination: Double)?],
        rules: FileRules,
        pairLimit: Int
    ) throws(ReadingError) {
        let equal = RowMatch.equalRows(columns, oldRows: old.count, newRows: new.count)
        let (settledOld, settledNew) = (Set(equal.map(\.old)), Set(equal.map(\.new)))
        func positions(_ degrees: [(rightAscension: Double, declination: Double)?], _ settled: Set<Int>)
            -> [SkyPosition?]
        {
            degrees.enumerated().map { row, place in
                guard let place, !settled.contains(row) else { return nil }
                return SkyPosition(rightAscension: place.rightAscension, declination: place.declination)
            }
        }
        let match = try SkyMatch(
            old: positions(old, settledOld),
            new: positions(new, settledNew),
            radius: rules.matchRadius,
            inPlace: rules.positionTolerance,
            pairLimit: pairLimit
        )
        pairs = equal + match.pairs.map { Pair(old: $0.old, new: $0.new, separation: $0.separation) }
        removed = match.removed.filter { !settledOld.contains($0) }
        added = match.added.filter { !settledNew.contains($0) }
        ambiguousOld = match.ambiguousOld
        ambiguousNew = match.ambiguousNew
        sort()
    }

    private static func equalRows(_ columns: [ColumnPair], oldRows: Int, newRows: Int) -> [Pair] {
        var places = Dictionary(grouping: (0..<newRows).reversed()) { row in columns.map { $0.new[row] } }
        return (0..<oldRows).compactMap { row in
            places[columns.map { $0.old[row] }]?.popLast().map { Pair(old: row, new: $0, separation: 0) }
        }
    }

    /// Into the order of the files, so that the answer is the same every time.
    private mutating func sort() {
        pairs.sort { $0.old < $1.old }
        removed.sort()
        added.sort()
        ambiguousOld.sort()
        ambiguousNew.sort()
    }
}
