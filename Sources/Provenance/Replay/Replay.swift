package import Attestation
package import Documents
package import Gateway

/// What is run again.
package enum ReplayOrigin: Sendable, Hashable {
    /// A published analysis; anybody may.
    case analysis(RecordID)
    /// A job of one's own.
    case job(JobID)
}

/// A job that ran something again.
package struct Replay: Sendable, Hashable {
    /// The new job.
    package let job: JobID
    /// The job that was run again.
    package let parent: JobID
    /// The analysis that was run again; nil when the job was not published.
    package let record: RecordID?
    /// The statement that named what was run again.
    package let statement: SHA256Digest
    /// Who ran it again.
    package let owner: String
    /// What was otherwise.
    package let changes: JSONValue
    /// What was found before it ran.
    package let report: JSONValue
    /// How its results compare with the original's (`identical`, `equivalent`, `not-compared`, `different`); nil before
    /// it was looked at.
    package var verdict: String?
    /// The verdict in one sentence; nil before it was looked at.
    package var sentence: String?
    /// When it was submitted.
    package let createdAt: Timestamp

    /// How much of it is as it was.
    package enum Kind: String, Sendable, CaseIterable {
        /// The same recipe.
        case replay
        /// Other parameters.
        case variant
        /// Other data.
        case fork
    }

    /// How much of it is as it was; where it ran does not count.
    package var kind: Kind {
        changes["inputs"] != nil ? .fork : changes["parameters"] != nil ? .variant : .replay
    }

    /// The replay as JSON.
    ///
    /// - Parameter isWhole: whether is told what may be its owner's alone: changes, report and the sentence.
    /// - Returns: the object.
    package func json(isWhole: Bool) -> JSONValue {
        var members: [String: JSONValue] = [
            "job": .string(job.text), "parent": .string(parent.text), "kind": .string(kind.rawValue),
            "analysis": record.map { .string($0.text) } ?? .null, "statement": .string(statement.description),
            "verdict": verdict.map { .string($0) } ?? .null, "createdAt": .string(createdAt.iso8601),
        ]
        if isWhole {
            members["owner"] = .string(owner)
            members["sentence"] = sentence.map { .string($0) } ?? .null
            members["changes"] = changes
            members["report"] = report
        }
        return .object(members)
    }
}
