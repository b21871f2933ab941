internal import Attestation
internal import HTTPTypes
internal import Hummingbird
internal import NIOCore

/// An answer whose bytes are the same for ever; its `ETag` is their digest.
struct FixedBytes: Sendable {
    let bytes: [UInt8]
    let type: String
    /// The name it is saved under; nil for what is shown.
    let name: String?
    /// Whether the `Accept` field chose it.
    let isNegotiated: Bool
    /// How long it may be kept by whoever passes it on.
    var caching = "private, no-cache"

    init(bytes: [UInt8], type: String, name: String?, isNegotiated: Bool = false) {
        (self.bytes, self.type, self.name, self.isNegotiated) = (bytes, type, name, isNegotiated)
    }

    init(text: String, type: String, name: String?, isNegotiated: Bool = false) {
        self.init(bytes: Array(text.utf8), type: type, name: name, isNegotiated: isNegotiated)
    }

    /// 200, or 304 when the client has it.
    func answer(_ request: Request) -> Response {
        let digest = SHA256Digest(of: bytes)
        var headers: HTTPFields = [
            .contentType: type, .eTag: "\"\(digest)\"", .cacheControl: caching, .reprDigest: DigestField.text(digest),
        ]
        if let name { headers[.contentDisposition] = PathText.disposition(name) }
        if isNegotiated { headers[.vary] = "Accept" }
        let known = request.headers[values: .ifNoneMatch].joined(separator: ",")
        if known.split(separator: ",").contains(where: { $0.contains(digest.description) || $0.trimmed == "*" }) {
            return Response(status: .notModified, headers: headers)
        }
        return Response(status: .ok, headers: headers, body: .init(byteBuffer: ByteBuffer(bytes: bytes)))
    }
}

extension Substring {
    fileprivate var trimmed: Substring { drop { $0 == " " }.prefix { $0 != " " } }
}
