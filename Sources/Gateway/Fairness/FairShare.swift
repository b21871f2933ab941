/// What one person has waiting in one class, for a site.
struct WaitingShare: Sendable, Hashable {
    let owner: String
    let priorityClass: PriorityClass
    /// Jobs that could be sent now.
    let waiting: Int
}

/// Some jobs of one person in one class, to be sent in this order of turns.
struct Turn: Sendable, Hashable {
    let owner: String
    let priorityClass: PriorityClass
}

/// Whose job goes next: a pure decision.
enum FairShare {
    /// How long it takes for half of somebody's use to be forgotten.
    static let halfLife = Duration.seconds(3600)

    /// The next turns.
    ///
    /// The highest class goes first. Within it the next turn is always of the person who has used the least lately,
    /// the turns of this list included; who has used the same takes turns by name. So somebody's first job never
    /// waits for another's ten thousandth.
    ///
    /// - Parameters:
    ///   - shares: what waits.
    ///   - used: what each person has used, as of now; see ``decayed(_:after:)``.
    ///   - rooms: how many more jobs of a person may be sent; nobody's without an entry is limited.
    ///   - limit: the most turns.
    /// - Returns: the turns, in order.
    static func turns(
        _ shares: [WaitingShare],
        used: [String: Double],
        rooms: [String: Int],
        limit: Int
    ) -> [Turn] {
        var turns: [Turn] = []
        var (used, rooms) = (used, rooms)
        for priorityClass in PriorityClass.allCases.sorted(by: >) {
            var left = Dictionary(
                shares.filter { $0.priorityClass == priorityClass }.map { ($0.owner, $0.waiting) },
                uniquingKeysWith: +
            )
            while turns.count < limit {
                left = left.filter { $0.value > 0 && rooms[$0.key, default: 1] > 0 }
                guard let next = left.keys.min(by: { (used[$0, default: 0], $0) < (used[$1, default: 0], $1) }) else {
                    break
                }
                turns.append(Turn(owner: next, priorityClass: priorityClass))
                left[next, default: 1] -= 1
                used[next, default: 0] += 1
                if let room = rooms[next] { rooms[next] = room - 1 }
            }
        }
        return turns
    }

    /// What is left of somebody's use after a time: `use · 2^(−time / halfLife)`.
    static func decayed(_ use: Double, after time: Duration) -> Double {
        var left = use
        var rest = max(0, Double(time.microseconds) / Double(halfLife.microseconds))
        while rest >= 1, left > 1e-9 { (left, rest) = (left / 2, rest - 1) }
        // 2^-x for x below 1, by its own square roots: exact enough to order people by.
        var factor = 0.5
        for _ in 0..<24 {
            factor = factor.squareRoot()
            rest *= 2
            if rest >= 1 { (left, rest) = (left * factor, rest - 1) }
        }
        return left > 1e-9 ? left : 0
    }
}
