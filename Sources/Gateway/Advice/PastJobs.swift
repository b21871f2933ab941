/// How jobs of the same kind went before: of the same template at the same site.
package struct PastJobs: Sendable, Hashable, Codable {
    /// Whose jobs.
    package enum Scope: String, Sendable, Codable {
        /// Those of whoever submits.
        case owner
        /// Everybody's, where whoever submits has too few.
        case everyone
    }

    /// One of them.
    struct Run: Sendable, Hashable {
        /// How it ended: completed, failed or timed out.
        let state: JobState
        /// How long it ran; nil where that is not known.
        let minutes: Double?
    }

    /// Fewer runs than this of one person say too little: everybody's are taken.
    static let fewest = 3
    /// The latest so many are looked at.
    static let most = 100

    /// Whose jobs.
    package let scope: Scope
    /// How many have ended by themselves; cancelled ones and known results are none.
    package let jobs: Int
    /// Half of the completed ones took no longer, in minutes.
    package let medianMinutes: Double?
    /// Nine of ten of the completed ones took no longer, in minutes (nearest rank).
    package let p90Minutes: Double?
    /// Which part of them completed, 0 to 1.
    package let completedShare: Double

    /// The figures of some runs; nil of none.
    init?(_ runs: [Run], scope: Scope) {
        guard !runs.isEmpty else { return nil }
        let completed = runs.filter { $0.state == .completed }
        let minutes = completed.compactMap(\.minutes).sorted()
        self.scope = scope
        jobs = runs.count
        medianMinutes = ApprovalHistoryStore.median(minutes).map(Self.rounded)
        p90Minutes = minutes.isEmpty ? nil : Self.rounded(minutes[(minutes.count * 9 + 9) / 10 - 1])
        completedShare = Double(completed.count) / Double(runs.count)
    }

    private static func rounded(_ minutes: Double) -> Double { (minutes * 100).rounded() / 100 }
}
