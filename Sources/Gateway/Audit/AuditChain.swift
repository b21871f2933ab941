internal import Attestation
package import Documents

/// What is wrong with a line of an audit trail.
package struct AuditFault: Error, Sendable, Hashable, CustomStringConvertible {
    /// The line's number, as far as it is known.
    package let sequence: Int64
    /// What is wrong, for a person.
    package let message: String

    package var description: String { "line \(sequence): \(message)" }
}

/// Reads a trail line by line, and finds what was removed, added, altered or put elsewhere.
///
/// A chain alone cannot show that its newest lines were cut off: for that, name what must be in it
/// (``init(expecting:)``), such as the head of an earlier export.
package struct AuditChain: Sendable {
    /// Where a trail ends, or ended.
    package struct Head: Sendable, Hashable {
        /// The last line's number; 0 for an empty trail.
        package let sequence: Int64
        /// The last line's digest.
        package let digest: String

        /// The head of an empty trail.
        package static let empty = Head(sequence: 0, digest: AuditLine.origin)

        /// A head.
        package init(sequence: Int64, digest: String) {
            self.sequence = sequence
            self.digest = digest
        }

        /// The head in words, such as `17 sha256:…`.
        package var text: String { "\(sequence) \(digest)" }

        /// Reads ``text``; nil when it is none.
        package init?(_ text: String) {
            let parts = text.split(whereSeparator: \.isWhitespace)
            guard parts.count == 2, let sequence = Int64(parts[0]), sequence >= 0,
                parts[1].wholeMatch(of: /sha256:[0-9a-f]{64}/) != nil
            else { return nil }
            self.init(sequence: sequence, digest: String(parts[1]))
        }
    }

    /// The last line that was read.
    package private(set) var head = Head.empty
    /// Everything that is wrong, the first hundred.
    package private(set) var faults: [AuditFault] = []
    private var expected: [Int64: String]

    /// A reader at the beginning of a trail.
    ///
    /// - Parameter heads: where the trail once ended; each must still be in it.
    package init(expecting heads: [Head] = []) {
        expected = Dictionary(heads.filter { $0.sequence > 0 }.map { ($0.sequence, $0.digest) }) { first, _ in first }
    }

    /// Takes the next line.
    ///
    /// - Parameters:
    ///   - line: the line's value.
    ///   - digest: what it is said to hash to.
    package mutating func take(_ line: JSONValue, digest: String) {
        let next = head.sequence + 1
        let sequence = line["sequence"]?.integerValue.map(Int64.init) ?? next
        if sequence > next {
            note(next, sequence == next + 1 ? "it is missing" : "it and what follows up to \(sequence - 1) are missing")
        } else if sequence < next {
            note(sequence, "it comes again, or in the wrong place")
        }
        guard let text = try? CanonicalJSON.text(line) else {
            note(sequence, "it holds a number that is none")
            return
        }
        let computed = SHA256Digest(of: text.utf8).description
        if computed != digest { note(sequence, "it was altered: it hashes to \(computed), not to \(digest)") }
        if sequence == next, line["previous"]?.stringValue != head.digest {
            note(sequence, "it does not follow the line before it: one of the two was replaced")
        }
        if let kept = expected.removeValue(forKey: sequence), kept != computed {
            note(sequence, "it is not the line that was kept, \(kept): the trail was written anew")
        }
        head = Head(sequence: sequence, digest: computed)
    }

    /// Notes a fault that was found beside the chain.
    package mutating func note(_ sequence: Int64, _ message: String) {
        if faults.count < 100 { faults.append(AuditFault(sequence: sequence, message: message)) }
    }

    /// The trail is at its end: what must be in it and did not come is missing.
    ///
    /// - Returns: everything that is wrong.
    package mutating func finish() -> [AuditFault] {
        for (sequence, digest) in expected.sorted(by: { $0.key < $1.key }) {
            note(sequence, "it was there (\(digest)) and the trail ends before it, at line \(head.sequence)")
        }
        expected = [:]
        return faults
    }
}
