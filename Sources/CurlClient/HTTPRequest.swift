/// One request: what to ask, how long to wait and how much to take.
package struct HTTPRequest: Sendable {
    /// The method, an RFC 9110 token such as `GET`.
    package var method: String
    /// An absolute `http` or `https` URL, already percent-encoded.
    package var url: String
    /// The fields to send.
    package var headers: HTTPHeaders
    /// The content to send; `nil` sends none.
    package var body: [UInt8]?
    /// How long each part of the exchange may take.
    package var timeLimits: TimeLimits
    /// The most bytes of body `send` collects; more is `tooLarge`, and `stream` has no such limit.
    package var maximumBodyBytes: Int
    /// How many redirects to follow; 0 hands the 3xx response to the caller.
    package var maximumRedirects: Int
    /// Whether a connection to an address may be made, asked for each address that is tried; nil for all.
    ///
    /// A request that has such a guard goes by no proxy, which would connect in its place. Connections are kept: what
    /// one request was allowed to open, the next one to the same host uses, so requests of one client to one host
    /// should have the same guard.
    package var mayConnect: (@Sendable (NetworkAddress) -> Bool)?

    /// A request with the usual limits: 30 s in all, 16 MiB of body, no redirects.
    package init(
        _ method: String,
        _ url: String,
        headers: HTTPHeaders = [:],
        body: [UInt8]? = nil,
        timeLimits: TimeLimits = .exchange,
        maximumBodyBytes: Int = 16 << 20,
        maximumRedirects: Int = 0
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.timeLimits = timeLimits
        self.maximumBodyBytes = maximumBodyBytes
        self.maximumRedirects = maximumRedirects
    }

    /// The time a request may take.
    package struct TimeLimits: Sendable, Equatable {
        /// For name, connection and TLS handshake together.
        package var connect: Duration
        /// From the first step to the last byte; `nil` sets no end, for streams.
        package var total: Duration?
        /// The longest silence from the server, in whole seconds, at least one; `nil` waits for ever.
        package var stall: Duration?

        /// Limits of one's own.
        package init(connect: Duration, total: Duration?, stall: Duration?) {
            self.connect = connect
            self.total = total
            self.stall = stall
        }

        /// For a question with an answer: 10 s to connect, 30 s in all.
        package static let exchange = TimeLimits(connect: .seconds(10), total: .seconds(30), stall: nil)
        /// For a stream of unknown length: 10 s to connect, then at most 60 s of silence.
        package static let stream = TimeLimits(connect: .seconds(10), total: nil, stall: .seconds(60))
    }
}

extension HTTPRequest {
    /// Refuses what would change the meaning of the request on the wire (line breaks, NUL, a bad method).
    func validate() throws(HTTPClientError) {
        guard !method.isEmpty, method.utf8.allSatisfy(Self.isTokenByte) else {
            throw .invalidRequest("the method \(method.debugDescription) is not an HTTP token")
        }
        guard !url.utf8.contains(where: { $0 <= 0x20 || $0 == 0x7f }) else {
            throw .invalidRequest("the URL contains a space or a control character")
        }
        for field in headers.fields {
            guard !field.name.isEmpty, field.name.utf8.allSatisfy(Self.isTokenByte) else {
                throw .invalidRequest("the header name \(field.name.debugDescription) is not an HTTP token")
            }
            guard !field.value.utf8.contains(where: { $0 == 0 || $0 == 0x0a || $0 == 0x0d }) else {
                throw .invalidRequest("the value of the header \(field.name) contains a line break or NUL")
            }
        }
    }

    /// RFC 9110 §5.6.2: `tchar`.
    private static func isTokenByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default:
            "!#$%&'*+-.^_`|~".utf8.contains(byte)
        }
    }
}
