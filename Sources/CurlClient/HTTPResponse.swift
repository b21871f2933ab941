/// The status line and header fields of the final response.
package struct HTTPResponseHead: Sendable, Equatable {
    /// The status code, 200 to 599; interim 1xx responses are not shown.
    package var status: Int
    /// The fields the server sent, trailers excluded.
    package var headers: HTTPHeaders

    /// A head put together from its parts.
    package init(status: Int, headers: HTTPHeaders) {
        self.status = status
        self.headers = headers
    }

    /// The length the server announced, when it did.
    package var contentLength: Int? {
        headers["Content-Length"].flatMap { Int($0) }
    }
}

/// A complete response.
package struct HTTPResponse: Sendable, Equatable {
    /// Status and fields.
    package var head: HTTPResponseHead
    /// All bytes of the body.
    package var body: [UInt8]

    /// A response put together from its parts.
    package init(head: HTTPResponseHead, body: [UInt8]) {
        self.head = head
        self.body = body
    }

    /// The status code.
    package var status: Int { head.status }
    /// The fields the server sent.
    package var headers: HTTPHeaders { head.headers }
    /// The body read as UTF-8, wrong bytes replaced.
    package var text: String { String(decoding: body, as: UTF8.self) }
}

/// Reads header lines as libcurl hands them over, one by one, and keeps the last block.
struct ResponseHeadReader {
    private var current = HTTPResponseHead(status: 0, headers: [:])

    /// Takes one line; answers the head when the line is the empty one that ends it.
    mutating func read(_ line: String) -> HTTPResponseHead? {
        let text = line.trimmingLineEnd()
        if text.hasPrefix("HTTP/") {
            // libcurl shows every block of a connection: interim answers, redirects, then the final one.
            let status = text.split(separator: " ", maxSplits: 2).dropFirst().first.flatMap { Int($0) }
            current = HTTPResponseHead(status: status ?? 0, headers: [:])
        } else if text.isEmpty {
            return current
        } else if let colon = text.firstIndex(of: ":") {
            let value = text[text.index(after: colon)...].trimmingSpaces()
            current.headers.append(String(text[..<colon]), value)
        }
        return nil
    }
}

extension StringProtocol {
    fileprivate func trimmingLineEnd() -> String {
        // Swift sees CR LF as one character.
        var text = String(self)
        while let last = text.last, last.isNewline { text.removeLast() }
        return text
    }

    fileprivate func trimmingSpaces() -> String {
        let isSpace: (Character) -> Bool = { $0 == " " || $0 == "\t" }
        guard let first = firstIndex(where: { !isSpace($0) }), let last = lastIndex(where: { !isSpace($0) }) else {
            return ""
        }
        return String(self[first...last])
    }
}
