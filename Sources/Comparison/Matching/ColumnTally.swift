/// What is known so far of one column's differences.
struct ColumnTally {
    private var compared = 0
    private var differing = 0
    private var nanMismatches = 0
    private var sizes: [Double] = []
    private var worst: (size: Double, row: Int, difference: TableComparison.CellDifference)?

    /// Compares the values of two rows; returns the difference when it is beyond the tolerance.
    mutating func add(_ column: ColumnPair, _ old: Int, _ new: Int) -> TableComparison.CellDifference? {
        compared += 1
        let (differs, delta) = column.compare(old, new)
        if let delta, delta != 0 { sizes.append(abs(delta)) }
        if column.isNaNMismatch(old, new) { nanMismatches += 1 }
        guard differs || (delta ?? 0) != 0 else { return nil }
        let difference = TableComparison.CellDifference(
            column: column.name,
            old: column.old[old],
            new: column.new[new],
            delta: delta
        )
        // A difference without a size, such as of texts, is the worst until one with a size comes.
        let size = delta.map(abs) ?? -1
        if size > worst?.size ?? -2 { worst = (size, old + 1, difference) }
        guard differs else { return nil }
        differing += 1
        return difference
    }

    /// The summary; nil when nothing differs at all.
    func difference(_ name: String) -> TableComparison.ColumnDifference? {
        guard differing > 0 || !sizes.isEmpty || nanMismatches > 0 else { return nil }
        let sized = worst.map { $0.size >= 0 } ?? false
        return TableComparison.ColumnDifference(
            name: name,
            compared: compared,
            differing: differing,
            within: max(0, sizes.count - differing),
            nanMismatches: nanMismatches,
            differences: sized ? Quantiles(sizes) : nil,
            worst: worst?.difference,
            worstRow: worst?.row
        )
    }
}
