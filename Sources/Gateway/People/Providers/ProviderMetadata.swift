internal import Attestation
internal import Documents

/// Where a provider's parts are (OpenID Connect Discovery 1.0 §3, RFC 8414 §2).
package struct ProviderMetadata: Sendable, Hashable {
    /// Where its keys are published.
    package let keysURL: String
    /// Where browsers are sent to; nil when it has no such place.
    package let authorizationURL: String?
    /// Where codes become tokens; nil when it has no such place.
    package let tokenURL: String?
    /// Whether it tells who it is in its answers (RFC 9207 §3), which is then demanded.
    package let namesItself: Bool
    /// Whether a client's secret must be sent in the body, since the provider takes it in no header.
    package let takesSecretInBody: Bool

    /// Where the provider of that name describes itself.
    static func address(of issuer: String) -> String {
        (issuer.hasSuffix("/") ? String(issuer.dropLast()) : issuer) + "/.well-known/openid-configuration"
    }

    /// Reads a provider's description of itself.
    ///
    /// - Parameters:
    ///   - bytes: the document.
    ///   - issuer: the name it must bear, letter by letter: another provider's document is refused.
    /// - Throws: ``ProviderFault``.
    init(reading bytes: [UInt8], issuer: String) throws(ProviderFault) {
        let document: JSONValue
        do {
            document = try StrictJSON.value(of: bytes, limit: 1 << 20)
        } catch {
            throw ProviderFault("its configuration is no JSON: \(error.reason)")
        }
        guard document["issuer"]?.stringValue == issuer else {
            let found = document["issuer"]?.stringValue ?? "nobody"
            throw ProviderFault("its configuration is that of '\(found.prefix(200))'")
        }
        guard let keys = document["jwks_uri"]?.stringValue else {
            throw ProviderFault("its configuration names no 'jwks_uri'")
        }
        keysURL = keys
        authorizationURL = document["authorization_endpoint"]?.stringValue
        tokenURL = document["token_endpoint"]?.stringValue
        namesItself = document["authorization_response_iss_parameter_supported"]?.isTrue == true
        let methods = document["token_endpoint_auth_methods_supported"]?.arrayValue?.compactMap(\.stringValue)
        takesSecretInBody =
            methods.map { $0.contains("client_secret_post") && !$0.contains("client_secret_basic") } ?? false
    }
}

/// What is wrong with a provider's answer.
struct ProviderFault: Error, Sendable, Hashable, CustomStringConvertible {
    /// In words.
    let description: String

    init(_ description: String) { self.description = description }
}
