package import Documents

/// A signed token in its compact form (RFC 7519, RFC 7515 §3.1): what it says, after its signature was found right.
package struct JSONWebToken: Sendable, Hashable {
    /// The most bytes a token may have.
    package static let limit = 16 << 10

    /// The protected header.
    package let header: JSONValue
    /// The claims, an object.
    package let claims: JSONValue

    /// A token that was checked elsewhere.
    package init(header: JSONValue, claims: JSONValue) { (self.header, self.claims) = (header, claims) }

    /// What a token says of itself before anything of it is checked: enough to look for its key.
    package struct Unverified: Sendable, Hashable {
        /// `kid`: the name of the key.
        package let keyID: String?
        /// `alg`.
        package let algorithm: SignatureAlgorithm
        /// `iss`: who says to have issued it.
        package let issuer: String?
        fileprivate let header: JSONValue
        fileprivate let claims: JSONValue
        fileprivate let signed: [UInt8]
        fileprivate let signature: [UInt8]
    }

    /// Whether a text looks like a compact token at all: three parts between points.
    package static func resembles(_ text: String) -> Bool { text.utf8.count { $0 == UInt8(ascii: ".") } == 2 }

    /// Takes a token apart.
    ///
    /// - Parameter text: header, claims and signature in the URL-safe Base 64, between points.
    /// - Returns: what it says, unchecked.
    /// - Throws: ``WebTokenFault`` for everything but a JWS of a known algorithm with JSON in it that has one meaning.
    package static func parse(_ text: String) throws(WebTokenFault) -> Unverified {
        guard text.utf8.count <= limit else { throw .tooLong }
        let parts = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count == 3, let header = Base64URL.bytes(parts[0]), let claims = Base64URL.bytes(parts[1]),
            let signature = Base64URL.bytes(parts[2])
        else { throw .malformed("it is not three parts of URL-safe Base 64 between points") }
        let head = try object(header, "header")
        let body = try object(claims, "claims")
        guard let name = head["alg"]?.stringValue, let algorithm = SignatureAlgorithm(rawValue: name) else {
            throw .algorithm(head["alg"]?.stringValue ?? "")
        }
        // RFC 7515 §4.1.11: a token that asks for an extension we do not know must be refused; we know none.
        guard head["crit"] == nil else { throw .malformed("its header asks for extensions ('crit')") }
        // RFC 7797: the claims would not be Base 64.
        guard head["b64"] == nil else { throw .malformed("its header changes the encoding ('b64')") }
        let keyID = head["kid"]
        guard keyID == nil || keyID?.stringValue != nil else { throw .malformed("its 'kid' is no string") }
        return Unverified(
            keyID: keyID?.stringValue,
            algorithm: algorithm,
            issuer: body["iss"]?.stringValue,
            header: head,
            claims: body,
            signed: Array(parts[0]) + [UInt8(ascii: ".")] + Array(parts[1]),
            signature: signature
        )
    }

    /// Takes a token apart and checks its signature; its claims are not judged yet.
    ///
    /// - Parameters:
    ///   - text: the token.
    ///   - keys: the keys of its issuer.
    /// - Returns: what it says.
    /// - Throws: ``WebTokenFault``.
    package static func verify(compact text: String, keys: JSONWebKeySet) throws(WebTokenFault) -> JSONWebToken {
        try parse(text).verified(by: keys)
    }

    private static func object(_ bytes: [UInt8], _ what: String) throws(WebTokenFault) -> JSONValue {
        let value: JSONValue
        do {
            value = try StrictJSON.value(of: bytes, limit: limit)
        } catch {
            throw .malformed("its \(what): \(error.reason)")
        }
        guard value.objectValue != nil else { throw .malformed("its \(what): this is no object") }
        return value
    }
}

extension JSONWebToken.Unverified {
    /// The token, when one of the keys signed it.
    ///
    /// The key decides which kind of signature is checked; a token whose `alg` does not fit the key finds no key.
    ///
    /// - Parameter keys: the keys of its issuer.
    /// - Returns: the token, its claims not judged yet.
    /// - Throws: ``WebTokenFault/unknownKey(_:)``, ``WebTokenFault/signature``.
    package func verified(by keys: JSONWebKeySet) throws(WebTokenFault) -> JSONWebToken {
        let candidates = keys.candidates(id: keyID, algorithm: algorithm)
        guard !candidates.isEmpty else { throw .unknownKey(keyID ?? "") }
        guard candidates.contains(where: { $0.isValid(signature, of: signed) }) else { throw .signature }
        return JSONWebToken(header: header, claims: claims)
    }
}

/// Why a token is not taken.
package enum WebTokenFault: Error, Sendable, Hashable {
    /// It has more bytes than ``JSONWebToken/limit``.
    case tooLong
    /// It cannot be read in one way only.
    case malformed(String)
    /// Its algorithm is none of ``SignatureAlgorithm``.
    case algorithm(String)
    /// No key of its issuer fits its `kid` and `alg`.
    case unknownKey(String)
    /// The signature is not the key's.
    case signature
    /// It was issued by somebody else.
    case issuer
    /// It is meant for somebody else.
    case audience
    /// It is over.
    case expired
    /// It is not valid yet.
    case notYetValid
    /// It is another kind of token, such as an ID token sent in place of an access token.
    case kind(String)
    /// A claim is missing or is no value of its kind.
    case claim(String)
}

extension WebTokenFault: CustomStringConvertible {
    package var description: String {
        switch self {
        case .tooLong: "the token is longer than \(JSONWebToken.limit) bytes"
        case .malformed(let reason): "the token cannot be read: \(reason)"
        case .algorithm(let name):
            "the token's algorithm '\(name.prefix(20))' is not taken; "
                + SignatureAlgorithm.allCases.map(\.rawValue).joined(separator: ", ") + " are"
        case .unknownKey: "the token's issuer publishes no key that fits its 'kid' and 'alg'"
        case .signature: "the token's signature is wrong"
        case .issuer: "the token was issued by somebody else"
        case .audience: "the token is meant for somebody else"
        case .expired: "the token has expired; get a new one"
        case .notYetValid: "the token is not valid yet (do the clocks agree?)"
        case .kind(let found): "this is no access token but \(found)"
        case .claim(let name): "the token's claim '\(name)' is missing or of another kind"
        }
    }
}
