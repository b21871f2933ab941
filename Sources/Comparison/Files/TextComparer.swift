/// Compares two texts line by line.
enum TextComparer {
    /// Beyond so many lines between the first and the last difference, lines are counted but not aligned.
    static let alignedLines = 2_000

    /// Compares texts in UTF-8; lines that an ignored pattern covers do not count.
    static func compare(_ old: String, _ new: String, rules: FileRules, limits: ComparisonLimits) -> TextComparison {
        let patterns = rules.ignored.map { Glob($0) }
        func lines(_ text: String) -> [String] {
            var lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).map(String.init)
            if lines.last == "" { lines.removeLast() }
            return patterns.isEmpty ? lines : lines.filter { line in !patterns.contains { $0.covers(line) } }
        }
        return compare(lines(old), lines(new), limits: limits)
    }

    private static func compare(_ old: [String], _ new: [String], limits: ComparisonLimits) -> TextComparison {
        let start = zip(old, new).prefix { $0 == $1 }.count
        let tail = zip(old[start...].reversed(), new[start...].reversed()).prefix { $0 == $1 }.count
        let (oldMiddle, newMiddle) = (old[start..<old.count - tail], new[start..<new.count - tail])
        guard max(oldMiddle.count, newMiddle.count) <= alignedLines else {
            return unaligned(oldMiddle, newMiddle, limits: limits)
        }
        let edits = align(Array(oldMiddle), Array(newMiddle))
        var shown: [String] = []
        var isCut = false
        if !edits.isEmpty, start > 0 { shown.append(" \(cut(old[start - 1]))") }
        for edit in edits {
            if shown.count >= limits.details {
                isCut = true
                break
            }
            shown.append(edit)
        }
        return TextComparison(
            added: edits.count { $0.hasPrefix("+") },
            removed: edits.count { $0.hasPrefix("-") },
            lines: shown,
            isCut: isCut
        )
    }

    /// Too many lines to align: which lines stand how often on one side only.
    private static func unaligned(_ old: ArraySlice<String>, _ new: ArraySlice<String>, limits: ComparisonLimits)
        -> TextComparison
    {
        var balance: [String: Int] = [:]
        for line in old { balance[line, default: 0] += 1 }
        for line in new { balance[line, default: 0] -= 1 }
        let removed = balance.values.reduce(0) { $0 + max(0, $1) }
        let added = balance.values.reduce(0) { $0 + max(0, -$1) }
        // The same lines in another order are a difference too.
        let isReordered = removed + added == 0
        let shown =
            old.prefix(limits.details / 2).map { "-\(cut($0))" } + new.prefix(limits.details / 2).map { "+\(cut($0))" }
        return TextComparison(
            added: isReordered ? new.count : added,
            removed: isReordered ? old.count : removed,
            lines: shown,
            isCut: true
        )
    }

    /// The longest common subsequence by the table of lengths; quadratic, so the caller bounds it.
    private static func align(_ old: [String], _ new: [String]) -> [String] {
        let width = new.count + 1
        var lengths = [UInt16](repeating: 0, count: (old.count + 1) * width)
        var numbers: [String: Int] = [:]
        func number(_ line: String) -> Int {
            if let known = numbers[line] { return known }
            numbers[line] = numbers.count
            return numbers.count - 1
        }
        let (first, second) = (old.map(number), new.map(number))
        for row in stride(from: old.count - 1, through: 0, by: -1) {
            for column in stride(from: new.count - 1, through: 0, by: -1) {
                lengths[row * width + column] =
                    first[row] == second[column]
                    ? lengths[(row + 1) * width + column + 1] + 1
                    : max(lengths[(row + 1) * width + column], lengths[row * width + column + 1])
            }
        }
        var edits: [String] = []
        var (row, column) = (0, 0)
        while row < old.count || column < new.count {
            if row < old.count, column < new.count, first[row] == second[column] {
                (row, column) = (row + 1, column + 1)
            } else if row < old.count,
                column == new.count
                    || lengths[(row + 1) * width + column] >= lengths[row * width + column + 1]
            {
                edits.append("-\(cut(old[row]))")
                row += 1
            } else {
                edits.append("+\(cut(new[column]))")
                column += 1
            }
        }
        return edits
    }

    private static func cut(_ line: String) -> String { line.count <= 200 ? line : "\(line.prefix(199))…" }
}
