internal import Documents

/// Bytes with their type and the signatures over both: DSSE 1.0.2, the Dead Simple Signing Envelope.
///
/// The bytes that were signed are the bytes that are kept: whoever has verified an envelope goes on with ``payload`` and
/// never reads the envelope again. What identifies a document is the digest of ``payload``, since signatures may be
/// added.
package struct Envelope: Sendable, Hashable {
    /// One signature.
    package struct Signature: Sendable, Hashable {
        /// A hint which key made it; not authenticated, often empty.
        package let keyID: String
        /// The signature itself.
        package let bytes: [UInt8]

        /// A signature.
        ///
        /// - Parameters:
        ///   - keyID: ``Ed25519PublicKey/keyID`` of its key.
        ///   - bytes: the signature itself.
        package init(keyID: String, bytes: [UInt8]) {
            self.keyID = keyID
            self.bytes = bytes
        }
    }

    /// The most bytes an envelope may have as JSON.
    package static let sizeLimit = 16 << 20
    /// The most signatures an envelope may carry.
    package static let signatureLimit = 16

    /// What the payload is: a media type, or another URI.
    package let payloadType: String
    /// The signed bytes.
    package let payload: [UInt8]
    /// In the order in which they were added.
    package let signatures: [Signature]

    /// An envelope of known parts.
    ///
    /// - Parameters:
    ///   - payloadType: what the payload is.
    ///   - payload: the bytes.
    ///   - signatures: over type and bytes; none for an envelope that is yet to be signed.
    package init(payloadType: String, payload: [UInt8], signatures: [Signature] = []) {
        self.payloadType = payloadType
        self.payload = payload
        self.signatures = signatures
    }

    /// The bytes that are signed, `PAE(type, body)`: both lengths in bytes, in decimal.
    package var preAuthenticationEncoding: [UInt8] {
        let head = "DSSEv1 \(payloadType.utf8.count) \(payloadType) \(payload.count) "
        return Array(head.utf8) + payload
    }

    // MARK: - Signing

    /// An envelope with one signature.
    ///
    /// - Parameters:
    ///   - payloadType: what the payload is.
    ///   - payload: the bytes.
    ///   - signer: who signs.
    /// - Returns: the envelope.
    /// - Throws: ``SigningError``.
    package static func signed(
        payloadType: String,
        payload: [UInt8],
        by signer: some Signer
    ) throws(SigningError) -> Envelope {
        try Envelope(payloadType: payloadType, payload: payload).signed(by: signer)
    }

    /// The same with one more signature, such as that of the site that ran the job.
    ///
    /// - Parameter signer: who signs.
    /// - Returns: the envelope; its payload is the same bytes.
    /// - Throws: ``SigningError``, also for one signature more than ``signatureLimit``.
    package func signed(by signer: some Signer) throws(SigningError) -> Envelope {
        guard signatures.count < Self.signatureLimit else {
            throw .refused(reason: "the envelope has \(Self.signatureLimit) signatures already")
        }
        let bytes = try signer.sign(preAuthenticationEncoding)
        let signature = Signature(keyID: signer.publicKey.keyID, bytes: bytes)
        return Envelope(payloadType: payloadType, payload: payload, signatures: signatures + [signature])
    }

    /// Which of some keys signed: the policy is the caller's, and there is no default.
    ///
    /// The key id only says which signature to try first; a wrong one hides nothing and proves nothing.
    ///
    /// - Parameter keys: the keys the caller would accept.
    /// - Returns: those with a valid signature, each once, in the order given; empty if none.
    package func verified(by keys: [Ed25519PublicKey]) -> [Ed25519PublicKey] {
        let message = preAuthenticationEncoding
        var found: [Ed25519PublicKey] = []
        for key in keys where !found.contains(key) {
            let keyID = key.keyID
            let likely = signatures.filter { $0.keyID == keyID }
            let others = signatures.filter { $0.keyID != keyID }
            if (likely + others).contains(where: { key.isValid($0.bytes, of: message) }) { found.append(key) }
        }
        return found
    }
}

// MARK: - JSON

extension Envelope {
    /// The envelope as JSON: these members in this order, without white space, so that equal envelopes are equal bytes.
    package var json: String {
        let list = signatures.map {
            "{\"keyid\":\(CanonicalJSON.quoted($0.keyID)),\"sig\":\"\(Base64.text($0.bytes))\"}"
        }
        let type = CanonicalJSON.quoted(payloadType)
        return """
            {"payload":"\(Base64.text(payload))","payloadType":\(type),"signatures":[\(list.joined(separator: ","))]}
            """
    }

    /// Reads JSON; members that DSSE does not know are ignored, as it demands.
    ///
    /// - Parameter json: the text, at most ``sizeLimit`` bytes.
    /// - Throws: ``EnvelopeError``.
    package init(json: some Sequence<UInt8>) throws(EnvelopeError) {
        let value: JSONValue
        do { value = try StrictJSON.value(of: json, limit: Self.sizeLimit) } catch { throw .notJSON(error) }
        guard case .object = value else { throw .malformed(path: "", expected: "an object") }
        guard let payload = value["payload"]?.stringValue.flatMap({ Base64.bytesOfEitherAlphabet($0.utf8) }) else {
            throw .malformed(path: "/payload", expected: "a string in Base 64, with padding")
        }
        guard let type = value["payloadType"]?.stringValue, !type.isEmpty, type.utf8.count <= 1024 else {
            throw .malformed(path: "/payloadType", expected: "a string of 1 to 1024 bytes")
        }
        guard let list = value["signatures"]?.arrayValue, (1...Self.signatureLimit).contains(list.count) else {
            throw .malformed(path: "/signatures", expected: "an array of 1 to \(Self.signatureLimit) signatures")
        }
        var signatures: [Signature] = []
        for (index, element) in list.enumerated() {
            signatures.append(try Self.signature(element, path: "/signatures/\(index)"))
        }
        self.init(payloadType: type, payload: payload, signatures: signatures)
    }

    private static func signature(_ value: JSONValue, path: String) throws(EnvelopeError) -> Signature {
        guard case .object = value else { throw .malformed(path: path, expected: "an object") }
        guard let bytes = value["sig"]?.stringValue.flatMap({ Base64.bytesOfEitherAlphabet($0.utf8) }), !bytes.isEmpty
        else { throw .malformed(path: "\(path)/sig", expected: "a string in Base 64, with padding") }
        switch value["keyid"] {
        case nil: return Signature(keyID: "", bytes: bytes)
        case .string(let keyID)?: return Signature(keyID: keyID, bytes: bytes)
        default: throw .malformed(path: "\(path)/keyid", expected: "a string")
        }
    }
}

/// Why a text is not an envelope.
package enum EnvelopeError: Error, Hashable {
    /// The text is not JSON with one meaning.
    case notJSON(StrictJSONError)
    /// A member is missing or not what it should be; `path` is a JSON Pointer (RFC 6901).
    case malformed(path: String, expected: String)
}

extension EnvelopeError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .notJSON(let error): "the envelope is not JSON: \(error)"
        case .malformed(let path, let expected):
            "\(path.isEmpty ? "the envelope" : "\(path) of the envelope") should be \(expected)"
        }
    }
}
