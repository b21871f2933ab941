internal import CoreMetrics
internal import CurlClient
internal import Gateway
internal import HTTPTypes
internal import Hummingbird
internal import NIOCore

/// Counts requests against the limits of rates, and tells clients how they stand.
///
/// Fields: draft-ietf-httpapi-ratelimit-headers-10, `RateLimit-Policy` and `RateLimit`.
struct RequestMeter: Sendable {
    private let limiter: RateLimiter
    private let tries: TokenTries
    private let trusted: [AddressBlock]
    private let policies: [RateClass: String]

    init(_ rates: RatePolicy, trusted: [AddressBlock], keeper: TimeKeeper = .system) {
        limiter = RateLimiter(rates, keeper: keeper)
        tries = TokenTries(limiter)
        self.trusted = trusted
        policies = Dictionary(
            uniqueKeysWithValues: rates.map { name, limit in
                (name, "\"\(name.rawValue)\";q=\(limit.quota);w=\(limit.windowSeconds)")
            }
        )
    }

    /// The client's address: the peer's, or what a trusted proxy says.
    func address(_ request: Request, _ context: GatewayContext) -> NetworkAddress? {
        guard let text = context.channel.remoteAddress?.ipAddress else { return nil }
        // Link-local addresses come with their interface (RFC 4007 §11).
        guard let peer = NetworkAddress(String(text.prefix { $0 != "%" })) else { return nil }
        guard !trusted.isEmpty else { return peer }
        return ClientAddress.find(
            peer: peer,
            forwardedFor: request.headers[values: .xForwardedFor],
            forwarded: request.headers[values: .forwarded],
            trusted: trusted
        )
    }

    /// Counts a request for an operation.
    ///
    /// - Throws: the problem `rate-limited`.
    func count(_ operation: Operation, _ request: Request, _ context: GatewayContext) throws(Problem) {
        let isReading = request.method == .get || request.method == .head
        let person = context.person
        guard let rateClass = RateClass.of(operation, isReading: isReading, isKnown: person != nil) else { return }
        let holder = rateClass.isByAddress ? nil : person?.rateSubject
        let subject = holder ?? context.address?.rateSubject ?? .others
        guard let standing = limiter.count(rateClass, subject) else { return }
        context.route.standing = standing
        if let problem = Self.refusal(standing) { throw problem }
    }

    /// Looks a token up, unless its sender has tried too many wrong ones.
    ///
    /// - Throws: the problem `rate-limited`; what the look-up throws.
    func trying(
        _ token: String,
        _ context: GatewayContext,
        _ lookUp: () async throws -> Credential
    ) async throws -> Credential {
        let subject = context.address?.rateSubject ?? .others
        if let standing = tries.refusal(token, from: subject) {
            context.route.standing = standing
            if let problem = Self.refusal(standing) { throw problem }
        }
        do {
            let credential = try await lookUp()
            tries.tried(token, isGood: true, from: subject)
            return credential
        } catch let refusal as Refusal {
            if !refusal.isOutage { tries.tried(token, isGood: false, from: subject) }
            throw refusal
        }
    }

    /// Adds to an answer how its client stands.
    func tell(_ standing: RateStanding?, in headers: inout HTTPFields) {
        guard let standing, let policy = policies[standing.rateClass] else { return }
        headers[.rateLimitPolicy] = policy
        headers[.rateLimit] =
            "\"\(standing.rateClass.rawValue)\";r=\(standing.remaining);t=\(standing.resetSeconds)"
    }

    private static func refusal(_ standing: RateStanding) -> Problem? {
        guard let seconds = standing.retryAfterSeconds else { return nil }
        Counter(label: "http_requests_limited_total", dimensions: [("class", standing.rateClass.rawValue)]).increment()
        let limit = standing.limit
        return Problem(
            kind: .rateLimited,
            detail: "\(limit.quota) requests of the class '\(standing.rateClass.rawValue)' are answered in"
                + " \(limit.windowSeconds) s. Nothing was done; try again in \(seconds) s.",
            headers: [.retryAfter: String(seconds)]
        )
    }
}

extension Refusal {
    /// Whether it says nothing of the token.
    fileprivate var isOutage: Bool { if case .providerUnavailable = self { true } else { false } }
}

extension Person {
    /// Whom limits count: each of the gateway's own tokens for itself, everything else by the person.
    fileprivate var rateSubject: RateSubject {
        if origin.method == .token, let token = origin.credential { return .credential(token) }
        return .credential("@" + name)
    }
}

extension HTTPField.Name {
    static var xForwardedFor: Self { Self("X-Forwarded-For") ?? .via }
    static var forwarded: Self { Self("Forwarded") ?? .via }
    static var rateLimit: Self { Self("RateLimit") ?? .via }
    static var rateLimitPolicy: Self { Self("RateLimit-Policy") ?? .via }
}
