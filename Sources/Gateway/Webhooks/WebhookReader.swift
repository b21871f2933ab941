internal import CurlClient
internal import Documents

/// What somebody wants to have sent where: the body of `POST /api/v1/webhooks`.
struct WebhookWish: Sendable, Hashable {
    let url: String
    let kinds: [JobEvent.Kind]
    let description: String

    private static let urlForm = "https://host/path, of at most 2000 characters, without user and fragment"

    /// Reads a wish and tells every fault in one pass.
    static func read(_ document: Document) throws(GatewayError) -> WebhookWish {
        let collector = FaultCollector(lines: document.lines)
        var wish = WebhookWish(url: "", kinds: [], description: "")
        if let object = Field(document.value, collector: collector).object(known: ["url", "events", "description"]) {
            wish = WebhookWish(
                url: object.required("url", expected: urlForm).flatMap(url) ?? "",
                kinds: object["events"].map(kinds) ?? [],
                description: object["description"].map(description) ?? ""
            )
        }
        if collector.faults.isEmpty { return wish }
        throw GatewayError(.invalidRequest, "The webhook has faults.", faults: collector.faults)
    }

    /// RFC 3986 §3, as far as it makes sense for a receiver: no user, no fragment, a port from 1 to 65535.
    private static func url(_ field: Field) -> String? {
        guard let text = field.string(expected: urlForm) else { return nil }
        let name = /[A-Za-z0-9](?:[A-Za-z0-9\-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9\-]*[A-Za-z0-9])?)*/
        guard text.utf8.count <= 2000, let (scheme, rest) = Self.divide(text),
            let parts = rest.wholeMatch(
                of: /(\[[^\]]*\]|[^:\/?\[\]]+)(?::([1-9][0-9]{0,4}))?([\/?][A-Za-z0-9\/?:@!$&'()*+,;=._~%\-]*)?/
            ),
            parts.2.map({ Int($0) ?? 0 <= 65_535 }) ?? true,
            parts.1.hasPrefix("[") ? address(parts.1) != nil : parts.1.wholeMatch(of: name) != nil,
            ["https", "http"].contains(scheme)
        else {
            field.fault("'\(text.prefix(100))' cannot be used", expected: urlForm)
            return nil
        }
        return text
    }

    private static func divide(_ url: String) -> (scheme: String, rest: Substring)? {
        guard let mark = url.firstRange(of: "://") else { return nil }
        return (url[..<mark.lowerBound].lowercased(), url[mark.upperBound...])
    }

    /// The host as an address; nil when it is a name.
    private static func address(_ host: Substring) -> NetworkAddress? {
        NetworkAddress(String(host.hasPrefix("[") ? host.dropFirst().dropLast() : host))
    }

    /// Refuses at once what could never be sent; what a name leads to is seen when it is sent.
    ///
    /// - Throws: ``GatewayError`` of kind `forbidden`.
    func requireAllowed(by policy: WebhookPolicy) throws(GatewayError) {
        guard let (scheme, rest) = Self.divide(url) else { return }
        let host = rest.hasPrefix("[") ? rest.prefix { $0 != "]" } + "]" : rest.prefix { !":/?".contains($0) }
        let isSecure = scheme == "https"
        if let address = Self.address(host), !policy.permits(address, isSecure: isSecure) {
            throw GatewayError(
                .forbidden,
                "No webhook may lead to \(address)\(address.isPublic ? " without TLS" : "; it is not a public address")."
                    + " Ask an operator to name it under 'webhooks.allow' in the configuration."
            )
        }
        if !isSecure, policy.allowed.isEmpty {
            throw GatewayError(
                .forbidden,
                "A webhook without TLS may only lead to addresses that an operator named under 'webhooks.allow' in the"
                    + " configuration, and there are none. Use https."
            )
        }
    }

    private static func kinds(_ field: Field) -> [JobEvent.Kind] {
        let expected = "one of " + JobEvent.Kind.allCases.map(\.rawValue).joined(separator: ", ")
        var kinds: [JobEvent.Kind] = []
        for element in field.elements(limit: 20, of: "kinds of events") ?? [] {
            guard let text = element.string(expected: expected) else { continue }
            if let kind = JobEvent.Kind(rawValue: text) {
                if !kinds.contains(kind) { kinds.append(kind) }
            } else {
                element.fault("'\(text.prefix(60))' is no kind of event", expected: expected)
            }
        }
        return kinds
    }

    private static func description(_ field: Field) -> String {
        let text = field.string(expected: "a text of at most 500 characters") ?? ""
        if text.unicodeScalars.count > 500 || text.utf8.contains(0) {
            field.fault("the text is too long, or holds U+0000", expected: "a text of at most 500 characters")
        }
        return text
    }
}
