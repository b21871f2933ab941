/// Which tasks a job array has, as `sbatch --array` writes it: `0-15:4`, `1,3,5-7`.
package struct ArraySpec: Sendable, Hashable, CustomStringConvertible {
    /// The largest index any Slurm takes (`MaxArraySize` is at most 4,000,001).
    package static let largestIndex = 4_000_000

    /// The indices, ascending, without duplicates.
    package let indices: [Int]
    /// The text it was read from, without the limit.
    package let text: String
    /// How many tasks may run at once (`%4`); nil for no limit.
    package let limit: Int?

    /// Reads a specification.
    ///
    /// Refused are an empty one, a malformed one, a duplicate index, an index above `largestIndex` and more tasks
    /// than `mostTasks`.
    package init(_ specification: String, mostTasks: Int = 10_000) throws(SlurmError) {
        let halves = specification.split(separator: "%", maxSplits: 1, omittingEmptySubsequences: false)
        var limit: Int?
        if halves.count == 2 {
            guard let number = Self.number(halves[1]), number > 0 else {
                throw Self.refusal("the limit after % must be a positive number")
            }
            limit = number
        }
        var seen: Set<Int> = []
        for part in (halves.first ?? "").split(separator: ",", omittingEmptySubsequences: false) {
            for index in try Self.range(part, atMost: mostTasks - seen.count) where !seen.insert(index).inserted {
                throw Self.refusal("index \(index) is there twice")
            }
        }
        self.indices = seen.sorted()
        self.text = String(halves.first ?? "")
        self.limit = limit
    }

    /// The value for `--array`.
    package var description: String { limit.map { "\(text)%\($0)" } ?? text }

    private static func range(_ part: Substring, atMost most: Int) throws(SlurmError) -> StrideThrough<Int> {
        let stepped = part.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        let ends = (stepped.first ?? "").split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
        guard let first = ends.first.flatMap(number), let last = ends.last.flatMap(number) else {
            throw refusal("\(PlainText.excerpt(String(part), limit: 40)) is not an index or a range")
        }
        guard first <= last, last <= largestIndex else {
            throw refusal("\(first)-\(last) runs backwards or past \(largestIndex)")
        }
        let step = stepped.count == 2 ? number(stepped[1]) ?? 0 : 1
        guard step > 0, stepped.count == 1 || ends.count == 2 else {
            throw refusal("a step belongs to a range and is a positive number")
        }
        guard (last - first) / step < most else { throw refusal("too many tasks") }
        return stride(from: first, through: last, by: step)
    }

    private static func number(_ text: Substring) -> Int? {
        guard (1...9).contains(text.utf8.count), text.utf8.allSatisfy({ (48...57).contains($0) }) else { return nil }
        return Int(text)
    }

    private static func refusal(_ reason: String) -> SlurmError {
        .invalidValue(field: "array", reason: reason)
    }
}
