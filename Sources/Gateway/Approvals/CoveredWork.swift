internal import Attestation
package import Documents

/// Everything an approval covers: what runs, for whom, where, and what it may cost.
///
/// It is worked out of the stored row each time, so a row that was changed behind the gateway's back is another work.
package struct CoveredWork: Sendable, Hashable {
    /// Its canonical JSON (RFC 8785); long texts stand in it by their digests.
    package let text: String
    /// `sha256:…` of ``text``.
    package let digest: String

    /// The work of a job.
    ///
    /// - Parameters:
    ///   - job: its row.
    ///   - price: what it can cost at worst.
    /// - Throws: `CanonicalJSON.NotANumber`, which whole numbers never are.
    package init(_ job: Job, price: JobPrice) throws {
        let manifest = try? JSONValue(json: job.manifestText.utf8)
        let program = manifest?["script"] ?? manifest?["command"] ?? .null
        let value: JSONValue = [
            "script": Self.digest(of: job.script),
            "program": Self.digest(of: Self.canonical(program) ?? ""),
            "manifest": Self.digest(of: manifest.flatMap(Self.canonical) ?? job.manifestText),
            "owner": .string(job.owner),
            "site": .string(job.site),
            "array": job.arrayCount.map { .integer($0) } ?? .null,
            "retries": [
                "limit": .integer(job.retries.limit),
                "causes": .array(job.retries.causes.map { .string($0.rawValue) }),
            ],
            "price": Self.json(price),
        ]
        text = try CanonicalJSON.text(value)
        digest = SHA256Digest(of: text.utf8).description
    }

    /// What is not the same as in an earlier work, in the words of this type.
    ///
    /// - Parameter earlier: the other's ``text``.
    /// - Returns: names such as `script` or `price`, sorted.
    package func differences(from earlier: String) -> [String] {
        let (before, now) = (try? JSONValue(json: earlier.utf8), try? JSONValue(json: text.utf8))
        let keys = Set((before?.objectValue ?? [:]).keys).union((now?.objectValue ?? [:]).keys)
        return keys.filter { before?[$0] != now?[$0] }.sorted()
    }

    /// A price as it is covered and shown.
    package static func json(_ price: JobPrice) -> JSONValue {
        [
            "site": .string(price.site), "partition": price.partition.map { .string($0) } ?? .null,
            "nodes": .integer(price.nodes), "tasks": .integer(price.tasks),
            "walltimeSeconds": .integer(price.walltimeSeconds), "attempts": .integer(price.attempts),
            "rateThousandths": .integer(price.rate.thousandths),
            "project": price.project.map { .string($0) } ?? .null,
            "allocation": price.allocation.map { .string($0) } ?? .null,
        ]
    }

    private static func canonical(_ value: JSONValue) -> String? { try? CanonicalJSON.text(value) }

    private static func digest(of text: String) -> JSONValue { .string(SHA256Digest(of: text.utf8).description) }
}
