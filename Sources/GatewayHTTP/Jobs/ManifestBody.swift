internal import Documents
internal import Gateway
internal import HTTPTypes
internal import Hummingbird
internal import NIOCore

/// The manifest in a request's body: `Content-Type` decides whether it is YAML or JSON.
struct ManifestBody: Sendable {
    let bytes: [UInt8]
    let document: Document

    private static let json: Set<String> = ["application/json"]
    private static let yaml: Set<String> = ["application/yaml", "application/x-yaml", "text/yaml", "text/x-yaml"]

    static func read(_ request: Request, limit: Int) async throws -> ManifestBody {
        let field = request.headers[.contentType] ?? ""
        let type = (field.split(separator: ";").first ?? "").filter { !$0.isWhitespace }.lowercased()
        guard json.contains(type) || yaml.contains(type) else {
            let shown = type.isEmpty ? "no Content-Type was sent" : "'\(type.prefix(80))' is not known"
            throw Problem(
                kind: .unsupportedMediaType,
                detail: "\(shown): send application/json or application/yaml.",
                headers: [.accept: "application/json, application/yaml"]
            )
        }
        if let length = request.headers[.contentLength].flatMap({ Int($0) }), length > limit { throw tooLarge(limit) }
        let buffer: ByteBuffer
        do {
            buffer = try await request.body.collect(upTo: limit)
        } catch is NIOTooManyBytesError {
            throw tooLarge(limit)
        }
        let bytes = Array(buffer.readableBytesView)
        return ManifestBody(bytes: bytes, document: try document(bytes, isJSON: json.contains(type)))
    }

    private static func tooLarge(_ limit: Int) -> Problem {
        Problem(
            kind: .payloadTooLarge,
            detail: "The body is larger than \(limit) bytes; large inputs do not belong in a manifest."
        )
    }

    private static func document(_ bytes: [UInt8], isJSON: Bool) throws -> Document {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw Problem(kind: .invalidRequest, detail: "The body is not UTF-8.")
        }
        do {
            return isJSON ? try Document(json: bytes) : try Document(yaml: text)
        } catch {
            let line: Int? = if case .syntax(_, let line) = error { line } else { nil }
            let fault = Fault(
                path: "",
                message: "\(error)",
                expected: isJSON ? "JSON (RFC 8259)" : "YAML 1.2",
                line: line
            )
            throw Problem(kind: .invalidRequest, detail: "The body cannot be read: \(error).", faults: [fault])
        }
    }
}

/// The `Idempotency-Key` field.
enum IdempotencyKey {
    static func read(_ request: Request) throws -> String? {
        guard let key = request.headers[.idempotencyKey] else { return nil }
        guard (1...255).contains(key.utf8.count), key.utf8.allSatisfy({ (33...126).contains($0) }) else {
            let fault = Fault(
                path: "/headers/Idempotency-Key",
                message: "the key is empty, too long or not plain",
                expected: "1 to 255 printable ASCII characters without spaces"
            )
            throw Problem(kind: .invalidRequest, detail: "The Idempotency-Key cannot be used.", faults: [fault])
        }
        return key
    }
}
