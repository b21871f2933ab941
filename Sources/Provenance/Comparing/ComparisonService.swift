internal import Attestation
internal import Comparison
package import Gateway
internal import Storage

/// A run as it is compared.
struct RunSide: Sendable {
    let shown: RunComparison.Side
    let manifest: ReproducibilityManifest
    let files: [FolderEntry]
    let rules: DeclaredRules
}

/// Comparing results: any two ended jobs or analyses that a person may read.
package struct ComparisonService: Sendable {
    let spine: Spine
    let identity: GatewayIdentity

    /// What is read of one file, and of all files of one comparison, in bytes.
    static let limits = ComparisonLimits(bytes: 128 << 20)
    private static let bytesInAll = 1 << 30

    /// A picture of differences.
    package enum Picture: Sendable {
        /// A chart, in SVG.
        case chart(String)
        /// A map of pixels, in PNG.
        case map([UInt8])
    }

    /// Compares two runs.
    ///
    /// - Parameters:
    ///   - left: the original, an analysis or a job.
    ///   - right: the other.
    ///   - person: who asks; analyses are everybody's, jobs their owners'.
    /// - Returns: what was found.
    /// - Throws: `GatewayError` of the kinds `notFound`, `forbidden` and `conflict` for a job that has not ended.
    package func compare(
        _ left: ReplayOrigin,
        _ right: ReplayOrigin,
        for person: Gateway.Person
    ) async throws -> RunComparison {
        try await compare(try await side(left, for: person), try await side(right, for: person))
    }

    func compare(_ left: RunSide, _ right: RunSide) async throws -> RunComparison {
        let rules = left.rules
        let comparer = FolderComparer(rules: rules.rules, limits: Self.limits)
        var budget = Self.bytesInAll
        let files = await comparer.compare(left.files, right.files) { entry in
            budget -= entry.size
            guard budget >= 0 else { throw TooMuch() }
            return try await bytes(of: entry)
        }
        return RunComparison(left, right, files: files, rules: rules)
    }

    /// A picture of what differs in one file.
    ///
    /// - Parameters:
    ///   - path: the file, in both runs.
    ///   - left: the original.
    ///   - right: the other.
    ///   - person: who asks.
    /// - Returns: a chart of the sky for catalogues, a map for images.
    /// - Throws: `GatewayError` of kind `notFound` where there is no picture, and those of ``compare(_:_:for:)``.
    package func picture(
        of path: String,
        _ left: ReplayOrigin,
        _ right: ReplayOrigin,
        for person: Gateway.Person
    ) async throws -> Picture {
        let (old, new) = (try await side(left, for: person), try await side(right, for: person))
        guard let before = old.files.first(where: { $0.path == path }),
            let after = new.files.first(where: { $0.path == path }),
            max(before.size, after.size) <= Self.limits.bytes
        else { throw Self.noPicture(path) }
        let (first, second) = (try await bytes(of: before), try await bytes(of: after))
        if let map = try? DifferencePicture.fits(first, second, limits: Self.limits) { return .map(map) }
        let found = FileComparer(rules: old.rules.rules, limits: Self.limits)
            .compare(path, mediaType: before.mediaType, old: first, new: second)
        let tables: [TableComparison] =
            switch found.detail {
            case .tables(let tables): tables
            case .json(let values): values.rows.map { [$0] } ?? []
            case .fits(let fits): fits.units.compactMap(\.table)
            case .none, .text: []
            }
        for table in tables {
            if let chart = DifferencePicture.sky(table) { return .chart(chart) }
        }
        throw Self.noPicture(path)
    }

    private static func noPicture(_ path: String) -> GatewayError {
        GatewayError(
            .notFound,
            "There is no picture of '\(path.prefix(200))': pictures are of catalogues with positions and of images that differ."
        )
    }

    // MARK: - Reading

    private struct TooMuch: Error, CustomStringConvertible {
        let description = "the comparison has read as much as it may"
    }

    private func bytes(of entry: FolderEntry) async throws -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(entry.size)
        while bytes.count < entry.size {
            let piece = try await spine.artifacts.read(
                entry.digest,
                offset: Int64(bytes.count),
                length: min(1 << 20, entry.size - bytes.count)
            )
            guard !piece.isEmpty else { break }
            bytes += piece
        }
        return bytes
    }

    private func side(_ origin: ReplayOrigin, for person: Gateway.Person) async throws -> RunSide {
        switch origin {
        case .job(let id):
            let owner = try await spine.jobs.job(id).owner
            try AnalysisService.require(.compareRuns, on: id, of: owner, by: person)
        case .analysis: break
        }
        return try await spine.database.read { try side(origin, on: $0) }
    }

    /// A run, whoever asks.
    func side(_ origin: ReplayOrigin, on connection: any StorageConnection) throws -> RunSide {
        let (job, analysis): (JobID, Analysis?)
        switch origin {
        case .job(let id): (job, analysis) = (id, nil)
        case .analysis(let record):
            guard let found = try AnalysisStore.find(record, on: connection) else {
                throw AnalysisService.missing(record)
            }
            (job, analysis) = (found.job, found)
        }
        guard let finished = try spine.finished.find(job, on: connection) else {
            throw GatewayError(.conflict, "The job \(job) has not ended; results are compared afterwards.")
        }
        let record = try analysis?.record ?? EditionStore.first(of: job, on: connection)?.record
        guard let record else {
            throw GatewayError(.conflict, "The manifest of \(job) is being signed. Try again in a moment.")
        }
        var manifest = ManifestCollector(gateway: identity).manifest(of: finished, id: record, origin: nil)
        manifest.publication = analysis?.publication
        // On both sides, so that nothing differs by it.
        manifest.program.hideAccounts(named: spine.account(at: finished.job.site))
        return RunSide(
            shown: RunComparison.Side(
                id: analysis?.record.text ?? job.text,
                title: analysis?.publication.title ?? finished.job.name,
                job: job.text,
                site: finished.job.site,
                state: manifest.ending.state
            ),
            manifest: manifest,
            files: finished.outputs.map {
                FolderEntry(path: $0.path, digest: $0.digest, size: Int($0.size), mediaType: $0.mediaType)
            },
            rules: DeclaredRules(template: finished.templateText ?? "", published: analysis?.publication.comparison)
        )
    }
}
