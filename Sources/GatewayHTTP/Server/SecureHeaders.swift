internal import HTTPTypes
internal import Hummingbird

/// Fields that keep browsers from doing with an answer what nobody meant.
struct SecureHeaders: Sendable {
    /// What a page may do that says nothing of its own: nothing at all.
    private static let nothing =
        "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox"
    /// Two years, as the preload lists of browsers ask.
    private static let strictTransport = "max-age=63072000"

    private let fields: HTTPFields
    private let pageFields: HTTPFields

    /// The fields of every answer.
    ///
    /// - Parameter isEncrypted: whether clients reach the gateway by TLS.
    init(isEncrypted: Bool) {
        var fields: HTTPFields = [
            .xContentTypeOptions: "nosniff", .referrerPolicy: "no-referrer", .frameOptions: "DENY",
            .crossOriginResourcePolicy: "same-origin",
        ]
        if isEncrypted { fields[.strictTransportSecurity] = Self.strictTransport }
        self.fields = fields
        pageFields = [
            .crossOriginOpenerPolicy: "same-origin",
            .permissionsPolicy: "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
        ]
    }

    /// Adds them to an answer; what its route says stays.
    func add(to headers: inout HTTPFields) {
        let isPage = headers[.contentType]?.hasPrefix("text/html") == true
        // With `no-referrer` browsers hide the origin of a page's own forms, too (Fetch, "serializing a request origin").
        if isPage, headers[.referrerPolicy] == nil { headers[.referrerPolicy] = "same-origin" }
        for field in fields where headers[field.name] == nil { headers.append(field) }
        if headers[.contentSecurityPolicy] == nil { headers[.contentSecurityPolicy] = Self.nothing }
        if headers[.cacheControl] == nil { headers[.cacheControl] = "no-store" }
        guard isPage else { return }
        for field in pageFields where headers[field.name] == nil { headers.append(field) }
    }
}

extension HTTPField.Name {
    static var referrerPolicy: Self { Self("Referrer-Policy") ?? .via }
    static var frameOptions: Self { Self("X-Frame-Options") ?? .via }
    static var crossOriginOpenerPolicy: Self { Self("Cross-Origin-Opener-Policy") ?? .via }
    static var permissionsPolicy: Self { Self("Permissions-Policy") ?? .via }
}
