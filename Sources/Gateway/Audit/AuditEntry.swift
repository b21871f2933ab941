internal import Attestation
package import Documents

/// One line of the audit trail: who did what to which thing, from where, when and why.
package struct AuditEntry: Sendable, Hashable {
    /// What something was done to, such as kind `job` and id `job_…`.
    package struct Object: Sendable, Hashable {
        /// What kind of thing, in the API's words: job, token, person, project, allocation, approval, credential.
        package let kind: String
        /// Its name there.
        package let id: String

        /// An object.
        package init(_ kind: String, _ id: String) {
            self.kind = kind
            self.id = id
        }
    }

    /// What was done, `SUBJECT.VERB` in the past tense, such as `job.submitted` or `token.revoked`.
    package let action: String
    /// To what.
    package let object: Object
    /// Who did it, with which means and from where.
    package let person: Person
    /// Why, in the words of whoever did it.
    package let reason: String?
    /// What else a reader needs to judge it, such as values before and after; never a secret.
    package let details: JSONValue

    /// An entry, not yet written.
    package init(
        _ action: String,
        _ object: Object,
        by person: Person,
        reason: String? = nil,
        details: JSONValue = .object([:])
    ) {
        self.action = action
        self.object = object
        self.person = person
        self.reason = reason
        self.details = details
    }
}

/// An entry as it stands in the trail.
package struct AuditLine: Sendable, Hashable {
    /// Its place, from 1, without gaps.
    package let sequence: Int64
    /// When it was written.
    package let at: Timestamp
    /// The digest of the line before; 64 zeros' worth for the first.
    package let previous: String
    /// The line's own text: RFC 8785 JSON that holds `previous`.
    package let text: String
    /// `sha256:…` of ``text``.
    package let digest: String

    /// What the first line has for the digest of the line before it.
    package static let origin = "sha256:" + String(repeating: "0", count: 64)

    /// The line an entry becomes.
    ///
    /// - Throws: `CanonicalJSON.NotANumber` for details that hold no JSON number.
    static func seal(
        _ entry: AuditEntry,
        sequence: Int64,
        previous: String,
        at now: Timestamp
    ) throws -> AuditLine {
        let origin = entry.person.origin
        let value: JSONValue = [
            "sequence": .integer(sequence),
            "at": .string(now.iso8601),
            "action": .string(entry.action),
            "object": ["kind": .string(entry.object.kind), "id": .string(entry.object.id)],
            "person": .string(entry.person.name),
            "role": .string(entry.person.role.rawValue),
            "method": .string(origin.method.rawValue),
            "credential": origin.credential.map { .string($0) } ?? .null,
            "address": origin.address.map { .string($0) } ?? .null,
            "request": origin.request.map { .string($0) } ?? .null,
            "reason": entry.reason.map { .string($0) } ?? .null,
            "details": entry.details,
            "previous": .string(previous),
        ]
        let text = try CanonicalJSON.text(value)
        return AuditLine(
            sequence: sequence,
            at: now,
            previous: previous,
            text: text,
            digest: SHA256Digest(of: text.utf8).description
        )
    }
}
