/// What is known so far of two tables' differences.
struct TableTally {
    private typealias Degrees = (rightAscension: Double, declination: Double)

    private let columns: [ColumnPair]
    private let sky: (old: [Degrees?], new: [Degrees?])?
    private let rules: FileRules
    private let limits: ComparisonLimits
    private var tallies: [ColumnTally]
    private var counts: [TableComparison.Change: Int] = [:]
    private var matched = 0
    private var separations: [Double] = []
    private var rows: [TableComparison.RowDifference] = []
    private var crossingCount = 0
    private var crossings: [TableComparison.Crossing] = []
    private var marks: [TableComparison.Mark] = []

    init(
        columns: [ColumnPair],
        sky: (
            old: [(rightAscension: Double, declination: Double)?], new: [(rightAscension: Double, declination: Double)?]
        )?,
        rules: FileRules,
        limits: ComparisonLimits
    ) {
        self.columns = columns
        self.sky = sky
        self.rules = rules
        self.limits = limits
        tallies = Array(repeating: ColumnTally(), count: columns.count)
    }

    /// Compares two rows that are the same one.
    mutating func add(_ pair: RowMatch.Pair) {
        matched += 1
        var cells: [TableComparison.CellDifference] = []
        for (index, column) in columns.enumerated() {
            if let difference = tallies[index].add(column, pair.old, pair.new) { cells.append(difference) }
            noteCrossing(column, pair)
        }
        let separation = pair.separation ?? separation(pair)
        if let separation { separations.append(separation) }
        let hasMoved = (separation ?? 0) > rules.positionTolerance || hasLostPosition(pair)
        if hasMoved { counts[.moved, default: 0] += 1 }
        if !cells.isEmpty { counts[.changed, default: 0] += 1 }
        let change: TableComparison.Change = hasMoved ? .moved : cells.isEmpty ? .same : .changed
        if change == .same { counts[.same, default: 0] += 1 }
        mark(sky?.new[pair.new], change)
        guard change != .same, rows.count < limits.details else { return }
        rows.append(
            TableComparison.RowDifference(
                change: change,
                oldRow: pair.old + 1,
                newRow: pair.new + 1,
                label: label(sky?.old[pair.old], []),
                separation: separation,
                cells: Array(cells.prefix(limits.details))
            )
        )
    }

    /// Notes the rows that stand on one side only, and those that could not be told apart.
    mutating func add(rest match: RowMatch, keys: [ColumnPair]) {
        for row in match.removed { add(.removed, old: row, label: keys.map { $0.old[row] }) }
        for row in match.added { add(.added, new: row, label: keys.map { $0.new[row] }) }
        for row in match.ambiguousOld { add(.ambiguous, old: row, label: keys.map { $0.old[row] }) }
        for row in match.ambiguousNew { add(.ambiguous, new: row, label: keys.map { $0.new[row] }) }
    }

    private mutating func add(_ change: TableComparison.Change, old: Int? = nil, new: Int? = nil, label keys: [Cell]) {
        counts[change, default: 0] += 1
        let place = old.flatMap { sky?.old[$0] } ?? new.flatMap { sky?.new[$0] }
        mark(place, change)
        guard rows.count < limits.details else { return }
        rows.append(
            TableComparison.RowDifference(
                change: change,
                oldRow: old.map { $0 + 1 },
                newRow: new.map { $0 + 1 },
                label: label(place, keys),
                separation: nil,
                cells: []
            )
        )
    }

    func finish(_ result: inout TableComparison) {
        result.matched = matched
        result.same = counts[.same] ?? 0
        result.changed = counts[.changed] ?? 0
        result.moved = counts[.moved] ?? 0
        result.added = counts[.added] ?? 0
        result.removed = counts[.removed] ?? 0
        result.ambiguous = counts[.ambiguous] ?? 0
        result.columns = zip(columns, tallies).compactMap { $1.difference($0.name) }
        result.separations = Quantiles(separations)
        result.rows = rows
        result.crossingCount = crossingCount
        result.crossings = crossings
        result.marks = marks
    }

    private mutating func noteCrossing(_ column: ColumnPair, _ pair: RowMatch.Pair) {
        guard let threshold = column.threshold, let old = column.old[pair.old].number,
            let new = column.new[pair.new].number, (old >= threshold) != (new >= threshold)
        else { return }
        crossingCount += 1
        guard crossings.count < limits.details else { return }
        crossings.append(
            TableComparison.Crossing(
                column: column.name,
                threshold: threshold,
                oldRow: pair.old + 1,
                old: old,
                new: new
            )
        )
    }

    private func separation(_ pair: RowMatch.Pair) -> Double? {
        guard let sky, let old = sky.old[pair.old].flatMap(SkyPosition.init),
            let new = sky.new[pair.new].flatMap(SkyPosition.init)
        else { return nil }
        return old.separation(to: new)
    }

    /// Whether a row found by its key has a position on one side only.
    private func hasLostPosition(_ pair: RowMatch.Pair) -> Bool {
        guard let sky else { return false }
        return (sky.old[pair.old].flatMap(SkyPosition.init) == nil)
            != (sky.new[pair.new].flatMap(SkyPosition.init) == nil)
    }

    private mutating func mark(
        _ place: (rightAscension: Double, declination: Double)??,
        _ change: TableComparison.Change
    ) {
        guard case let place?? = place, place.rightAscension.isFinite, place.declination.isFinite else { return }
        marks.append(
            TableComparison.Mark(
                rightAscension: place.rightAscension,
                declination: place.declination,
                change: change
            )
        )
    }

    private func label(_ place: (rightAscension: Double, declination: Double)??, _ keys: [Cell]) -> String {
        if !keys.isEmpty { return keys.map(\.description).joined(separator: ", ") }
        guard case let place?? = place else { return "" }
        return "RA \(Decimals.text(place.rightAscension, 6)), Dec \(Decimals.text(place.declination, 6))"
    }
}

extension SkyPosition {
    init?(_ place: (rightAscension: Double, declination: Double)) {
        self.init(rightAscension: place.rightAscension, declination: place.declination)
    }
}
