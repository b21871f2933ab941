internal import Attestation
internal import Documents

extension SigstoreBundle {
    /// The most bytes of a bundle.
    package static let limit = 32 << 20

    /// Whether a text says that it is a bundle.
    ///
    /// - Parameter bytes: the file.
    /// - Returns: false for everything else, also for what is no JSON.
    package static func isOne(_ bytes: [UInt8]) -> Bool {
        guard let value = try? StrictJSON.value(of: bytes, limit: limit) else { return false }
        return value["mediaType"]?.stringValue?.hasPrefix("application/vnd.dev.sigstore.bundle") == true
    }

    /// Reads a bundle as ``text`` writes it, white space aside: what stands twice in it must agree.
    ///
    /// - Parameter bytes: the file.
    /// - Throws: ``RecordFault``.
    package init(bytes: [UInt8]) throws(RecordFault) {
        let value: JSONValue
        do {
            value = try StrictJSON.value(of: bytes, limit: Self.limit)
        } catch {
            throw RecordFault("bundle", "", "\(error)")
        }
        let document = StrictValue(document: "bundle", path: "", value: value)
        let top = try document.members(["mediaType", "verificationMaterial", "dsseEnvelope"])
        let logged = try Self.entry(try top.member("verificationMaterial"))
        let time = try logged.member("integratedTime")
        guard let seconds = Int64(try time.text()) else { throw time.fault("it is no number of seconds") }
        self.init(
            envelope: try Self.envelope(try top.member("dsseEnvelope")),
            entry: try Self.bytes(try logged.member("canonicalizedBody")),
            proof: try Self.proof(try logged.member("inclusionProof")),
            loggedAt: seconds
        )
        try checkIsWritten(value)
    }

    private static func entry(_ material: StrictValue) throws(RecordFault) -> [String: StrictValue] {
        let members = try material.members(["publicKey", "tlogEntries"])
        let list = try members.member("tlogEntries")
        let entries = try list.elements(limit: 1)
        guard let entry = entries.first else { throw list.fault("it is empty") }
        return try entry.members([
            "logIndex", "logId", "kindVersion", "integratedTime", "inclusionProof", "canonicalizedBody",
        ])
    }

    private static func envelope(_ value: StrictValue) throws(RecordFault) -> Envelope {
        do {
            return try Envelope(json: try CanonicalJSON.text(value.value).utf8)
        } catch {
            throw value.fault("\(error)")
        }
    }

    private static func bytes(_ value: StrictValue) throws(RecordFault) -> [UInt8] {
        guard let bytes = Base64.bytes(try value.text().utf8) else { throw value.fault("it is not in Base 64") }
        return bytes
    }

    private static func proof(_ value: StrictValue) throws(RecordFault) -> LogProof {
        let members = try value.members(["logIndex", "rootHash", "treeSize", "hashes", "checkpoint"])
        let (index, size) = (try members.member("logIndex"), try members.member("treeSize"))
        guard let number = Int(try index.text()) else { throw index.fault("it is no index") }
        guard let leaves = Int(try size.text()) else { throw size.fault("it is no size") }
        var hashes: [TreeHash] = []
        for element in try members.member("hashes").elements(limit: 64) {
            guard let hash = TreeHash(base64: try element.text().utf8) else { throw element.fault("it is no hash") }
            hashes.append(hash)
        }
        let note = try members.member("checkpoint").members(["envelope"]).member("envelope")
        let text = try note.text()
        let checkpoint: SignedNote
        do { checkpoint = try SignedNote(note: text.utf8) } catch { throw note.fault("\(error)") }
        return LogProof(
            inclusion: InclusionProof(index: number, size: leaves, hashes: hashes),
            checkpoint: checkpoint
        )
    }

    /// The bundle's parts, written again, must be the bundle.
    private func checkIsWritten(_ value: JSONValue) throws(RecordFault) {
        guard let found = try? CanonicalJSON.text(value), let written = try? text else {
            throw RecordFault("bundle", "", "its checkpoint cannot be read")
        }
        if let place = FirstDifference(Array(found.utf8), from: Array(written.utf8)) {
            throw RecordFault(
                "bundle",
                "",
                "what stands twice in it differs, or was written otherwise: in RFC 8785, \(place)"
            )
        }
    }
}
