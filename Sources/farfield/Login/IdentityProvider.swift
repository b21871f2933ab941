import CurlClient
import FoundationEssentials

/// An OpenID provider as the command line needs it: OpenID Connect Discovery 1.0, OAuth 2.0 (RFC 6749), the device
/// flow (RFC 8628) and revocation (RFC 7009), as a public client.
struct IdentityProvider: Sendable {
    /// What the provider's own description says.
    struct Description: Decodable, Sendable {
        var issuer: String
        var tokenEndpoint: String
        var deviceAuthorizationEndpoint: String?
        var revocationEndpoint: String?
    }

    /// What to show to the person (RFC 8628 §3.2).
    struct DeviceAuthorization: Decodable, Sendable {
        var deviceCode: String
        var userCode: String
        var verificationUri: String
        var verificationUriComplete: String?
        /// Seconds.
        var expiresIn: Int
        /// Seconds between two polls; 5 when nothing is said.
        var interval: Int?
    }

    /// Tokens (RFC 6749 §5.1).
    struct Tokens: Decodable, Sendable {
        var accessToken: String
        var refreshToken: String?
        /// Seconds.
        var expiresIn: Int?
    }

    /// An error of the token endpoint (RFC 6749 §5.2, RFC 8628 §3.5).
    struct Refusal: Error, Decodable {
        /// Such as `authorization_pending` or `invalid_grant`.
        var error: String
        var errorDescription: String?

        /// What happened, on one line.
        var text: String { printable(error + (errorDescription.map { ": " + $0 } ?? "")) }
    }

    /// The way to it.
    let description: Description
    private let clientID: String
    private let http: HTTPClient

    private static let limit = 1 << 20

    /// Reads the description of a provider.
    ///
    /// - Throws: ``CommandFailure`` when it is not what it should be, ``RequestFailure`` when it cannot be reached.
    static func find(_ issuer: String, clientID: String) async throws -> IdentityProvider {
        try checkAddress(issuer)
        let http = HTTPClient(.init(userAgent: "farfield"))
        let base = issuer.hasSuffix("/") ? String(issuer.dropLast()) : issuer
        let url = base + "/.well-known/openid-configuration"
        let answer = try await exchange(HTTPRequest("GET", url, maximumBodyBytes: limit), http, issuer)
        guard answer.status == 200, let description: Description = try? read(answer.body) else {
            throw CommandFailure(
                .gatewayFailure,
                "the provider \(printable(issuer)) does not describe itself at \(url)"
            )
        }
        // Another issuer's description must not lead the tokens elsewhere (Discovery §4.3).
        guard description.issuer == issuer else {
            throw CommandFailure(
                .gatewayFailure,
                "the provider at \(printable(issuer)) calls itself \(printable(description.issuer)); it is not used"
            )
        }
        let endpoints = [
            description.tokenEndpoint, description.deviceAuthorizationEndpoint, description.revocationEndpoint,
        ]
        for endpoint in endpoints.compactMap(\.self) { try checkAddress(endpoint) }
        return IdentityProvider(description: description, clientID: clientID, http: http)
    }

    /// Begins the device flow.
    func authorizeDevice(scopes: [String]) async throws -> DeviceAuthorization {
        guard let endpoint = description.deviceAuthorizationEndpoint else {
            throw CommandFailure(
                .invalid,
                "the provider \(printable(description.issuer)) knows no login for devices",
                "  Make a token on the gateway's pages, then: farfield login --token-stdin"
            )
        }
        let answer = try await post(endpoint, ["scope": scopes.joined(separator: " ")])
        let authorization: DeviceAuthorization = try Self.success(answer, description.issuer)
        try Self.checkPage(authorization.verificationUri)
        if let complete = authorization.verificationUriComplete { try Self.checkPage(complete) }
        return authorization
    }

    /// Asks once whether the person has decided.
    ///
    /// - Throws: ``Refusal`` while it is not so, ``RequestFailure`` when the provider cannot be reached.
    func poll(_ deviceCode: String) async throws -> Tokens {
        try await tokens(["grant_type": "urn:ietf:params:oauth:grant-type:device_code", "device_code": deviceCode])
    }

    /// Exchanges a refresh token; it may be of no use afterwards.
    func refresh(_ token: String) async throws -> Tokens {
        try await tokens(["grant_type": "refresh_token", "refresh_token": token])
    }

    /// Ends a refresh token, and with it the login.
    ///
    /// - Returns: false when the provider has no means for it.
    func revoke(_ token: String) async throws -> Bool {
        guard let endpoint = description.revocationEndpoint else { return false }
        let answer = try await post(endpoint, ["token": token, "token_type_hint": "refresh_token"])
        return answer.status == 200
    }

    private func tokens(_ form: [String: String]) async throws -> Tokens {
        try Self.success(try await post(description.tokenEndpoint, form), description.issuer)
    }

    private func post(_ url: String, _ form: [String: String]) async throws -> HTTPResponse {
        let fields = form.merging(["client_id": clientID]) { mine, _ in mine }
        let body = fields.sorted { $0.key < $1.key }
            .map { RequestTarget.encode($0.key) + "=" + RequestTarget.encode($0.value) }.joined(separator: "&")
        let headers: HTTPHeaders = [
            "Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json",
        ]
        let request = HTTPRequest("POST", url, headers: headers, body: Array(body.utf8), maximumBodyBytes: Self.limit)
        return try await Self.exchange(request, http, description.issuer)
    }

    private static func exchange(
        _ request: HTTPRequest,
        _ http: HTTPClient,
        _ issuer: String
    ) async throws -> HTTPResponse {
        do { return try await http.send(request) } catch {
            var failure = RequestFailure(.transport(error, url: request.url))
            failure.subject = "the provider \(issuer)"
            throw failure
        }
    }

    private static func success<Document: Decodable>(_ answer: HTTPResponse, _ issuer: String) throws -> Document {
        if answer.status == 200, let document: Document = try? read(answer.body) { return document }
        if (400..<500).contains(answer.status), let refusal: Refusal = try? read(answer.body) { throw refusal }
        // Out of order now; nothing was decided.
        if answer.status >= 500 || answer.status == 429 {
            var failure = RequestFailure(.problem(Problem(answer)))
            failure.subject = "the provider \(issuer)"
            throw failure
        }
        let status = "status \(answer.status)"
        throw CommandFailure(
            .gatewayFailure,
            "the provider \(printable(issuer)) answered what cannot be read (\(status))"
        )
    }

    private static func read<Document: Decodable>(_ body: [UInt8]) throws -> Document {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try decoder.decode(Document.self, from: Data(body))
    }

    /// Secrets go to `https` alone, or stay on this machine.
    private static func checkAddress(_ url: String) throws {
        guard url.hasPrefix("https://") || (url.hasPrefix("http://") && LoopbackURL.matches(url)) else {
            throw CommandFailure(.invalid, "the provider's address '\(printable(url))' is not https; it is not used")
        }
    }

    /// A person will open it: nothing but a web page.
    private static func checkPage(_ url: String) throws {
        guard url.hasPrefix("https://") || url.hasPrefix("http://") else {
            throw CommandFailure(.gatewayFailure, "the provider's page '\(printable(url))' is no web address")
        }
    }
}
