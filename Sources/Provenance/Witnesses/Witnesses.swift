internal import Attestation
internal import CurlClient
internal import Gateway

/// Who cosigns our log, and whose logs we cosign, as the operator named them.
struct Witnesses: Sendable {
    /// Ours.
    let ours: [AskWitness.Witness]
    /// Keys of the logs that look to us.
    let witnessedLogs: [VerifierKey]

    /// Reads the configured keys.
    ///
    /// - Throws: ``WitnessFault`` that names the key.
    init(_ policy: ProvenancePolicy) throws(WitnessFault) {
        ours = try policy.witnesses.map { witness throws(WitnessFault) in
            AskWitness.Witness(url: witness.url, key: try Self.key(witness.key, .cosignature))
        }
        witnessedLogs = try policy.witnessedLogs.map { text throws(WitnessFault) in try Self.key(text, .note) }
        let names = ours.map(\.key.name)
        if Set(names).count < names.count { throw .twice }
    }

    private static func key(_ text: String, _ kind: VerifierKey.Kind) throws(WitnessFault) -> VerifierKey {
        let key: VerifierKey
        do { key = try VerifierKey(text: text) } catch { throw .key(text, "\(error)") }
        guard key.kind == kind else {
            throw .key(
                text,
                kind == .note ? "it is a witness's key, not a log's" : "it is a log's key, not a witness's"
            )
        }
        return key
    }
}

/// Why the configured witnesses cannot be used.
enum WitnessFault: Error, Sendable, Hashable, CustomStringConvertible {
    /// A verifier key is wrong.
    case key(String, String)
    /// Two witnesses bear the same name.
    case twice

    var description: String {
        switch self {
        case .key(let text, let reason): "the key '\(text.prefix(100))' under provenance cannot be used: \(reason)"
        case .twice: "two of provenance.witnesses have keys of the same name"
        }
    }
}

extension HTTPClient {
    /// For requests to witnesses and registries.
    static var outgoing: HTTPClient { HTTPClient(.init(userAgent: "farfield")) }
}
