package import Attestation
internal import Documents

/// The dated statement that says how an analysis stands: as of a size of the log, at a time (in-toto Statement v1).
///
/// An inclusion proof never shows that nothing came later, so a reader demands a young one of these.
package struct StatusStatement: Sendable, Hashable {
    /// The log as the gateway saw it.
    package struct LogPosition: Sendable, Hashable {
        /// Name of the log.
        package let origin: String
        /// How many entries it had.
        package let size: UInt64
        /// Root of its tree, base64.
        package let root: String

        /// A position.
        package init(origin: String, size: UInt64, root: String) {
            self.origin = origin
            self.size = size
            self.root = root
        }
    }

    /// The gateway's base URL without a slash at the end.
    package let baseURL: String
    /// The analysis.
    package let analysis: RecordID
    /// Digest of the statement that was signed for it.
    package let record: SHA256Digest
    /// How it stands.
    package let status: RecordStatus
    /// When this was so.
    package let asOf: Moment
    /// The log at that time.
    package let log: LogPosition
    /// Index of the analysis's last entry in the log.
    package let lastEvent: UInt64

    /// A status at a time.
    package init(
        baseURL: String,
        analysis: RecordID,
        record: SHA256Digest,
        status: RecordStatus,
        asOf: Moment,
        log: LogPosition,
        lastEvent: UInt64
    ) {
        self.baseURL = baseURL
        self.analysis = analysis
        self.record = record
        self.status = status
        self.asOf = asOf
        self.log = log
        self.lastEvent = lastEvent
    }

    private static let predicatePath = "/attestations/status/v1"

    /// The bytes that are signed, in the canonical form of RFC 8785; numbers are texts.
    package var bytes: [UInt8] {
        var predicate: [String: JSONValue] = [
            "analysis": .string(analysis.text), "status": .string(status.kind.rawValue), "asOf": .string(asOf.utc),
            "log": ["origin": .string(log.origin), "size": .string("\(log.size)"), "root": .string(log.root)],
            "lastEvent": .string("\(lastEvent)"),
        ]
        predicate["reason"] = status.reason.map { ["code": .string($0.code), "text": .string($0.text)] }
        predicate["decidedBy"] = status.decidedBy.map { .string($0) }
        predicate["decidedAt"] = status.decidedAt.map { .string($0.utc) }
        predicate["notice"] = status.notice.map { .string($0) }
        predicate["successor"] = status.successor.map { .string($0.text) }
        return Canonical.bytes([
            "_type": .string(StatementRendering.statementType),
            "subject": [["name": "manifest", "digest": ["sha256": .string(record.hexadecimal)]]],
            "predicateType": .string(baseURL + Self.predicatePath), "predicate": .object(predicate),
        ])
    }

    /// Reads the payload of an envelope strictly.
    ///
    /// - Parameter payload: the bytes that were signed.
    /// - Throws: ``RecordFault`` with the first thing wrong.
    package init(payload: [UInt8]) throws(RecordFault) {
        let document = try StrictValue.canonical(payload, document: "status statement", limit: 1 << 20)
        let type = document.value["predicateType"]?.stringValue ?? ""
        guard type.hasSuffix(Self.predicatePath) else {
            throw RecordFault("status statement", "/predicateType", "the predicate is no status")
        }
        baseURL = String(type.dropLast(Self.predicatePath.count))
        let top = try StatementType.check(document, predicate: type)
        let subjects = try top.member("subject").elements(limit: 1)
        guard let subject = subjects.first else { throw try top.member("subject").fault("it is empty") }
        let named = try StatementType.subject(subject)
        guard named.name == "manifest" else { throw subject.fault("the subject is no manifest") }
        record = named.digest
        let predicate = try top.member("predicate").members(
            ["analysis", "status", "asOf", "log", "lastEvent"],
            optional: ["reason", "decidedBy", "decidedAt", "notice", "successor"]
        )
        analysis = try Self.recordID(try predicate.member("analysis"))
        asOf = try predicate.member("asOf").moment()
        let position = try predicate.member("log").members(["origin", "size", "root"])
        log = LogPosition(
            origin: try position.member("origin").text(),
            size: try Self.number(try position.member("size")),
            root: try position.member("root").text()
        )
        lastEvent = try Self.number(try predicate.member("lastEvent"))
        status = try Self.status(predicate)
    }

    private static func status(_ predicate: [String: StrictValue]) throws(RecordFault) -> RecordStatus {
        let word = try predicate.member("status")
        guard let kind = RecordStatus.Kind(rawValue: try word.text()) else { throw word.fault("it is no known status") }
        var status = RecordStatus(kind)
        if let reason = predicate["reason"] {
            let members = try reason.members(["code", "text"])
            status.reason = .init(code: try members.member("code").text(), text: try members.member("text").text())
        }
        status.decidedBy = try predicate["decidedBy"]?.text()
        status.decidedAt = try predicate["decidedAt"]?.moment()
        status.notice = try predicate["notice"]?.text()
        if let successor = predicate["successor"] { status.successor = try recordID(successor) }
        return status
    }

    private static func recordID(_ value: StrictValue) throws(RecordFault) -> RecordID {
        guard let id = RecordID(try value.text()) else { throw value.fault("it is no UUID in lower case") }
        return id
    }

    private static func number(_ value: StrictValue) throws(RecordFault) -> UInt64 {
        let text = try value.text()
        guard let number = UInt64(text), "\(number)" == text else { throw value.fault("it is no whole number") }
        return number
    }
}
