package import Attestation
internal import Documents

/// One leaf of the log: that something happened to a record, and the digest of the statement that says so.
///
/// The bytes are canonical JSON (RFC 8785) of at most 4 KiB. They tell a random id and a digest, and so nothing of a
/// record that is not published.
package struct LogEntry: Sendable, Hashable {
    /// What can happen.
    package enum Event: String, Sendable, CaseIterable {
        /// A record was signed; nobody outside sees it yet.
        case recorded
        /// A record became public.
        case published
        case updated, concern, retracted, reinstated
        case keyAdded = "key-added"
        case keyRetired = "key-retired"
    }

    /// The most bytes of an entry.
    package static let limit = 4096
    /// The largest index, so that every reader of JSON reads it exactly (RFC 8259 §6).
    package static let largestIndex: UInt64 = (1 << 53) - 1

    /// The record; nil for an event of a key.
    package let analysis: RecordID?
    /// What happened.
    package let event: Event
    /// Index of the record's entry before this one.
    package let previous: UInt64?
    /// Digest of the statement's bytes.
    package let statement: SHA256Digest
    /// When it happened.
    package let time: Moment

    /// An entry.
    package init(analysis: RecordID?, event: Event, previous: UInt64?, statement: SHA256Digest, time: Moment) {
        self.analysis = analysis
        self.event = event
        self.previous = previous
        self.statement = statement
        self.time = time
    }

    /// The bytes of the leaf.
    package var bytes: [UInt8] {
        Canonical.bytes([
            "analysis": analysis.map { .string($0.text) } ?? .null, "event": .string(event.rawValue),
            "previous": previous.map { .integer($0) } ?? .null, "statement": .string(statement.description),
            "time": .string(time.utc), "v": 1,
        ])
    }

    /// Reads the bytes of a leaf; none but those that ``bytes`` writes.
    ///
    /// - Parameter bytes: the leaf.
    /// - Throws: ``RecordFault`` with the first thing wrong.
    package init(bytes: [UInt8]) throws(RecordFault) {
        let document = try StrictValue.canonical(bytes, document: "log entry", limit: Self.limit)
        let members = try document.members(["analysis", "event", "previous", "statement", "time", "v"])
        let version = try members.member("v")
        guard version.value == 1 else { throw version.fault("it is not version 1") }
        let word = try members.member("event")
        guard let event = Event(rawValue: try word.text()) else { throw word.fault("it is no known event") }
        let id = try members.member("analysis")
        let isOfKey = event == .keyAdded || event == .keyRetired
        if id.value == .null, isOfKey {
            analysis = nil
        } else {
            guard !isOfKey, let analysis = RecordID(try id.text()) else {
                throw id.fault("it is no UUID in lower case")
            }
            self.analysis = analysis
        }
        let index = try members.member("previous")
        if index.value == .null {
            previous = nil
        } else {
            guard case .number(let text) = index.value, let number = UInt64(text), number <= Self.largestIndex else {
                throw index.fault("it is no index")
            }
            previous = number
        }
        self.event = event
        statement = try members.member("statement").digest()
        time = try members.member("time").moment()
    }
}
