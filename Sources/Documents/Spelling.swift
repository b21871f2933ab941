/// Guesses which word was meant.
enum Spelling {
    /// The known word nearest to a misspelt one, if any is near enough to be worth naming.
    static func nearest(to word: String, among known: [String]) -> String? {
        let folded = word.lowercased()
        let ranked = known.map { (word: $0, distance: distance(folded, $0.lowercased())) }
        guard let best = ranked.min(by: { $0.distance < $1.distance }) else { return nil }
        return best.distance <= max(1, word.count / 3) ? best.word : nil
    }

    /// Edits between the first 64 characters: insertions, deletions, substitutions and swapped neighbours
    /// (optimal string alignment).
    private static func distance(_ left: String, _ right: String) -> Int {
        let (rows, columns) = (Array(left.prefix(64)), Array(right.prefix(64)))
        var table = [Array(0...columns.count)]
        for (row, character) in rows.enumerated() {
            var current = [row + 1]
            for (column, other) in columns.enumerated() {
                var best = min(
                    table[row][column] + (character == other ? 0 : 1),
                    table[row][column + 1] + 1,
                    current[column] + 1
                )
                if row > 0, column > 0, character == columns[column - 1], rows[row - 1] == other {
                    best = min(best, table[row - 1][column - 1] + 1)
                }
                current.append(best)
            }
            table.append(current)
        }
        return table[rows.count][columns.count]
    }
}
