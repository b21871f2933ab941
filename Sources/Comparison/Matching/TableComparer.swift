/// Compares two tables by their rules.
package struct TableComparer {
    private let rules: FileRules
    private let limits: ComparisonLimits

    /// A comparer.
    ///
    /// - Parameters:
    ///   - rules: what counts as the same.
    ///   - limits: how much is looked at and told.
    package init(rules: FileRules, limits: ComparisonLimits = ComparisonLimits()) {
        self.rules = rules
        self.limits = limits
    }

    /// Compares two tables.
    ///
    /// - Parameters:
    ///   - old: the original.
    ///   - new: the other one.
    /// - Returns: what differs.
    /// - Throws: ``ReadingError/tooLarge(what:limit:)`` when too many rows are near one another.
    package func compare(_ old: Table, _ new: Table) throws(ReadingError) -> TableComparison {
        var result = TableComparison()
        (result.oldRows, result.newRows, result.rowNoun) = (old.rowCount, new.rowCount, rules.rowNoun)
        let pairs = columnPairs(old, new, &result)
        result.unitDifferences = pairs.compactMap(\.unitDifference)
        let places = positions(old, new)
        let match = try rowMatch(pairs, old, new, places)
        result.matching = match.matching
        let positionNames = places.map { [$0.old.rightAscension.name, $0.old.declination.name] } ?? []
        // Positions have a tolerance of their own.
        let judged = pairs.filter { !positionNames.contains($0.name) }
        let sky = places.map { (old: $0.old.degrees(), new: $0.new.degrees()) }
        var tally = TableTally(columns: judged, sky: sky, rules: rules, limits: limits)
        for pair in match.pairs { tally.add(pair) }
        tally.add(rest: match, keys: pairs.filter { rules.keyColumns.contains($0.name) })
        tally.finish(&result)
        return result
    }

    /// The columns of both, and the names of those of one only.
    private func columnPairs(_ old: Table, _ new: Table, _ result: inout TableComparison) -> [ColumnPair] {
        let newNames = Dictionary(new.columns.map { ($0.name, $0) }) { first, _ in first }
        let oldNames = Set(old.columns.map(\.name))
        let kept = old.columns.filter { !rules.ignores($0.name) }
        result.columnsOnlyInOld = kept.map(\.name).filter { newNames[$0] == nil }
        result.columnsOnlyInNew = new.columns.map(\.name).filter { !oldNames.contains($0) && !rules.ignores($0) }
        return kept.compactMap { column in newNames[column.name].map { ColumnPair(column, $0, rules: rules) } }
    }

    private func positions(_ old: Table, _ new: Table) -> (old: PositionColumns, new: PositionColumns)? {
        guard let first = PositionColumns(old, declared: rules.positionColumns),
            let second = PositionColumns(new, declared: rules.positionColumns)
        else { return nil }
        return (first, second)
    }

    private func rowMatch(
        _ pairs: [ColumnPair],
        _ old: Table,
        _ new: Table,
        _ places: (old: PositionColumns, new: PositionColumns)?
    ) throws(ReadingError) -> RowMatch {
        let keys = pairs.filter { rules.keyColumns.contains($0.name) }
        if !keys.isEmpty, keys.count == Set(rules.keyColumns).count {
            return RowMatch(keys: keys, oldRows: old.rowCount, newRows: new.rowCount)
        }
        guard let places else { return RowMatch(oldRows: old.rowCount, newRows: new.rowCount) }
        var match = try RowMatch(
            columns: pairs,
            old: places.old.degrees(),
            new: places.new.degrees(),
            rules: rules,
            pairLimit: limits.pairs
        )
        match.matching = .positions(
            rightAscension: places.old.rightAscension.name,
            declination: places.old.declination.name,
            radius: rules.matchRadius
        )
        return match
    }
}
