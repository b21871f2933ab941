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
    /// A longer content to send, read while it is sent, in place of `body`.
    ///
    /// At most about 512 KiB of it are in memory. A connection that breaks before any answer came may make curl read
    /// it once more from the beginning.
    package var upload: ByteSource?
    /// How long each part of the exchange may take.
    package var timeLimits: TimeLimits
    /// The most bytes of body `send` collects; more is `tooLarge`, and `stream` has no such limit.
    package var maximumBodyBytes: Int
    /// How many redirects to follow; 0 hands the 3xx response to the caller.
    package var maximumRedirects: Int
    /// Whether a connection to an address may be made, asked for each address that is tried; nil for all.
    ///
    /// A request that has such a guard goes by no proxy, which would connect in its place. A connection that was kept
    /// from another request is asked for as well.
    package var mayConnect: (@Sendable (NetworkAddress) -> Bool)?

    /// A request with the usual limits: 30 s in all, 16 MiB of body, no redirects.
    package init(
        _ method: String,
        _ url: String,
        headers: HTTPHeaders = [:],
        body: [UInt8]? = nil,
        upload: ByteSource? = nil,
        timeLimits: TimeLimits = .exchange,
        maximumBodyBytes: Int = 16 << 20,
        maximumRedirects: Int = 0
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.upload = upload
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
        /// The least speed; `nil` for any.
        package var leastSpeed: LeastSpeed?

        /// So many bytes in each second, on the average of a time: a drip of bytes is no silence, and no transfer either.
        ///
        /// While the reader is slow, no speed is asked for.
        package struct LeastSpeed: Sendable, Equatable {
            /// Bytes in a second.
            package var bytesPerSecond: Int
            /// How long it may be slower, in whole seconds, at least one.
            package var during: Duration

            /// A speed.
            package init(bytesPerSecond: Int, during: Duration) {
                self.bytesPerSecond = bytesPerSecond
                self.during = during
            }
        }

        /// Limits of one's own.
        package init(connect: Duration, total: Duration?, stall: Duration?, leastSpeed: LeastSpeed? = nil) {
            self.connect = connect
            self.total = total
            self.stall = stall
            self.leastSpeed = leastSpeed
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
        guard body == nil || upload == nil else { throw .invalidRequest("there are two contents to send") }
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
