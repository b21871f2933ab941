package import Documents

/// Reads a policy from a YAML or JSON document.
package enum VerificationPolicyReader {
    private static let keys = [
        "keys", "keyHistories", "identity", "logKeys", "requireLog", "witnesses", "quorum", "requireFiles", "status",
    ]

    /// Reads the whole document; all its faults are noted.
    ///
    /// - Parameter field: its root.
    /// - Returns: the demands, as far as they can be read.
    package static func read(_ field: Field) -> VerificationDemands {
        var demands = VerificationDemands()
        guard let object = field.object(known: keys) else { return demands }
        demands.keys = words(object["keys"], of: "keys")
        demands.keyHistories = words(object["keyHistories"], of: "files")
        demands.identity = object.required("identity", expected: "the gateway's address, or any")
            .flatMap { $0.string() }
        demands.logKeys = words(object["logKeys"], of: "keys of logs")
        demands.requiresLog = object["requireLog"].flatMap { $0.boolean() } ?? false
        demands.witnesses = words(object["witnesses"], of: "keys of witnesses")
        demands.quorum = object["quorum"].flatMap { $0.integer(in: 0...1000, unit: "witnesses") } ?? 0
        demands.requiresFiles = object["requireFiles"].flatMap { $0.boolean() } ?? false
        if demands.keys.isEmpty, demands.keyHistories.isEmpty {
            object.fault("no key is named", expected: "keys or keyHistories")
        }
        if let status = object["status"]?.object(known: ["maximumAge", "accept"]) {
            demands.statusAge = status.required("maximumAge", expected: "a duration such as 1d").flatMap { $0.string() }
            if let accepted = status["accept"] { demands.acceptedStatus = kinds(accepted) }
        }
        return demands
    }

    private static func words(_ field: Field?, of what: String) -> [String] {
        (field?.elements(limit: 100, of: what) ?? []).compactMap { $0.string() }
    }

    private static func kinds(_ field: Field) -> Set<RecordStatus.Kind> {
        let expected = RecordStatus.Kind.allCases.map(\.rawValue).joined(separator: ", ")
        var kinds: Set<RecordStatus.Kind> = []
        for element in field.elements(limit: 10, of: "words") ?? [] {
            guard let word = element.string(expected: expected) else { continue }
            if let kind = RecordStatus.Kind(rawValue: word) {
                kinds.insert(kind)
            } else {
                element.fault("'\(word)' is no status", expected: expected)
            }
        }
        return kinds
    }
}
