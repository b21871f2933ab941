package import Attestation
internal import Documents

/// The history of a gateway's keys as it was published (`keys.json`), read by somebody who has decided to trust it.
package struct PublishedKeys: Sendable, Hashable {
    /// One key with what was said of it.
    package struct Key: Sendable, Hashable {
        /// What it signs: `manifest`, `log` or `witness`.
        package let use: String
        /// The key.
        package let publicKey: Ed25519PublicKey
        /// When.
        package let time: KeyTime
        /// Why it was revoked.
        package let reason: String?
    }

    /// Name of the gateway's log.
    package let origin: String
    /// All keys in the order of the document.
    package let keys: [Key]

    /// The most bytes of the document.
    package static let limit = 4 << 20

    /// Reads the document ``KeyHistory`` writes; members it does not know are passed over.
    ///
    /// - Parameter bytes: the file.
    /// - Throws: ``RecordFault`` with the first thing wrong.
    package init(bytes: [UInt8]) throws(RecordFault) {
        let value: JSONValue
        do {
            value = try StrictJSON.value(of: bytes, limit: Self.limit)
        } catch {
            throw RecordFault("key history", "", "\(error)")
        }
        let document = StrictValue(document: "key history", path: "", value: value)
        let top = try document.members(["origin", "keys"], others: true)
        origin = try top.member("origin").text()
        var keys: [Key] = []
        for element in try top.member("keys").elements(limit: 10_000) {
            let key = try Self.key(element, origin: origin)
            guard !keys.contains(where: { $0.use == key.use && $0.publicKey == key.publicKey }) else {
                throw element.fault("the key stands twice")
            }
            keys.append(key)
        }
        self.keys = keys
    }

    /// The keys that sign manifests.
    package var manifestKeys: [TrustedKey] {
        keys.filter { $0.use == "manifest" }.map { TrustedKey($0.publicKey, time: $0.time) }
    }

    /// The keys that sign the log's checkpoints.
    package var logKeys: [TrustedLogKey] {
        keys.filter { $0.use == "log" }.compactMap { key in
            (try? VerifierKey(name: origin, kind: .note, publicKey: key.publicKey))
                .map { TrustedLogKey($0, time: key.time) }
        }
    }

    private static func key(_ element: StrictValue, origin: String) throws(RecordFault) -> Key {
        let members = try element.members(["use", "publicKey", "validFrom"], others: true)
        let pem = try members.member("publicKey")
        let text = try pem.text()
        let publicKey: Ed25519PublicKey
        do { publicKey = try Ed25519PublicKey(pem: text.utf8) } catch { throw pem.fault(error.description) }
        if let id = members["keyid"], try id.text() != publicKey.keyID { throw id.fault("it is not the key's own") }
        let use = try members.member("use").text()
        if use == "log", let name = members["verifierKey"] {
            let expected = try? VerifierKey(name: origin, kind: .note, publicKey: publicKey).text
            guard try name.text() == expected else { throw name.fault("it is not this key under this log's name") }
        }
        return Key(
            use: use,
            publicKey: publicKey,
            time: KeyTime(
                from: try moment(members["validFrom"]),
                until: try moment(members["validUntil"]),
                revokedAt: try moment(members["revokedAt"])
            ),
            reason: members["reason"]?.value.stringValue
        )
    }

    private static func moment(_ value: StrictValue?) throws(RecordFault) -> Moment? {
        guard let value, value.value != .null else { return nil }
        // Whole seconds are written with their milliseconds there.
        let text = try value.text()
        guard let moment = Moment(utc: text.hasSuffix(".000Z") ? text.dropLast(5) + "Z" : text) else {
            throw value.fault("it is no moment in UTC")
        }
        return moment
    }
}
