internal import Attestation

extension VerificationRun {
    /// Step 1: the envelope can be read, and every copy of it holds the same statement.
    mutating func opened() -> Signed? {
        guard let first = material.signed.first else {
            note(.envelope, .notChecked("there is no envelope and no bundle at hand"))
            return nil
        }
        do {
            var documents: [SignedDocument] = []
            for file in material.signed { documents.append(try SignedDocument(file)) }
            var proofs = documents.compactMap(\.proof)
            for file in material.proofs { proofs.append(try CarriedProof(file)) }
            let envelope = documents[0].envelope
            guard envelope.payloadType == SignedManifest.payloadType else {
                throw VerificationFailure(
                    "\(first.name) holds '\(envelope.payloadType)', which is no in-toto statement"
                )
            }
            for (file, other) in zip(material.signed, documents).dropFirst()
            where other.envelope.payloadType != envelope.payloadType || other.envelope.payload != envelope.payload {
                let place = FirstDifference(other.envelope.payload, from: envelope.payload).map { ": \($0)" } ?? ""
                throw VerificationFailure("\(file.name) holds another statement than \(first.name)\(place)")
            }
            note(.envelope, .passed("\(first.name) holds a statement, \(SHA256Digest(of: envelope.payload))"))
            return Signed(envelope: envelope, proofs: proofs)
        } catch {
            note(.envelope, .failed("\(error)"))
            return nil
        }
    }

    /// Step 2: a key of the policy signed; what the envelope says of its keys proves nothing.
    mutating func signature(_ signed: inout Signed) -> Bool {
        let valid = signed.envelope.verified(by: policy.keys.map(\.publicKey))
        signed.keys = policy.keys.filter { valid.contains($0.publicKey) }
        guard let key = signed.keys.first else {
            let named = signed.envelope.signatures.map(\.keyID).filter { id in
                policy.keys.contains { $0.publicKey.keyID == id }
            }
            let reason =
                named.isEmpty
                ? "no key of the policy signed it"
                : "the key \(named[0]) of the policy is named, and its signature does not fit the statement"
            note(.signature, .failed(reason))
            return false
        }
        note(.signature, .passed("signed by \(key.publicKey.keyID)"))
        return true
    }

    /// Step 3: the statement is what it should be, and nothing in it is unknown.
    mutating func statement(_ signed: Signed) -> Told? {
        do {
            let record = try SignedRecord(payload: signed.envelope.payload)
            let told = try Told(record)
            let how = record.isSimulated ? " (SIMULATED: nothing was computed on a cluster)" : ""
            note(.statement, .passed("\(record.state) on \(record.builder)\(how), record \(told.id)"))
            return told
        } catch {
            note(.statement, .failed("\(error)"))
            return nil
        }
    }

    /// Step 3, its author: the keys may sign for several sites and gateways.
    mutating func identity(_ told: Told) -> Bool {
        switch policy.identity {
        case .anybodyWithTheKeys:
            note(.identity, .notChecked("the policy takes whatever the keys sign; this is of \(told.record.builder)"))
            return true
        case .url(let url):
            var wanted = url
            while wanted.utf8.last == UInt8(ascii: "/") { wanted.removeLast() }
            guard wanted.utf8.elementsEqual(told.record.builder.utf8) || wanted.utf8.elementsEqual(told.base.utf8)
            else {
                note(.identity, .failed("it is of \(told.record.builder), not of \(wanted)"))
                return false
            }
            note(.identity, .passed(told.record.builder))
            return true
        }
    }
}

extension VerificationRun.Told {
    /// Addresses of one statement are addresses of one gateway.
    init(_ record: SignedRecord) throws(VerificationFailure) {
        guard let match = record.builder.wholeMatch(of: /(https?:\/\/[^\s?#]+)\/sites\/[^\/\s?#]+/) else {
            throw VerificationFailure("'\(record.builder)' is not the address of a gateway's site")
        }
        base = String(match.1)
        guard record.buildType == base + RecordAddresses.buildTypePath else {
            throw VerificationFailure("the kind of run '\(record.buildType)' is not known here")
        }
        let prefix = base + "/analysis/"
        guard record.invocation.hasPrefix(prefix), let id = RecordID(String(record.invocation.dropFirst(prefix.count)))
        else { throw VerificationFailure("'\(record.invocation)' is not the address of a record of \(base)") }
        self.id = id
        self.record = record
    }
}

/// Why a step does not hold, for a person.
struct VerificationFailure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
