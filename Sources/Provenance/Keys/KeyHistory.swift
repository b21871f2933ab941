internal import Attestation
package import Documents
internal import Gateway

/// The history of the gateway's keys as it is published, and read by whoever verifies.
package enum KeyHistory {
    /// The document `keys.json`.
    ///
    /// - Parameters:
    ///   - keys: every key there ever was.
    ///   - origin: the log's name.
    ///   - witness: the name under which this gateway cosigns other logs; nil is the log's own.
    /// - Returns: the document; `verifierKey` is in the form of C2SP signed-note.
    package static func json(_ keys: [SigningKey], origin: String, witness: String? = nil) -> JSONValue {
        [
            "origin": .string(origin),
            "keys": .array(
                keys.map { member($0, origin: origin, witness: witness) }
            ),
        ]
    }

    /// One key of the document.
    package static func member(_ key: SigningKey, origin: String, witness: String? = nil) -> JSONValue {
        var members: [String: JSONValue] = [
            "keyid": .string(key.publicKey.keyID), "use": .string(key.use.rawValue),
            "algorithm": "Ed25519", "publicKey": .string(key.publicKey.pem),
            "validFrom": .string(key.validFrom.iso8601),
            "validUntil": key.validUntil.map { .string($0.iso8601) } ?? .null,
            "revokedAt": key.revokedAt.map { .string($0.iso8601) } ?? .null,
            "reason": key.reason.map { .string($0) } ?? .null,
        ]
        if let name = verifierKey(key, origin, witness ?? origin) { members["verifierKey"] = .string(name.text) }
        return .object(members)
    }

    private static func verifierKey(_ key: SigningKey, _ origin: String, _ witness: String) -> VerifierKey? {
        switch key.use {
        case .manifest: nil
        case .log: try? VerifierKey(name: origin, kind: .note, publicKey: key.publicKey)
        case .witness: try? VerifierKey(name: witness, kind: .cosignature, publicKey: key.publicKey)
        }
    }
}
