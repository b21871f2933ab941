internal import Attestation
internal import Gateway

/// Everything that decides whether and how a job is run again, read at one moment.
struct ReplayFacts: Sendable {
    /// The job that is run again.
    let finished: FinishedJob
    /// Whether the person is its owner, or an admin.
    let isOwner: Bool
    /// The digests of its inputs that the gateway has and the person may use.
    let usable: Set<SHA256Digest>
    /// Digest of today's template of that name; nil when there is none.
    let templateToday: String?
    /// The sites of today.
    let sites: [String]
    /// The name that the new job's label gives as its origin.
    let origin: String
    /// How the analysis stands; nil for a job that is not published.
    let status: RecordStatus?
    /// What the analysis rests on that is not what it was.
    let flags: [AnalysisFlag]
}
