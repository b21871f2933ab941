internal import Attestation
internal import Documents
internal import Gateway

/// Artifacts, uploads and what they take, as JSON.
enum ArtifactJSON {
    static func artifact(_ artifact: ListedArtifact) -> JSONValue {
        let (record, digest) = (artifact.record, artifact.record.artifact.digest)
        return [
            "digest": .string(digest.description), "size": .integer(record.artifact.size),
            "state": .string(record.state.rawValue), "createdAt": .string(record.createdAt.iso8601),
            "verifiedAt": moment(record.verifiedAt), "references": .array(artifact.references.map(reference)),
            "links": ["content": .string("/api/v1/artifacts/\(digest)")],
        ]
    }

    private static func reference(_ reference: ArtifactReference) -> JSONValue {
        [
            "kind": .string(reference.kind.rawValue), "holder": .string(reference.holder),
            "owner": .string(reference.owner), "account": .string(reference.account),
            "name": JobJSON.text(reference.name), "createdAt": .string(reference.createdAt.iso8601),
            "expiresAt": moment(reference.expiresAt),
        ]
    }

    static func stored(_ artifact: StoredArtifact) -> JSONValue {
        [
            "digest": .string(artifact.digest.description), "size": .integer(artifact.size),
            "links": ["content": .string("/api/v1/artifacts/\(artifact.digest)")],
        ]
    }

    static func upload(_ upload: Upload) -> JSONValue {
        let state = upload.finishedAt != nil ? "finished" : upload.failure != nil ? "failed" : "receiving"
        return [
            "id": .string(upload.id.text), "state": .string(state), "length": .integer(upload.length),
            "offset": .integer(upload.received), "name": JobJSON.text(upload.name),
            "account": .string(upload.account), "owner": .string(upload.owner),
            "digest": upload.finishedAt == nil ? .null : JobJSON.text(upload.digest?.description),
            "failure": JobJSON.text(upload.failure), "createdAt": .string(upload.createdAt.iso8601),
            "expiresAt": upload.finishedAt == nil ? .string(upload.expiresAt.iso8601) : .null,
            "finishedAt": moment(upload.finishedAt),
        ]
    }

    static func usage(_ usage: StorageUsage) -> JSONValue {
        [
            "account": .string(usage.account), "artifacts": .integer(usage.artifacts), "bytes": .integer(usage.bytes),
            "reserved": .integer(usage.reserved), "quota": usage.quota.map { .integer($0) } ?? .null,
        ]
    }

    static func garbage(_ plan: GarbagePlan, isDryRun: Bool) -> JSONValue {
        [
            "dryRun": .boolean(isDryRun), "count": .integer(plan.count), "bytes": .integer(plan.bytes),
            "items": .array(
                plan.lines.map { line in
                    [
                        "reason": .string(line.reason.rawValue), "account": JobJSON.text(line.account),
                        "count": .integer(line.count), "bytes": .integer(line.bytes),
                    ]
                }
            ),
        ]
    }

    private static func moment(_ moment: Timestamp?) -> JSONValue { moment.map { .string($0.iso8601) } ?? .null }
}
