/// A column of both tables, in one unit, with the rule for its values.
struct ColumnPair {
    let name: String
    let old: [Cell]
    let new: [Cell]
    /// For real numbers.
    private let tolerance: Tolerance
    /// For whole numbers; nil for none.
    private let integerTolerance: Tolerance?
    private let nanEqual: Bool
    let threshold: Double?
    let unitDifference: TableComparison.UnitDifference?

    /// A conversion is not exact in the last digits.
    private static let conversion = 1e-12

    init(_ old: Column, _ new: Column, rules: FileRules) {
        name = old.name
        nanEqual = rules.nanEqual
        threshold = rules.thresholds[old.name]
        integerTolerance = rules.tolerance(column: old.name)
        let declared = integerTolerance ?? rules.tolerance
        let (oldUnit, newUnit) = (old.unit.flatMap(MeasurementUnit.init), new.unit.flatMap(MeasurementUnit.init))
        let isSame = (old.unit ?? "") == (new.unit ?? "")
        let factor = oldUnit.flatMap { unit in newUnit.flatMap(unit.factor) }
        unitDifference =
            isSame || factor != nil
            ? nil : TableComparison.UnitDifference(column: old.name, old: old.unit, new: new.unit)
        self.old = old.cells
        if !isSame, let factor, factor != 1 {
            tolerance = Tolerance(absolute: declared.absolute, relative: declared.relative + Self.conversion)
            self.new = new.cells.map { $0.scaled(by: factor) }
        } else {
            tolerance = declared
            self.new = new.cells
        }
    }

    /// Whether the values of two rows differ by more than is declared, and by how much.
    func compare(_ oldRow: Int, _ newRow: Int) -> (differs: Bool, delta: Double?) {
        let (old, new) = (old[oldRow], new[newRow])
        switch (old, new) {
        case (.missing, .missing): return (false, nil)
        case (.text(let old), .text(let new)): return (old != new, nil)
        case (.integer(let old), .integer(let new)):
            if old == new { return (false, 0) }
            let delta = Double(new) - Double(old)
            return (!(integerTolerance?.allows(Double(new), for: Double(old), nanEqual: false) ?? false), delta)
        case (.list(let old), .list(let new)):
            guard old.count == new.count else { return (true, nil) }
            let pairs = zip(old, new)
            return (
                !pairs.allSatisfy { tolerance.allows($1, for: $0, nanEqual: nanEqual) },
                pairs.map { $1 - $0 }.max { abs($0) < abs($1) }
            )
        default:
            guard let old = old.number, let new = new.number else { return (true, nil) }
            let delta = old == new ? 0 : new - old
            return (!tolerance.allows(new, for: old, nanEqual: nanEqual), delta.isNaN ? nil : delta)
        }
    }

    /// Whether one value is a number and the other is none.
    func isNaNMismatch(_ oldRow: Int, _ newRow: Int) -> Bool {
        func isFinite(_ cell: Cell) -> Bool { cell.number?.isFinite ?? false }
        func isEmpty(_ cell: Cell) -> Bool { cell == .missing || (cell.number.map { !$0.isFinite } ?? false) }
        let (old, new) = (old[oldRow], new[newRow])
        return (isFinite(old) && isEmpty(new)) || (isEmpty(old) && isFinite(new))
    }
}

extension Cell {
    /// The value times a factor; texts stay.
    func scaled(by factor: Double) -> Cell {
        switch self {
        case .integer(let value): .real(Double(value) * factor)
        case .real(let value): .real(value * factor)
        case .list(let values): .list(values.map { $0 * factor })
        case .missing, .text: self
        }
    }
}
