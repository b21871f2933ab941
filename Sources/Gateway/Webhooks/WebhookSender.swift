internal import CurlClient

/// What came of sending one message to a receiver.
enum WebhookAnswer: Sendable, Hashable {
    /// It has taken the message.
    case taken(status: Int)
    /// It does not want this message, but may want the next one.
    case refused(status: Int, reason: String)
    /// It cannot be reached now, or asks to be left alone.
    case away(status: Int?, reason: String, restSeconds: Int?)
    /// It is gone for good (410).
    case gone

    /// The HTTP status; nil when there was no answer.
    var status: Int? {
        switch self {
        case .taken(let status), .refused(let status, _): status
        case .away(let status, _, _): status
        case .gone: 410
        }
    }
}

/// Sends signed messages by HTTP POST (Standard Webhooks 1.0; CloudEvents' HTTP protocol binding, structured mode).
struct WebhookSender: Sendable {
    /// A way to send a request; the answer's status and fields, and the beginning of its body.
    typealias Exchange = @Sendable (HTTPRequest) async throws -> HTTPResponse

    let policy: WebhookPolicy
    let exchange: Exchange

    private static let limits = HTTPRequest.TimeLimits(connect: .seconds(5), total: .seconds(15), stall: nil)
    /// The most bytes of an answer that are read.
    private static let answerBytes = 16 << 10
    private static let longestRest = 86_400

    /// A sender by libcurl, with a client of its own for guarded requests.
    static func overHTTP(_ policy: WebhookPolicy) -> WebhookSender {
        let client = HTTPClient(.init(userAgent: "farfield-webhooks"))
        return WebhookSender(policy: policy) { request in
            let response = try await client.stream(request)
            var body: [UInt8] = []
            for try await piece in response.body {
                body += piece
                if body.count >= answerBytes { break }
            }
            return HTTPResponse(head: response.head, body: body)
        }
    }

    /// Sends a message once.
    ///
    /// - Parameters:
    ///   - body: what to send.
    ///   - message: what the receiver knows the message by.
    ///   - url: the receiver.
    ///   - secret: the key shared with it.
    ///   - now: the moment that is signed with the message.
    /// - Returns: what came of it.
    /// - Throws: `CancellationError` when the gateway stops before there is an answer.
    func send(
        _ body: String,
        message: String,
        to url: String,
        secret: WebhookSecret,
        at now: Timestamp
    ) async throws -> WebhookAnswer {
        let bytes = Array(body.utf8)
        let seconds = now.microseconds / 1_000_000
        let isSecure = url.lowercased().hasPrefix("https:")
        var request = HTTPRequest(
            "POST",
            url,
            headers: [
                "Content-Type": CloudEvent.mediaType, "webhook-id": message, "webhook-timestamp": String(seconds),
                "webhook-signature": secret.signature(message: message, seconds: seconds, body: bytes),
            ],
            body: bytes,
            timeLimits: Self.limits
        )
        request.mayConnect = { [policy] in policy.permits($0, isSecure: isSecure) }
        do {
            return Self.answer(try await exchange(request))
        } catch HTTPClientError.cancelled {
            throw CancellationError()
        } catch let error as HTTPClientError {
            return .away(status: nil, reason: Self.told(error), restSeconds: nil)
        }
    }

    private static func told(_ error: HTTPClientError) -> String {
        guard case .forbiddenAddress(let address) = error else { return "\(error)" }
        return "the receiver's address \(address) is not public, or is public and spoken to without TLS;"
            + " an operator can name it under webhooks.allow"
    }

    private static func answer(_ response: HTTPResponse) -> WebhookAnswer {
        let status = response.status
        let said = excerpt(response.body)
        let reason = "HTTP \(status)" + (said.isEmpty ? "" : ": \(said)")
        switch status {
        case 200...299: return .taken(status: status)
        case 410: return .gone
        case 300...399:
            return .refused(
                status: status,
                reason: "HTTP \(status): redirects are not followed; register the final URL"
            )
        case 408, 425, 429, 502, 503, 504:
            let rest = response.headers["Retry-After"].flatMap { Int($0) }.map { min(max($0, 0), longestRest) }
            return .away(status: status, reason: reason, restSeconds: rest)
        default: return .refused(status: status, reason: reason)
        }
    }

    /// The beginning of an answer on one line.
    private static func excerpt(_ body: [UInt8]) -> String {
        let text = String(decoding: body.prefix(200), as: UTF8.self)
        let scalars = text.unicodeScalars.map { scalar -> Unicode.Scalar in
            scalar.value < 0x20 || scalar.value == 0x7f ? " " : scalar
        }
        return String(String.UnicodeScalarView(scalars)).split(separator: " ").joined(separator: " ")
    }
}
