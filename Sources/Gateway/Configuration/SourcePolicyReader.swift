internal import CurlClient
internal import Documents

/// Reads `sources:`.
enum SourcePolicyReader {
    private static let keys = ["allow", "maximumSize", "time", "leastSpeed", "tokens", "buckets"]

    static func read(_ field: Field) -> SourcePolicy {
        var policy = SourcePolicy.standard
        guard let object = field.object(known: keys) else { return policy }
        policy.allowed = object["allow"].map(addresses) ?? []
        policy.maximumBytes = object["maximumSize"].flatMap(StoragePolicyReader.size) ?? policy.maximumBytes
        policy.totalTime = object["time"].flatMap(SiteReader.duration) ?? policy.totalTime
        policy.leastBytesPerSecond =
            object["leastSpeed"].flatMap { $0.integer(in: 1...1_000_000_000, unit: "bytes each second") }
            ?? policy.leastBytesPerSecond
        policy.tokens = (object["tokens"]?.elements(limit: 1000, of: "tokens") ?? []).compactMap(token)
        for element in object["buckets"]?.elements(limit: 1000, of: "buckets") ?? [] {
            guard let bucket = bucket(element, besides: ["people"]) else { continue }
            if policy.buckets.updateValue(bucket, forKey: bucket.place.name) != nil {
                element.fault("the bucket '\(bucket.place.name)' stands twice", expected: "each bucket once")
            }
        }
        return policy
    }

    static func addresses(_ field: Field) -> [AddressBlock] {
        let expected = "an address or a block of them, such as 10.1.2.3, 10.0.0.0/8 or fd00::/8"
        return (field.elements(limit: 1000, of: "addresses") ?? []).compactMap { element in
            guard let text = element.string(expected: expected) else { return nil }
            if let block = AddressBlock(text) { return block }
            element.fault("'\(text)' is no address", expected: expected)
            return nil
        }
    }

    private static func token(_ field: Field) -> SourcePolicy.Token? {
        guard let object = field.object(known: ["prefix", "tokenFile", "people"]) else { return nil }
        let form = "the beginning of an address with its host and a slash, such as https://data.example.org/"
        let prefix = object.required("prefix", expected: form).flatMap {
            ManifestWords.matching($0, /https:\/\/[^\/@\s]+\/[^\s]*/, expected: form)
        }
        let secret = object.required("tokenFile", expected: "a file that holds the token").flatMap { field in
            field.string().flatMap { SecretFile.read($0, field) }
        }
        let people = people(object)
        guard let prefix, let secret else { return nil }
        return SourcePolicy.Token(prefix: prefix, secret: secret, people: people)
    }

    /// Who a key is for; nil where that is not said.
    private static func people(_ object: ObjectReader) -> Set<String>? {
        object["people"].map { field in
            Set(
                (field.elements(limit: 10_000, of: "people") ?? []).compactMap {
                    $0.string(expected: "a person's name")
                }
            )
        }
    }

    /// The keys of a bucket.
    static let bucketKeys = ["name", "endpoint", "region", "addressing", "accessKeyID", "secretKeyFile"]

    /// A bucket of an S3 server; `more` are keys that somebody else reads.
    static func bucket(_ field: Field, besides more: [String] = []) -> SourcePolicy.Bucket? {
        guard let object = field.object(known: bucketKeys + more) else { return nil }
        let name = object.required("name", expected: "the bucket's name").flatMap { $0.string() }
        let endpoint = object["endpoint"].flatMap { $0.string() } ?? "https://s3.amazonaws.com"
        let region = object["region"].flatMap { $0.string() } ?? "us-east-1"
        let addressing = object["addressing"].flatMap { field -> S3Bucket.Addressing? in
            let text = field.string(expected: "path or host")
            let addressing = text.flatMap(S3Bucket.Addressing.init(rawValue:))
            if text != nil, addressing == nil {
                field.fault("this is no way to name a bucket", expected: "path or host")
            }
            return addressing
        }
        let identifier = object["accessKeyID"].flatMap { $0.string() }
        let secret = object["secretKeyFile"].flatMap { field in field.string().flatMap { SecretFile.read($0, field) } }
        if (identifier == nil) != (object["secretKeyFile"] == nil) {
            field.fault("half of the credentials is missing", expected: "accessKeyID and secretKeyFile, or neither")
        }
        guard let name else { return nil }
        guard
            let place = S3Bucket(endpoint: endpoint, region: region, name: name, addressing: addressing ?? .path)
        else {
            field.fault(
                "this is no bucket",
                expected: "an endpoint such as https://s3.example.org, a region and a name"
            )
            return nil
        }
        let credentials = identifier.flatMap { identifier in
            secret.map { S3Credentials(accessKeyID: identifier, secretAccessKey: $0) }
        }
        return SourcePolicy.Bucket(place: place, credentials: credentials, people: people(object))
    }
}
