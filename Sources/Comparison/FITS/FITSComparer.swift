/// Compares two FITS files unit by unit.
struct FITSComparer {
    private let rules: FileRules
    private let limits: ComparisonLimits

    /// Cards that tell when and how a file was written, not what it says.
    private static let ignoredCards: Set<String> = ["DATE", "CHECKSUM", "DATASUM", "HISTORY", "COMMENT", ""]

    init(rules: FileRules, limits: ComparisonLimits) {
        self.rules = rules
        self.limits = limits
    }

    func compare(_ old: FITSFile, _ new: FITSFile) throws(ReadingError) -> FITSComparison {
        var units: [FITSComparison.Unit] = []
        for (index, pair) in zip(old.units, new.units).enumerated() {
            units.append(try compare(index, pair.0, pair.1))
        }
        return FITSComparison(oldUnits: old.units.count, newUnits: new.units.count, units: units)
    }

    private func compare(_ index: Int, _ old: FITSFile.Unit, _ new: FITSFile.Unit) throws(ReadingError)
        -> FITSComparison.Unit
    {
        var unit = FITSComparison.Unit(index: index, name: old.name)
        let isTable = if case .table = old.content { true } else { false }
        let cards = cardDifferences(old.header, new.header, ofTable: isTable)
        unit.cardCount = cards.count
        unit.cards = Array(cards.prefix(limits.details))
        switch (old.content, new.content) {
        case (.image(let first), .image(let second)):
            unit.image = ImageComparer.compare(first, second, name: old.name, rules: rules, limits: limits)
        case (.table(let first), .table(let second)):
            unit.table = try TableComparer(rules: rules, limits: limits).compare(first, second)
        case (.other(let first), .other(let second)):
            if first != second { unit.note = "The bytes of its data differ; data of this kind are compared by digest." }
        case (.none, .none): break
        default: unit.note = "Its data are of another kind."
        }
        return unit
    }

    private func cardDifferences(_ old: FITSHeader, _ new: FITSHeader, ofTable: Bool) -> [FITSComparison.CardDifference]
    {
        // A keyword may stand more than once: the first with the first, and so on.
        func values(_ header: FITSHeader) -> [String: [FITSCard]] {
            Dictionary(grouping: header.cards.filter { isCompared($0.keyword, ofTable: ofTable) }, by: \.keyword)
        }
        let (first, second) = (values(old), values(new))
        return Set(first.keys).union(second.keys).sorted().flatMap { keyword in
            let (old, new) = (first[keyword] ?? [], second[keyword] ?? [])
            return (0..<max(old.count, new.count)).compactMap { index in
                difference(keyword, index < old.count ? old[index] : nil, index < new.count ? new[index] : nil)
            }
        }
    }

    /// What a table's columns are is compared with the table itself.
    private func isCompared(_ keyword: String, ofTable: Bool) -> Bool {
        if Self.ignoredCards.contains(keyword) || rules.ignores(keyword) { return false }
        guard ofTable else { return true }
        return keyword.wholeMatch(
            of: /NAXIS[12]|PCOUNT|THEAP|TFIELDS|T(TYPE|FORM|UNIT|NULL|SCAL|ZERO|UCD|DISP|DIM|COMM)[0-9]+/
        )
            == nil
    }

    private func difference(_ keyword: String, _ old: FITSCard?, _ new: FITSCard?) -> FITSComparison.CardDifference? {
        if old?.value == new?.value, old?.isText == new?.isText { return nil }
        var delta: Double?
        if let first = old?.number, let second = new?.number {
            let areWhole = old.flatMap { Int64($0.value) } != nil && new.flatMap { Int64($0.value) } != nil
            let tolerance = rules.tolerance(column: keyword) ?? (areWhole ? .exact : rules.tolerance)
            if tolerance.allows(second, for: first, nanEqual: rules.nanEqual) { return nil }
            delta = second - first
        }
        return FITSComparison.CardDifference(keyword: keyword, old: old?.value, new: new?.value, delta: delta)
    }
}
