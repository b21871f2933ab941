extension TableComparison {
    /// The result in one sentence.
    ///
    /// Such as: Original 47 anomalies, new 52: 44 matched, 3 gone, 8 new, and 2 differ in severity.
    package var sentence: String {
        var parts = ["\(Decimals.count(matched)) matched"]
        if removed > 0 { parts.append("\(Decimals.count(removed)) gone") }
        if added > 0 { parts.append("\(Decimals.count(added)) new") }
        if moved > 0 { parts.append("\(Decimals.count(moved)) moved") }
        if ambiguous > 0 { parts.append("\(Decimals.count(ambiguous)) ambiguous") }
        if changed > 0 {
            let names = columns.filter { $0.differing > 0 }.sorted { $0.differing > $1.differing }.map(\.name)
            let more = names.count > 5 ? " and \(names.count - 5) more columns" : ""
            let verb = changed == 1 ? "differs" : "differ"
            parts.append("and \(Decimals.count(changed)) \(verb) in \(names.prefix(5).joined(separator: ", "))\(more)")
        }
        var sentence = "Original \(Decimals.count(oldRows)) \(rowNoun), new \(Decimals.count(newRows)): "
        sentence += parts.joined(separator: ", ") + "."
        if !columnsOnlyInOld.isEmpty { sentence += " Columns gone: \(Self.list(columnsOnlyInOld))." }
        if !columnsOnlyInNew.isEmpty { sentence += " Columns new: \(Self.list(columnsOnlyInNew))." }
        if !unitDifferences.isEmpty { sentence += " Units differ: \(Self.list(unitDifferences.map(\.column)))." }
        if crossingCount > 0 { sentence += " \(Decimals.count(crossingCount)) crossed a threshold." }
        return sentence
    }

    private static func list(_ names: [String]) -> String {
        names.prefix(5).joined(separator: ", ") + (names.count > 5 ? " and \(names.count - 5) more" : "")
    }
}

extension JSONComparison {
    /// The result in one sentence.
    package var sentence: String {
        let counts = [(changed, "changed"), (added, "new"), (removed, "gone"), (within, "within tolerance")]
        let told = counts.filter { $0.0 > 0 }.map { "\(Decimals.count($0.0)) \($0.1)" }
        let values = told.isEmpty ? "all the same" : told.joined(separator: ", ")
        return "\(Decimals.count(compared)) values: \(values).\(rows.map { " \($0.sentence)" } ?? "")"
    }
}

extension TextComparison {
    /// The result in one sentence.
    package var sentence: String {
        if isEquivalent { return "The lines that count are the same." }
        return "\(Decimals.count(removed)) lines gone, \(Decimals.count(added)) new."
    }
}

extension FITSComparison {
    /// The result in one sentence for each unit that differs.
    package var sentence: String {
        var parts = units.compactMap { unit in
            unit.told.map { "Unit \(unit.index)\(unit.name.isEmpty ? "" : " (\(unit.name))"): \($0)" }
        }
        if oldUnits != newUnits { parts.append("Original \(oldUnits) units, new \(newUnits).") }
        return parts.isEmpty ? "The values are the same." : parts.joined(separator: " ")
    }
}

extension FITSComparison.Unit {
    fileprivate var told: String? {
        var parts: [String] = []
        if cardCount > 0 {
            let names = cards.prefix(5).map(\.keyword).joined(separator: ", ")
            parts.append("\(cardCount) header cards differ (\(names)\(cardCount > 5 ? ", …" : "")).")
        }
        if let image, let sentence = image.sentence { parts.append(sentence) }
        if let table { parts.append(table.sentence) }
        if let note { parts.append(note) }
        return parts.isEmpty ? nil : parts.joined(separator: " ")
    }
}

extension ImageComparison {
    fileprivate var sentence: String? {
        if oldShape != newShape { return "The shape was \(Self.shape(oldShape)) and is \(Self.shape(newShape))." }
        guard differing + within > 0 else { return nil }
        let largest = differences.map { ", at most by \(Decimals.short($0.maximum))" } ?? ""
        return "\(Decimals.count(differing)) of \(Decimals.count(compared)) pixels differ, "
            + "\(Decimals.count(within)) within tolerance\(largest)."
    }

    private static func shape(_ lengths: [Int]) -> String { lengths.map { "\($0)" }.joined(separator: " × ") }
}
