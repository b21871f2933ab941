import CCurl

/// An absolute `http` or `https` URL, taken apart by the same parser that connects to it (libcurl-url(3)): two parsers
/// may disagree about the host, and one of them would then guard what the other does not reach.
struct WebAddress: Sendable, Equatable {
    /// Anything that has a scheme and a host, in the written form.
    let scheme: String
    let host: String
    let port: Int
    let path: String
    let query: String?
    let hasUser: Bool

    static let defaultPorts = ["http": 80, "https": 443]

    /// Reads a URL of any scheme curl knows, or the target of a redirect relative to one; nil when it is none.
    ///
    /// - Parameters:
    ///   - text: the URL, or a reference (RFC 3986 §4.1) if there is a base.
    ///   - base: where the reference was found.
    init?(_ text: String, relativeTo base: WebAddress? = nil) {
        guard let handle = unsafe curl_url() else { return nil }
        defer { unsafe curl_url_cleanup(handle) }
        if let base, unsafe curl_url_set(handle, CURLUPART_URL, base.text, 0) != CURLUE_OK { return nil }
        // Servers write spaces and letters of any language into Location.
        let flags = CURLU_NON_SUPPORT_SCHEME | (base == nil ? 0 : CURLU_ALLOW_SPACE | CURLU_URLENCODE)
        guard unsafe curl_url_set(handle, CURLUPART_URL, text, UInt32(flags)) == CURLUE_OK else { return nil }
        guard let scheme = unsafe Self.part(handle, CURLUPART_SCHEME) else { return nil }
        self.scheme = scheme.lowercased()
        host = unsafe Self.part(handle, CURLUPART_HOST)?.lowercased() ?? ""
        let port = unsafe Self.part(handle, CURLUPART_PORT).flatMap { Int($0) }
        self.port = port ?? Self.defaultPorts[self.scheme] ?? 0
        path = unsafe Self.part(handle, CURLUPART_PATH) ?? ""
        query = unsafe Self.part(handle, CURLUPART_QUERY)
        hasUser = unsafe Self.part(handle, CURLUPART_USER) != nil || Self.part(handle, CURLUPART_PASSWORD) != nil
    }

    /// curl's own copy of a part, which it wants back.
    private static func part(_ handle: OpaquePointer, _ part: CURLUPart) -> String? {
        var text: UnsafeMutablePointer<CChar>?
        guard unsafe curl_url_get(handle, part, &text, 0) == CURLUE_OK, let found = unsafe text else { return nil }
        defer { unsafe curl_free(found) }
        return unsafe String(cString: found)
    }

    var isSecure: Bool { scheme == "https" }

    /// Host, and the port if it is not the usual one: the `Host` field.
    var authority: String { Self.defaultPorts[scheme] == port ? host : "\(host):\(port)" }

    /// Without user and fragment.
    var text: String { withoutQuery + (query.map { "?\($0)" } ?? "") }

    /// What may be shown and kept: a query may hold a signature or a token.
    var withoutQuery: String { "\(scheme)://\(authority)\(path)" }

    /// Whether two URLs lead to the same server: scheme, host and port (RFC 6454 §4).
    func hasOrigin(of other: WebAddress) -> Bool {
        scheme == other.scheme && host == other.host && port == other.port
    }
}
