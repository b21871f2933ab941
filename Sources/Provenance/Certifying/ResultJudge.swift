internal import Attestation
internal import Documents
internal import Gateway
internal import Storage

/// Whether a known result is what was signed for it: the entry of the result cache is the signed statement.
enum ResultJudge {
    /// - Returns: why it is not to be believed; nil when nothing speaks against it, or nothing is signed yet.
    static func objection(
        to job: JobID,
        _ outputs: [JobOutput],
        on connection: any StorageConnection
    ) throws -> String? {
        guard let edition = try EditionStore.first(of: job, on: connection) else { return nil }
        let keys = try SigningKeyStore.list(.manifest, on: connection).filter { key in
            key.revokedAt.map { edition.createdAt < $0 } ?? true
        }
        guard let envelope = try? Envelope(json: edition.envelope.utf8) else { return "its envelope cannot be read" }
        if envelope.verified(by: keys.map(\.publicKey)).isEmpty { return "no key of this gateway signed for it" }
        guard let statement = try? JSONValue(json: envelope.payload),
            let subjects = statement["subject"]?.arrayValue
        else { return "what was signed cannot be read" }
        let signed = subjects.compactMap { subject -> String? in
            guard let name = subject["name"]?.stringValue, let digest = subject["digest"]?["sha256"]?.stringValue
            else { return nil }
            return "\(digest) \(name)"
        }
        return Set(signed.dropFirst()) == expected(outputs) ? nil : "its files are not the ones that were signed"
    }

    /// What the subjects behind the crate must be.
    private static func expected(_ outputs: [JobOutput]) -> Set<String> {
        let files = outputs.map { Output(path: $0.path, digest: $0.digest, size: $0.size) }
        guard files.count > RecordPaths.subjectLimit else {
            return Set(files.map { "\($0.digest.hexadecimal) \(RecordPaths.path($0))" })
        }
        let list = ChecksumList(files.map { .init(path: RecordPaths.path($0), digest: $0.digest) })
        return ["\(SHA256Digest(of: list.bytes).hexadecimal) \(RecordPaths.checksums)"]
    }
}
