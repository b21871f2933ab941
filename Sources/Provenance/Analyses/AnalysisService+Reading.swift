internal import Attestation
internal import Documents
package import Gateway
internal import Storage

extension AnalysisService {
    static func missing(_ record: RecordID) -> GatewayError {
        GatewayError(.notFound, "There is no analysis \(record).")
    }

    /// One analysis.
    ///
    /// - Throws: `GatewayError` of kind `notFound`.
    package func analysis(_ record: RecordID) async throws -> Analysis {
        guard let analysis = try await spine.database.read({ try AnalysisStore.find(record, on: $0) }) else {
            throw Self.missing(record)
        }
        return analysis
    }

    /// Whose an analysis is; nil when there is none of that name.
    package func owner(of record: RecordID) async throws -> String? {
        try await spine.database.read { try AnalysisStore.find(record, on: $0)?.owner }
    }

    /// The signed manifest of an analysis.
    ///
    /// - Throws: `GatewayError` of kind `notFound`.
    package func edition(of record: RecordID) async throws -> Edition {
        guard let edition = try await spine.database.read({ try EditionStore.find(record, 1, on: $0) }) else {
            throw Self.missing(record)
        }
        return edition
    }

    /// What happened to an analysis, the oldest first.
    package func history(of record: RecordID) async throws -> [AnalysisEvent] {
        _ = try await analysis(record)
        return try await spine.database.read { try AnalysisStore.history(of: record, on: $0) }
    }

    /// The signed envelope of something that happened to an analysis.
    ///
    /// - Throws: `GatewayError` of kind `notFound`.
    package func envelope(of record: RecordID, at position: Int) async throws -> String {
        let found = try await spine.database.read {
            try AnalysisStore.envelope(of: record, at: position, on: $0)
        }
        if let found { return found }
        throw GatewayError(.notFound, "Nothing of the analysis \(record) stands at \(position) in the log.")
    }

    /// What an analysis rests on that is not what it was.
    package func flags(of record: RecordID) async throws -> [AnalysisFlag] {
        _ = try await analysis(record)
        return try await spine.database.read { try AnalysisStore.flags(of: record, on: $0) }
    }

    /// What somebody's analyses rest on that is not what it was, the newest first; an admin sees everybody's.
    package func notices(for person: Gateway.Person) async throws -> [(record: RecordID, flag: AnalysisFlag)] {
        let owner = Rights.onlyOwner(.readNotices, for: person)
        return try await spine.database.read { try AnalysisStore.notices(for: owner, limit: 1000, on: $0) }
    }

    /// Analyses, the newest first.
    ///
    /// - Parameters:
    ///   - cursor: the `next` of the page before.
    ///   - limit: the most.
    /// - Returns: a page, and the cursor of the next one.
    /// - Throws: `GatewayError` of kind `invalidRequest` for a bad cursor.
    package func list(after cursor: String?, limit: Int) async throws -> (items: [Analysis], next: String?) {
        var before: (Int64, String)?
        if let cursor {
            let parts = cursor.split(separator: "_", maxSplits: 1)
            guard parts.count == 2, let moment = Int64(parts[0]), RecordID(String(parts[1])) != nil else {
                throw GatewayError(.invalidRequest, "The cursor is not one of this list.")
            }
            before = (moment, String(parts[1]))
        }
        let place = before
        let items = try await spine.database.read {
            try AnalysisStore.page(before: place, limit: limit + 1, on: $0)
        }
        let page = Array(items.prefix(limit))
        let next =
            items.count > limit ? page.last.map { "\($0.publication.publishedAt.microseconds)_\($0.record)" } : nil
        return (page, next)
    }

    /// All versions of the work an analysis is of, the oldest first.
    package func versions(of analysis: Analysis) async throws -> [AnalysisVersion] {
        try await spine.database.read { try AnalysisStore.versions(of: analysis.work, on: $0) }.map {
            AnalysisVersion(
                id: $0.record,
                version: $0.publication.version,
                publishedAt: $0.publication.publishedAt,
                status: $0.status.kind
            )
        }
    }

    /// The value that pages and citations are made of.
    package func manifest(of analysis: Analysis) async throws -> ReproducibilityManifest {
        guard let finished = try await spine.database.read({ try spine.finished.find(analysis.job, on: $0) }) else {
            throw Self.missing(analysis.record)
        }
        let origin = try await manifests.origin(of: finished.job)
        return publicManifest(finished, analysis.record, analysis.publication, origin, analysis.replayOf)
    }

    /// The dated statement of how an analysis stands at this moment, signed.
    ///
    /// - Returns: the envelope.
    /// - Throws: `GatewayError` of kind `notFound`, ``KeyFault``, storage errors.
    package func status(of record: RecordID) async throws -> String {
        let now = spine.keeper.now()
        let signer = try await keys.signer(.manifest, at: now, in: spine.database)
        let payload = try await spine.database.read { connection in
            guard let analysis = try AnalysisStore.find(record, on: connection),
                let edition = try EditionStore.find(record, 1, on: connection)
            else { throw Self.missing(record) }
            return try statement(of: analysis, edition, at: now, on: connection)
        }
        return try await signer.signing {
            try Envelope.signed(payloadType: SignedManifest.payloadType, payload: payload, by: signer).json
        }
    }

    func statement(
        of analysis: Analysis,
        _ edition: Edition,
        at now: Timestamp,
        on connection: any StorageConnection
    ) throws -> [UInt8] {
        let frontier = try ManifestLogStore.tree(log.origin, on: connection)?.frontier ?? TreeFrontier()
        return StatusStatement(
            baseURL: identity.baseURL,
            analysis: analysis.record,
            record: edition.statement,
            status: analysis.status,
            asOf: ManifestCollector.moment(now),
            log: .init(origin: log.origin, size: UInt64(frontier.size), root: frontier.root.base64),
            lastEvent: UInt64(analysis.lastEntry)
        ).bytes
    }
}
