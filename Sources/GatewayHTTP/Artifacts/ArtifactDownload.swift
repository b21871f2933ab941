internal import Attestation
internal import FoundationEssentials
internal import Gateway
internal import HTTPTypes
internal import Hummingbird

/// The answer with the bytes of an artifact, whole or in part (RFC 9110 §13 and §14).
struct ArtifactDownload: Sendable {
    let digest: SHA256Digest
    let size: Int64
    let mediaType: String
    /// The name it is saved under.
    let name: String

    private static let piece = Int64(BlockDigests.blockSize)

    /// Answers a request.
    ///
    /// - Parameters:
    ///   - request: whose fields say which part is wanted, and what the client has.
    ///   - read: gives bytes, verified, from an offset on.
    /// - Returns: 200, 206 or 304.
    /// - Throws: the problem `range-not-satisfiable`; what the first read throws.
    func answer(
        _ request: Request,
        read: @escaping @Sendable (Int64, Int) async throws -> [UInt8]
    ) async throws -> Response {
        var headers: HTTPFields = [
            .contentType: mediaType, .eTag: tag, .acceptRanges: "bytes",
            .contentDisposition: PathText.disposition(name), .cacheControl: "private, no-cache",
            .reprDigest: DigestField.text(digest),
        ]
        if hasAlready(request) { return Response(status: .notModified, headers: headers) }
        var bounds = 0..<size
        var status = HTTPResponse.Status.ok
        if let range = range(request) {
            guard let part = range.bounds(size: size) else {
                throw Problem(
                    kind: .rangeNotSatisfiable,
                    detail: "The file has \(size) bytes.",
                    headers: [.contentRange: "bytes */\(size)"]
                )
            }
            (bounds, status) = (part, .partialContent)
            headers[.contentRange] = "bytes \(part.lowerBound)-\(part.upperBound - 1)/\(size)"
        }
        headers[.contentLength] = String(bounds.upperBound - bounds.lowerBound)
        // Once the head is on its way nothing can be taken back: whether the bytes are there is found out before.
        _ = try await read(bounds.lowerBound, 1)
        // A piece ends where a block does, so that no block is read and verified twice.
        let pieces = Pieces(bounds: bounds, piece: Int(Self.piece)) { offset, length in
            try await read(offset, min(length, Int(Self.piece - offset % Self.piece)))
        }
        return Answers.stream(pieces.stream, headers: headers, status: status) { $0 }
    }

    private var tag: String { "\"\(digest)\"" }

    /// `If-None-Match` names what would be sent.
    private func hasAlready(_ request: Request) -> Bool {
        guard let field = request.headers[.ifNoneMatch] else { return false }
        return field == "*" || field.contains(tag)
    }

    /// The range that counts: only of a GET, and only if `If-Range` names these bytes (RFC 9110 §13.1.5).
    private func range(_ request: Request) -> ByteRange? {
        guard request.method == .get else { return nil }
        if let condition = request.headers[.ifRange], condition != tag { return nil }
        return request.headers[.range].flatMap(ByteRange.init)
    }
}

/// Digests in fields (RFC 9530): `sha-256=:…:`.
enum DigestField {
    static func text(_ digest: SHA256Digest) -> String { "sha-256=:\(Data(digest.bytes).base64EncodedString()):" }

    /// The SHA-256 that `Repr-Digest` or `Content-Digest` announces; nil when neither does.
    ///
    /// - Throws: a problem when a field cannot be read.
    static func read(_ request: Request) throws -> SHA256Digest? {
        for name in [HTTPField.Name.reprDigest, .contentDigest] {
            guard let field = request.headers[name] else { continue }
            for entry in field.split(separator: ",") {
                let parts = entry.filter { $0 != " " }.split(separator: "=", maxSplits: 1)
                guard parts.first == "sha-256", let text = parts.last else { continue }
                guard text.hasPrefix(":"), text.hasSuffix(":"), text.count > 2,
                    let bytes = Data(base64Encoded: String(text.dropFirst().dropLast())), bytes.count == 32
                else { throw Problem(kind: .invalidRequest, detail: "\(name) must be sha-256=:BASE64: (RFC 9530).") }
                return SHA256Digest(bytes: Array(bytes))
            }
        }
        return nil
    }
}

extension HTTPField.Name {
    /// RFC 9530 §3.
    static var reprDigest: Self { Self("Repr-Digest") ?? .via }
    /// RFC 9530 §2.
    static var contentDigest: Self { Self("Content-Digest") ?? .via }
}
