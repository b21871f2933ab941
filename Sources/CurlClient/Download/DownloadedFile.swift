/// What a server says of a file it sends.
package struct DownloadedFile: Sendable, Equatable {
    /// Where it was in the end, without query, which may hold a key.
    package var url: String
    /// The first byte that comes.
    package var offset: Int
    /// How long the whole file is; nil until its end if the server does not say.
    package var byteCount: Int?
    /// The entity tag, with its quotation marks.
    package var etag: String?
    /// When it was changed, in the server's words.
    package var lastModified: String?
    /// The media type without parameters, in lower case.
    package var mediaType: String?
    /// How the bytes are encoded beyond that, such as `gzip`; they are given as they are.
    package var contentEncoding: String?

    /// Whether nothing is missing that was not there before.
    var isComplete: Bool { offset > 0 && offset == byteCount }
}

extension GuardedDownload {
    /// Where a broken download goes on.
    package struct Position: Sendable, Equatable {
        /// How many bytes are there.
        package let byteCount: Int
        /// The file's entity tag.
        package let etag: String

        /// A position; nil without bytes or without a strong tag (RFC 9110 §8.8.1), which alone promises the same bytes.
        package init?(byteCount: Int, etag: String?) {
            guard byteCount > 0, let etag, etag.count >= 2, etag.hasPrefix("\""), etag.hasSuffix("\"") else {
                return nil
            }
            self.byteCount = byteCount
            self.etag = etag
        }
    }
}

extension DownloadedFile {
    /// Reads the head of an answer; nil when it does not go on from the position, so that the file is to be asked for
    /// from the beginning.
    init?(
        _ head: HTTPResponseHead,
        for position: GuardedDownload.Position?,
        from address: WebAddress
    ) throws(GuardedDownloadError) {
        let headers = head.headers
        url = address.withoutQuery
        etag = headers["ETag"]
        lastModified = headers["Last-Modified"]
        mediaType = headers["Content-Type"].map { $0.prefix { $0 != ";" }.filter { $0 != " " }.lowercased() }
        contentEncoding = headers["Content-Encoding"].flatMap { $0.lowercased() == "identity" ? nil : $0 }
        switch head.status {
        case 200:
            offset = 0
            byteCount = try Self.announcedByteCount(headers)
        case 206, 416:
            guard let position else { throw .unexpected(head.status) }
            guard let range = ContentRange(headers["Content-Range"] ?? ""), etag == position.etag,
                range.start ?? range.total == position.byteCount
            else { return nil }
            offset = position.byteCount
            byteCount = range.total
        case 404, 410: throw .notThere
        case 401, 403: throw .denied(head.status)
        case 429, 503: throw .busy(retryAfterSeconds: headers["Retry-After"].flatMap { Int($0) })
        default: throw .unexpected(head.status)
        }
    }

    /// A length that no number holds is refused like any other that is too large.
    private static func announcedByteCount(_ headers: HTTPHeaders) throws(GuardedDownloadError) -> Int? {
        guard let text = headers["Content-Length"] else { return nil }
        if let count = Int(text), count >= 0 { return count }
        throw .tooLarge(limit: Int.max)
    }
}

/// `Content-Range` (RFC 9110 §14.4), of one range of bytes: `bytes 5-9/10`, `bytes 5-9/*`, `bytes */10`.
struct ContentRange: Equatable {
    let start: Int?
    let total: Int?

    init?(_ text: String) {
        guard let match = text.wholeMatch(of: /bytes (?:([0-9]+)-([0-9]+)|\*)\/([0-9]+|\*)/) else { return nil }
        start = match.1.flatMap { Int($0) }
        total = Int(match.3)
        // What does not reach the end of the file is not what was asked for.
        if let start, let last = match.2.flatMap({ Int($0) }), let total, last != total - 1 || start > last {
            return nil
        }
        guard start != nil || total != nil else { return nil }
    }
}
