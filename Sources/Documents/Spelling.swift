/// Guesses which word was meant.
enum Spelling {
    /// The known word nearest to a misspelt one, if any is near enough to be worth naming.
    static func nearest(to word: String, among known: [String]) -> String? {
        let folded = word.lowercased()
        let ranked = known.map { (word: $0, distance: distance(folded, $0.lowercased())) }
        guard let best = ranked.min(by: { $0.distance < $1.distance }) else { return nil }
        return best.distance <= max(1, word.count / 3) ? best.word : nil
    }

    /// Levenshtein distance of at most the first 64 characters.
    private static func distance(_ left: String, _ right: String) -> Int {
        let columns = Array(right.prefix(64))
        var previous = Array(0...columns.count)
        for (row, character) in left.prefix(64).enumerated() {
            var current = [row + 1]
            for (column, other) in columns.enumerated() {
                let substitution = previous[column] + (character == other ? 0 : 1)
                current.append(min(substitution, previous[column + 1] + 1, current[column] + 1))
            }
            previous = current
        }
        return previous[columns.count]
    }
}
