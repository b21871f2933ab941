package import Attestation
package import Gateway

/// A published manifest: it can be cited, replayed, compared, updated and retracted, and is never changed.
package struct Analysis: Sendable, Hashable {
    /// The record, which is the analysis's name.
    package let record: RecordID
    /// The first version of the work; the same for all its versions.
    package let work: RecordID
    /// The job it shows.
    package let job: JobID
    /// Who published it.
    package let owner: String
    /// The allocation it was computed on.
    package let project: String
    /// What the researchers say of it.
    package let publication: Publication
    /// How it stands.
    package var status: RecordStatus
    /// Its newest entry in the log.
    package var lastEntry: Int
    /// The statement of the analysis that was run again for it.
    package let replayOf: SHA256Digest?
}

/// Something that happened to an analysis.
package struct AnalysisEvent: Sendable, Hashable {
    /// What.
    package let event: LogEntry.Event
    /// Its entry in the log.
    package let position: Int
    /// When.
    package let at: Timestamp
    /// Who decided.
    package let by: String
    /// Why, in words; nil for a publication.
    package let reason: String?
}

/// Something an analysis rests on that is not what it was.
package struct AnalysisFlag: Sendable, Hashable {
    /// What became of it.
    package enum Kind: String, Sendable, CaseIterable {
        /// An input came from an analysis that was retracted.
        case inputRetracted
        /// There is a newer version of it.
        case superseded
        /// It is withdrawn.
        case withdrawn
    }

    /// What became of it.
    package let kind: Kind
    /// The digest that the analysis names.
    package let digest: String
    /// The retracted analysis, or the address of what is withdrawn.
    package let cause: String
    /// Why, in words.
    package let reason: String
    /// When it was noted.
    package let at: Timestamp
}

/// What an analysis rests on.
package enum AnalysisUse: String, Sendable, CaseIterable {
    /// A file it read.
    case input
    /// A file it made.
    case output
    /// The image it ran in.
    case container
    /// A model it used.
    case model
    /// The template of its batch script.
    case template
}
