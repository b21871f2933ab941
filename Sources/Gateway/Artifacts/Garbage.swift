/// Why something in the store is of no use to anybody.
package enum GarbageReason: String, Sendable, CaseIterable {
    /// Nothing holds it.
    case unreferenced
    /// What held it ended by itself.
    case expired
    /// A gateway died while it kept or removed it.
    case unfinished
    /// Bytes without a row, such as after a database was restored.
    case orphan
    /// A file that was being written when its gateway died.
    case temporary
    /// An upload that nobody went on with.
    case upload
}

/// What was, or would be, freed.
package struct GarbagePlan: Sendable, Hashable {
    /// Things with the same reason and allocation.
    package struct Line: Sendable, Hashable {
        /// Why.
        package let reason: GarbageReason
        /// The allocation that held it last; nil when nobody knows.
        package let account: String?
        /// How many.
        package var count: Int
        /// Their bytes.
        package var bytes: Int64
    }

    /// By reason and allocation.
    package private(set) var lines: [Line] = []

    /// How many things there are in all.
    package var count: Int { lines.reduce(0) { $0 + $1.count } }
    /// Their bytes.
    package var bytes: Int64 { lines.reduce(0) { $0 + $1.bytes } }

    /// Adds things.
    mutating func add(_ reason: GarbageReason, _ account: String?, count: Int = 1, bytes: Int64) {
        guard count > 0 else { return }
        if let index = lines.firstIndex(where: { $0.reason == reason && $0.account == account }) {
            lines[index].count += count
            lines[index].bytes += bytes
        } else {
            lines.append(Line(reason: reason, account: account, count: count, bytes: bytes))
            lines.sort { ($0.reason.rawValue, $0.account ?? "") < ($1.reason.rawValue, $1.account ?? "") }
        }
    }
}

/// From which moments on something is garbage.
struct GarbageRule: Sendable {
    /// Nobody has needed it since.
    let unusedSince: Timestamp
    /// An arrival that began before was given up; so was a file without a row.
    let abandonedSince: Timestamp
    /// A removal that began before was given up.
    let stalledSince: Timestamp

    /// The rule at a moment.
    init(at now: Timestamp, grace: Duration) {
        unusedSince = now + (.zero - grace)
        abandonedSince = now + (.zero - max(grace, .seconds(86400)))
        stalledSince = now + (.zero - ArtifactDeletion.patience)
    }
}
