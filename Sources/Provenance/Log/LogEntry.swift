package import Attestation
internal import Documents

/// One entry of the log: what was said of a record, by the digest of the statement that says it.
///
/// Its bytes are RFC 8785 JSON with these members alone, so that a reader rebuilds them.
package struct LogEntry: Sendable, Hashable {
    /// What was said.
    package enum Event: String, Sendable, CaseIterable {
        /// A job ended, and its manifest was signed.
        case certified
        /// The manifest became an analysis.
        case published
        /// A new version of the analysis.
        case updated
        /// Something is doubted.
        case concern
        /// It is withdrawn.
        case retracted
        /// A withdrawal or a doubt is taken back.
        case reinstated
        /// A key signs from now on.
        case keyAdded = "key-added"
        /// A key signs no more.
        case keyRetired = "key-retired"
    }

    /// The record; of a key's entry, nil.
    package let analysis: RecordID?
    /// What was said.
    package let event: Event
    /// The entry about the same record before this one.
    package let previous: Int?
    /// SHA-256 of the statement's bytes; of a key's entry, of the key's raw bytes.
    package let statement: SHA256Digest
    /// When.
    package let time: Moment

    /// An entry.
    package init(analysis: RecordID?, event: Event, previous: Int?, statement: SHA256Digest, time: Moment) {
        self.analysis = analysis
        self.event = event
        self.previous = previous
        self.statement = statement
        self.time = time
    }

    /// The entry's bytes.
    package var bytes: [UInt8] {
        let value: JSONValue = [
            "analysis": analysis.map { .string($0.text) } ?? .null, "event": .string(event.rawValue),
            "previous": previous.map { .integer($0) } ?? .null, "statement": .string(statement.description),
            "time": .string(time.utc), "v": 1,
        ]
        // Its only numbers are whole ones.
        return Array(((try? CanonicalJSON.text(value)) ?? "").utf8)
    }
}
