internal import Documents
internal import FoundationEssentials

/// Reads `provenance:`.
enum ProvenancePolicyReader {
    private static let keys = [
        "url", "name", "publisher", "contact", "signingKey", "origin", "checkpointFile", "doi", "witnesses",
        "witnessedLogs",
    ]

    static func read(_ field: Field) -> ProvenancePolicy {
        var policy = ProvenancePolicy()
        guard let object = field.object(known: keys) else { return policy }
        policy.url = object["url"].flatMap(address)
        policy.name = object["name"].flatMap { $0.string(expected: "a name") } ?? policy.name
        policy.publisher = object["publisher"].flatMap { $0.string(expected: "a name") }
        policy.contact = object["contact"].flatMap {
            ManifestWords.matching($0, /[^@\s<>]+@[^@\s<>]+/, expected: "an email address")
        }
        policy.signingKey = object["signingKey"].flatMap { $0.string(expected: "a file or a pkcs11: URI") }
        policy.origin = object["origin"].flatMap {
            ManifestWords.matching(
                $0,
                /[A-Za-z0-9][A-Za-z0-9.:\/_-]{0,199}/,
                expected: "a name such as gateway.example.org/log"
            )
        }
        policy.checkpointFile = object["checkpointFile"].flatMap { $0.string(expected: "a file") }
        policy.doi = object["doi"].flatMap(registry)
        policy.witnesses = (object["witnesses"]?.elements(limit: 20, of: "witnesses") ?? []).compactMap(witness)
        policy.witnessedLogs = (object["witnessedLogs"]?.elements(limit: 100, of: "logs") ?? []).compactMap {
            $0.string(expected: "the verifier key of a log")
        }
        return policy
    }

    private static func address(_ field: Field) -> String? {
        let text = ManifestWords.matching(
            field,
            /https?:\/\/[A-Za-z0-9._\[\]:-]+(\/[A-Za-z0-9._~\/-]*)?/,
            expected: "an address such as https://gateway.example.org"
        )
        return text.map { String($0.trimmingSuffix(while: { $0 == "/" })) }
    }

    private static func registry(_ field: Field) -> ProvenancePolicy.DOIRegistry? {
        guard let object = field.object(known: ["endpoint", "prefix", "user", "passwordFile"]) else { return nil }
        let prefix = object["prefix"].flatMap {
            ManifestWords.matching($0, /10\.[0-9]{4,9}/, expected: "a prefix such as 10.5072")
        }
        let password = object["passwordFile"].flatMap { file in
            file.string(expected: "a file that holds the password").flatMap { SecretFile.read($0, file) }
        }
        guard let endpoint = object["endpoint"].flatMap(address), let prefix,
            let user = object["user"].flatMap({ $0.string(expected: "the account") }), let password
        else {
            field.fault("the registry is not described in full", expected: "endpoint, prefix, user and passwordFile")
            return nil
        }
        return .init(endpoint: endpoint, prefix: prefix, user: user, password: password)
    }

    private static func witness(_ field: Field) -> ProvenancePolicy.Witness? {
        guard let object = field.object(known: ["url", "key"]), let url = object["url"].flatMap(address),
            let key = object["key"].flatMap({ $0.string(expected: "its verifier key") })
        else {
            field.fault("the witness is not described in full", expected: "url and key")
            return nil
        }
        return .init(url: url, key: key)
    }
}

extension String {
    /// The text without what stands at its end.
    fileprivate func trimmingSuffix(while predicate: (Character) -> Bool) -> Substring {
        var end = endIndex
        while end > startIndex, predicate(self[index(before: end)]) { end = index(before: end) }
        return self[..<end]
    }
}
