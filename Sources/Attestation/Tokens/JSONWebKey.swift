package import Documents

/// A public key that checks signatures (RFC 7517): RSA of at least 2048 bits, P-256, or Ed25519.
package struct JSONWebKey: Sendable, Hashable {
    /// What the key is made of.
    enum Material: Sendable, Hashable {
        /// Modulus and exponent, big-endian without leading zeros (RFC 7518 §6.3.1).
        case rsa(modulus: [UInt8], exponent: [UInt8])
        /// x and y, 32 bytes each (RFC 7518 §6.2.1).
        case p256(x: [UInt8], y: [UInt8])
        /// RFC 8037 §2.
        case ed25519(Ed25519PublicKey)
    }

    /// `kid`: what tokens call it; nil when it has no name.
    package let id: String?
    /// The one kind of signature it checks, by its type and never by what a token says.
    package let algorithm: SignatureAlgorithm
    let material: Material

    /// The fewest bits of an RSA modulus (RFC 7518 §3.3), and the most, since checking costs the square of them.
    private static let modulusBits = 2048...8192

    /// Reads one key; nil for what this gateway does not use: other types and curves, short keys, keys for encryption.
    ///
    /// - Parameter value: the JSON object of RFC 7517 §4.
    package init?(_ value: JSONValue) {
        guard let material = Self.material(value), Self.isForSignatures(value) else { return nil }
        let algorithm: SignatureAlgorithm =
            switch material {
            case .rsa: .rs256
            case .p256: .es256
            case .ed25519: .edDSA
            }
        if let named = value["alg"], named.stringValue != algorithm.rawValue { return nil }
        self.init(id: value["kid"]?.stringValue, algorithm: algorithm, material: material)
    }

    private init(id: String?, algorithm: SignatureAlgorithm, material: Material) {
        (self.id, self.algorithm, self.material) = (id, algorithm, material)
    }

    private static func isForSignatures(_ value: JSONValue) -> Bool {
        if let use = value["use"], use.stringValue != "sig" { return false }
        guard let operations = value["key_ops"] else { return true }
        return operations.arrayValue?.contains("verify") == true
    }

    private static func material(_ value: JSONValue) -> Material? {
        func bytes(_ name: String) -> [UInt8]? {
            value[name]?.stringValue.flatMap { $0.utf8.count <= 2048 ? Base64URL.bytes($0.utf8) : nil }
        }
        switch (value["kty"]?.stringValue, value["crv"]?.stringValue) {
        case ("RSA", _):
            guard let modulus = bytes("n").map(unsigned), let exponent = bytes("e").map(unsigned),
                modulusBits.contains(bits(modulus)), (2...33).contains(bits(exponent)),
                exponent.last.map({ $0 & 1 }) == 1
            else { return nil }
            return .rsa(modulus: modulus, exponent: exponent)
        case ("EC", "P-256"):
            guard let x = bytes("x"), let y = bytes("y"), x.count == 32, y.count == 32 else { return nil }
            return .p256(x: x, y: y)
        case ("OKP", "Ed25519"):
            return bytes("x").flatMap { Ed25519PublicKey(raw: $0) }.map { .ed25519($0) }
        default: return nil
        }
    }

    private static func unsigned(_ bytes: [UInt8]) -> [UInt8] { Array(bytes.drop { $0 == 0 }) }

    private static func bits(_ bytes: [UInt8]) -> Int { bytes.count * 8 - (bytes.first?.leadingZeroBitCount ?? 0) }
}

/// The keys an issuer publishes (RFC 7517 §5).
package struct JSONWebKeySet: Sendable, Hashable {
    /// The keys of it that can be used, in the order of the document.
    package let keys: [JSONWebKey]

    /// The most keys looked at.
    private static let limit = 200

    /// Keys.
    package init(keys: [JSONWebKey]) { self.keys = keys }

    /// Reads a document; what is no usable key is left out (RFC 7517 §5).
    ///
    /// - Parameter bytes: the JSON text.
    /// - Throws: ``StrictJSONError`` for a text that is not JSON or has no list of keys.
    package init(reading bytes: [UInt8]) throws(StrictJSONError) {
        let document = try StrictJSON.value(of: bytes, limit: 1 << 20)
        guard let keys = document["keys"]?.arrayValue else {
            throw StrictJSONError(reason: "there is no list 'keys'", path: "/keys", offset: 0)
        }
        self.init(keys: keys.prefix(Self.limit).compactMap(JSONWebKey.init))
    }

    /// The keys a token may have been signed with: those of its name and kind; all of the kind when it names none.
    package func candidates(id: String?, algorithm: SignatureAlgorithm) -> [JSONWebKey] {
        keys.filter { $0.algorithm == algorithm && (id == nil || $0.id == id) }
    }

    /// Whether a key of that name is among them.
    package func contains(id: String) -> Bool { keys.contains { $0.id == id } }
}
