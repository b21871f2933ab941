internal import HTTPTypes
internal import Hummingbird

/// The gateway's two cookies (RFC 6265).
///
/// Where browsers come with TLS their names begin with `__Host-`, which no other host and no page without TLS can set
/// (draft-ietf-httpbis-rfc6265bis §4.1.3.2).
enum GatewayCookie: Sendable {
    /// Holds a session's secret.
    case session
    /// Kept while its user is at an identity provider.
    case signIn

    /// Its name.
    func name(isSecure: Bool) -> String {
        let name =
            switch self {
            case .session: "farfield"
            case .signIn: "farfield-login"
            }
        return isSecure ? "__Host-" + name : name
    }

    /// The value a request brings; nil when there is none, or several, of which one was slipped in.
    func value(_ request: Request, isSecure: Bool) -> String? {
        let name = name(isSecure: isSecure) + "="
        let pairs: [Substring] = request.headers[values: .cookie].joined(separator: ";").split(separator: ";")
            .map { $0.drop { $0 == " " } }
        let values = pairs.filter { $0.hasPrefix(name) }.map { String($0.dropFirst(name.count)) }
        return values.count == 1 ? values[0] : nil
    }

    /// The field that sets it: out of reach for scripts, and not sent with what pages of others ask for but links.
    func setting(_ value: String, for life: Duration, isSecure: Bool) -> String {
        "\(name(isSecure: isSecure))=\(value); Path=/; Max-Age=\(life.components.seconds); HttpOnly; SameSite=Lax"
            + (isSecure ? "; Secure" : "")
    }

    /// The field that removes it.
    func removing(isSecure: Bool) -> String { setting("", for: .zero, isSecure: isSecure) }
}
