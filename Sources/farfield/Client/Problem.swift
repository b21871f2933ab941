import CurlClient
import FoundationEssentials

/// An error the gateway answered: a problem document (RFC 9457), or whatever stood in its place.
struct Problem: Sendable {
    /// One fault in what was sent.
    struct Fault: Decodable, Sendable {
        var path: String?
        var message: String
        var expected: String?
    }

    private struct Fields: Decodable {
        var type: String?
        var title: String?
        var detail: String?
        var requestId: String?
        var errors: [Fault]?
    }

    /// The HTTP status.
    let status: Int
    /// What went wrong, in a few words.
    let title: String
    /// What went wrong here.
    let detail: String?
    /// The last part of the problem's type, such as `not-found`.
    let slug: String
    /// Names the request in the gateway's log.
    let requestID: String?
    /// Every fault in the manifest or the request.
    let faults: [Fault]
    /// The document as it came; `nil` when it was none.
    let document: [UInt8]?

    /// Reads a response with a 4xx or 5xx status, or a 3xx that nobody expected.
    init(_ response: HTTPResponse) {
        status = response.status
        let fields = try? JSONDecoder().decode(Fields.self, from: Data(response.body))
        document = fields == nil ? nil : response.body
        title = fields?.title ?? Self.title(of: response)
        detail = fields?.detail ?? (fields == nil ? Self.excerpt(response) : nil)
        slug = fields?.type?.split(separator: "/").last.map(String.init) ?? ""
        requestID = fields?.requestId ?? response.headers["X-Request-Id"]
        faults = fields?.errors ?? []
    }

    private static func title(of response: HTTPResponse) -> String {
        if let place = response.headers["Location"], (300..<400).contains(response.status) {
            return "the server sent us on to \(place); give that address as --url"
        }
        return "the server answered with status \(response.status)"
    }

    /// A proxy's page or a plain text, cut short.
    private static func excerpt(_ response: HTTPResponse) -> String? {
        let isPage = response.headers["Content-Type"]?.contains("html") == true
        guard !isPage, !response.body.isEmpty else { return nil }
        return String(response.text.prefix(300))
    }
}
