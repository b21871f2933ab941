internal import Attestation
internal import Gateway
internal import Logging
internal import Metrics
internal import Storage
internal import TaskQueue

/// Has a registry know the DOI of an analysis, and how the analysis stands; key: the analysis.
///
/// The metadata are sent whenever they differ from what the registry took last: after a publication, a new version, a
/// doubt, a withdrawal. A registry that is away is asked again; one that refuses waits for an operator, and is asked
/// again at the next start or change.
struct MintDOI: TaskHandler {
    /// The kind of the tasks.
    static let name = "analysis.mint"

    let kind = Self.name
    let concurrency = 2

    let analyses: AnalysisService
    /// Nil where none is configured any more.
    let registry: DOIRegistry?

    private var spine: Spine { analyses.spine }

    static func request(_ record: RecordID, at now: Timestamp) -> TaskRequest {
        TaskRequest(
            kind: name,
            key: record.text,
            runAt: now.microseconds,
            maximumAttempts: 1000,
            timeoutSeconds: 300
        )
    }

    func run(_ task: LeasedTask) async throws -> TaskOutcome {
        guard let record = task.key.flatMap({ RecordID($0) }), let registry else { return .done }
        guard let standing = try await spine.database.read({ try DOIStore.find(record, on: $0) }) else { return .done }
        let metadata = try await metadata(of: record)
        let digest = SHA256Digest(of: metadata).description
        if standing.state == .minted, standing.sent == digest { return .done }
        let answer = try await registry.send(metadata, as: standing.doi, isNew: !standing.isKnown)
        let (next, pause) = standing.after(answer, metadata: digest)
        let now = spine.keeper.now()
        try await spine.database.transaction { connection in
            try DOIStore.write(next, for: record, at: now, on: connection)
            try spine.tasks.requireLease(task, on: connection)
        }
        tell(record, standing, next)
        // Something may have changed while the registry was asked.
        return pause.map { .again(after: $0) }
            ?? (next.state == .minted && next.reason == nil ? .again(after: .zero) : .done)
    }

    private func metadata(of record: RecordID) async throws -> [UInt8] {
        let analysis = try await analyses.analysis(record)
        let (manifest, versions) = try await (analyses.manifest(of: analysis), analyses.versions(of: analysis))
        return DataCiteRendering(manifest, status: analysis.status, versions: versions).bytes
    }

    private func tell(_ record: RecordID, _ before: DOIStanding, _ next: DOIStanding) {
        let metadata: Logger.Metadata = [
            "analysis": "\(record)", "doi": "\(next.doi)", "state": "\(next.state.rawValue)",
            "reason": "\(next.reason ?? "")",
        ]
        if let reason = next.reason, reason != before.reason {
            spine.logger.warning("the registry has not taken a DOI", metadata: metadata)
        }
        guard next.state == .minted, next.sent != before.sent else { return }
        Counter(label: "dois_minted_total").increment()
        spine.logger.notice("the registry has a DOI", metadata: metadata)
    }
}

extension AnalysisService {
    /// Plans that the registry hears of an analysis, in the transaction that publishes or changes it.
    func planMinting(of analysis: Analysis, at now: Timestamp, on connection: any StorageConnection) throws {
        guard let doi = analysis.publication.doi, spine.configuration.provenance.doi != nil else { return }
        try DOIStore.reserve(doi, for: analysis.record, at: now, on: connection)
        try spine.queue.enqueue(MintDOI.request(analysis.record, at: now), on: connection)
    }

    /// How the DOI of an analysis stands; nil when it has none.
    package func doi(of record: RecordID) async throws -> DOIStanding? {
        try await spine.database.read { try DOIStore.find(record, on: $0) }
    }
}
