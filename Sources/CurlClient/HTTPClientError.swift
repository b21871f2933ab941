import CCurl

/// Why a transfer gave no complete response.
///
/// A response with a 4xx or 5xx status is not an error.
package enum HTTPClientError: Error, Equatable, Sendable {
    /// The request cannot be sent as written: bad method, URL, header or scheme.
    case invalidRequest(String)
    /// The host's name has no address.
    case hostNotFound(String)
    /// No connection could be made: refused, unreachable, or no route.
    case refused(String)
    /// The request's guard lets no connection be made to the host's addresses.
    case forbiddenAddress(String)
    /// A time limit of the request passed: connecting, in all, or in silence.
    case timedOut(String)
    /// The TLS handshake or the server's certificate failed.
    case tls(String)
    /// The body is longer than the request's limit, in bytes.
    case tooLarge(limit: Int)
    /// What was to be sent could not be read.
    case sourceFailed(String)
    /// The connection broke before the response was complete.
    case aborted(String)
    /// The calling task was cancelled, or the body was let go before its end.
    case cancelled
    /// The client was released while the transfer ran.
    case clientClosed
    /// Anything else libcurl reports, with its `CURLcode`.
    case failed(code: Int, String)

    /// Whether the same request may succeed later without any change to it.
    package var isTransient: Bool {
        switch self {
        case .hostNotFound, .refused, .timedOut, .aborted: true
        case .invalidRequest, .forbiddenAddress, .tls, .tooLarge, .sourceFailed, .cancelled, .clientClosed, .failed:
            false
        }
    }
}

extension HTTPClientError: CustomStringConvertible {
    /// One line for a person; it never contains header values or the body.
    package var description: String {
        switch self {
        case .invalidRequest(let text): "the request is not valid: \(text)"
        case .hostNotFound(let text): "the host was not found: \(text)"
        case .refused(let text): "no connection: \(text)"
        case .forbiddenAddress(let text): "no connection may be made to \(text)"
        case .timedOut(let text): "no answer in time: \(text)"
        case .tls(let text): "the secure connection failed: \(text)"
        case .tooLarge(let limit): "the answer is longer than \(limit) bytes"
        case .sourceFailed(let text): "what was to be sent could not be read: \(text)"
        case .aborted(let text): "the connection was lost: \(text)"
        case .cancelled: "the transfer was cancelled"
        case .clientClosed: "the HTTP client was closed"
        case .failed(let code, let text): "the transfer failed (libcurl \(code)): \(text)"
        }
    }
}

extension HTTPClientError {
    /// The error for a result code of libcurl (libcurl-errors(3)) and its text.
    init(_ code: CURLcode, _ text: String) {
        switch code {
        case CURLE_UNSUPPORTED_PROTOCOL, CURLE_URL_MALFORMAT: self = .invalidRequest(text)
        case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY: self = .hostNotFound(text)
        case CURLE_COULDNT_CONNECT: self = .refused(text)
        case CURLE_OPERATION_TIMEDOUT: self = .timedOut(text)
        case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CERTPROBLEM, CURLE_SSL_CIPHER,
            CURLE_SSL_CACERT_BADFILE, CURLE_SSL_ISSUER_ERROR, CURLE_SSL_ENGINE_NOTFOUND, CURLE_USE_SSL_FAILED:
            self = .tls(text)
        case CURLE_PARTIAL_FILE, CURLE_GOT_NOTHING, CURLE_SEND_ERROR, CURLE_RECV_ERROR, CURLE_HTTP2,
            CURLE_HTTP2_STREAM:
            self = .aborted(text)
        default: self = .failed(code: Int(code.rawValue), text)
        }
    }
}
