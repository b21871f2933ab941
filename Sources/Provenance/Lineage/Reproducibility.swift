package import Documents

/// How often one analysis was run again, and what came of it.
package struct ReproductionCount: Sendable, Hashable {
    /// The analysis.
    package let record: RecordID
    /// Its title.
    package let title: String
    /// Jobs that ran the same recipe again.
    package var replays = 0
    /// Of those, how many were compared.
    package var compared = 0
    /// Of those, how many gave the same results, byte for byte or within tolerance.
    package var reproduced = 0
    /// Jobs that ran it with other data.
    package var forks = 0

    package init(record: RecordID, title: String) { (self.record, self.title) = (record, title) }

    /// The count as JSON.
    package var json: JSONValue {
        [
            "analysis": .string(record.text), "title": .string(title), "replays": .integer(replays),
            "compared": .integer(compared), "reproduced": .integer(reproduced), "forks": .integer(forks),
        ]
    }
}

/// How well the published analyses of this gateway reproduce.
package struct Reproducibility: Sendable, Hashable {
    /// Published analyses in all.
    package let analyses: Int
    /// Analyses that were run again, or forked, at least once.
    package let counts: [ReproductionCount]

    package init(analyses: Int, counts: [ReproductionCount]) { (self.analyses, self.counts) = (analyses, counts) }

    /// Analyses whose same recipe was run again and compared at least once.
    package var tested: Int { counts.count { $0.compared > 0 } }
    /// Of those, analyses that gave the same results at least once.
    package var reproduced: Int { counts.count { $0.reproduced > 0 } }
    /// Analyses that were run with other data at least once.
    package var forked: Int { counts.count { $0.forks > 0 } }
    /// Share of the tested analyses that reproduced; nil while none was tested.
    package var reproducedShare: Double? { Self.share(reproduced, of: tested) }
    /// Share of all analyses that were forked; nil while there is none.
    package var forkRate: Double? { Self.share(forked, of: analyses) }

    private static func share(_ part: Int, of whole: Int) -> Double? {
        whole == 0 ? nil : Double(part) / Double(whole)
    }

    /// The most reproduced first.
    package var ranking: [ReproductionCount] {
        counts.sorted {
            ($0.reproduced, $0.replays, $0.forks, $1.record.text) > (
                $1.reproduced, $1.replays, $1.forks, $0.record.text
            )
        }
    }

    /// The figures as JSON.
    ///
    /// - Parameter limit: how many analyses of the ranking.
    /// - Returns: the object.
    package func json(limit: Int) -> JSONValue {
        func share(_ value: Double?) -> JSONValue { value.map { .number("\($0)") } ?? .null }
        return [
            "analyses": .integer(analyses), "tested": .integer(tested), "reproduced": .integer(reproduced),
            "reproducedShare": share(reproducedShare), "forked": .integer(forked), "forkRate": share(forkRate),
            "mostReproduced": .array(ranking.prefix(limit).map(\.json)),
        ]
    }
}
