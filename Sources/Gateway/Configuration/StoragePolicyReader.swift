internal import Documents

/// Reads `storage:`.
enum StoragePolicyReader {
    private static let durationForms = "a duration such as 90d, 12h or 1d12h"
    /// Shorter than that, somebody who keeps the same bytes could meet their removal.
    private static let shortestGrace = Duration.seconds(60)

    static func read(_ field: Field) -> StoragePolicy {
        var policy = StoragePolicy.standard
        let keys = ["retention", "quota", "quotas", "uploadSize", "grace", "uploadsExpire", "resultSalt", "bucket"]
        guard let object = field.object(known: keys) else { return policy }
        policy.retention = object["retention"].flatMap(duration)
        policy.resultSalt = object["resultSalt"].flatMap { $0.string(expected: "a word") } ?? ""
        policy.quotaBytes = object["quota"].flatMap(size)
        policy.quotas = object["quotas"].map(quotas) ?? [:]
        policy.uploadBytes = object["uploadSize"].flatMap(size) ?? policy.uploadBytes
        policy.uploadsExpire = object["uploadsExpire"].flatMap(duration) ?? policy.uploadsExpire
        policy.bucket = object["bucket"].flatMap(bucket)
        if let field = object["grace"], let grace = duration(field) {
            if grace < shortestGrace {
                field.fault("the time of grace is too short", expected: "at least 1m")
            }
            policy.grace = grace
        }
        return policy
    }

    private static func bucket(_ field: Field) -> ArtifactBucket? {
        let expected = "the beginning of every key, such as farfield or archive/farfield"
        guard let bucket = SourcePolicyReader.bucket(field, besides: ["prefix"]) else { return nil }
        if bucket.credentials == nil {
            field.fault("the gateway cannot write into it", expected: "accessKeyID and secretKeyFile")
        }
        let prefix = field.object(known: SourcePolicyReader.bucketKeys + ["prefix"])?["prefix"].flatMap {
            ManifestWords.matching($0, /[A-Za-z0-9._-]+(\/[A-Za-z0-9._-]+)*\/?/, expected: expected)
        }
        let end = prefix.map { $0.hasSuffix("/") ? "" : "/" } ?? ""
        return ArtifactBucket(bucket: bucket, prefix: (prefix ?? "") + end)
    }

    private static func duration(_ field: Field) -> Duration? {
        guard let text = field.string(expected: durationForms) else { return nil }
        if let duration = StoragePolicy.retention(text) { return duration }
        field.fault("\(ManifestWords.quoted(text)) is not a duration", expected: durationForms)
        return nil
    }

    static func size(_ field: Field) -> Int64? {
        guard let text = field.string(expected: Quantity.memoryForms) else { return nil }
        guard let mebibytes = Quantity.mebibytes(text), mebibytes > 0 else {
            field.fault("\(ManifestWords.quoted(text)) is not a size", expected: Quantity.memoryForms)
            return nil
        }
        return Int64(mebibytes) << 20
    }

    private static func quotas(_ field: Field) -> [String: Int64] {
        var quotas: [String: Int64] = [:]
        for (name, value) in field.entries(limit: 10_000) ?? [] {
            if name.wholeMatch(of: /[A-Za-z0-9][A-Za-z0-9._+@-]{0,127}/) == nil {
                value.fault(
                    "\(ManifestWords.quoted(name)) is not the name of an allocation",
                    expected: "a Slurm account"
                )
            }
            quotas[name] = size(value)
        }
        return quotas
    }
}
