package import Gateway
internal import Storage

extension LineageService {
    /// The most lines of a report.
    private static let mostLines = 100_000

    /// How well the published analyses reproduce.
    package func reproducibility() async throws -> Reproducibility {
        try await spine.database.read { connection in
            Reproducibility(
                analyses: try ReproducibilityStore.analyses(on: connection),
                counts: try ReproducibilityStore.counts(on: connection)
            )
        }
    }

    /// Published analyses for a report.
    ///
    /// Which allocation paid is told to admins, and to others of their own analyses alone; a report of one allocation
    /// holds no other analyses either.
    ///
    /// - Parameters:
    ///   - project: of this allocation alone; nil for all.
    ///   - year: published in this year (UTC) alone; nil for all.
    ///   - person: who asks.
    /// - Returns: the report.
    /// - Throws: storage errors.
    package func export(project: String?, year: Int?, for person: Gateway.Person) async throws -> AnalysisExport {
        try await spine.database.read { connection in
            let counts = Dictionary(
                try ReproducibilityStore.counts(on: connection).map { ($0.record, $0) }
            ) { first, _ in first }
            var lines: [ExportLine] = []
            var before: (Int64, String)?
            while lines.count < Self.mostLines {
                let page = try AnalysisStore.page(before: before, limit: 500, on: connection)
                lines += page.compactMap { line($0, project, year, person, counts) }
                guard page.count == 500, let last = page.last else { break }
                before = (last.publication.publishedAt.microseconds, last.record.text)
            }
            return AnalysisExport(lines: lines)
        }
    }

    private func line(
        _ analysis: Analysis,
        _ project: String?,
        _ year: Int?,
        _ person: Gateway.Person,
        _ counts: [RecordID: ReproductionCount]
    ) -> ExportLine? {
        let isTold = Rights.allow(.exportAnalyses, person, owner: analysis.owner)
        if let project, !isTold || analysis.project != project { return nil }
        if let year, Int(analysis.publication.publishedAt.year) != year { return nil }
        return ExportLine(
            analysis: analysis,
            page: "\(identity.baseURL)/analysis/\(analysis.record)",
            project: isTold ? analysis.project : nil,
            count: counts[analysis.record] ?? ReproductionCount(record: analysis.record, title: "")
        )
    }
}
