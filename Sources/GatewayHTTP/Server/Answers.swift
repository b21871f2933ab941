internal import Documents
internal import HTTPTypes
internal import Hummingbird
internal import NIOCore
internal import ServiceLifecycle

/// The few shapes of answers.
enum Answers {
    /// A JSON document.
    static func json(
        _ value: JSONValue,
        status: HTTPResponse.Status = .ok,
        headers: HTTPFields = [:],
        type: String = "application/json"
    ) -> Response {
        text(value.jsonText, type: type, status: status, headers: headers)
    }

    /// A JSON document that is written already.
    static func json(_ text: ByteBuffer) -> Response {
        Response(status: .ok, headers: [.contentType: "application/json"], body: .init(byteBuffer: text))
    }

    /// Text of some type.
    static func text(
        _ text: String,
        type: String,
        status: HTTPResponse.Status = .ok,
        headers: HTTPFields = [:]
    ) -> Response {
        var headers = headers
        headers[.contentType] = type
        return Response(status: status, headers: headers, body: .init(byteBuffer: ByteBuffer(string: text)))
    }

    /// A list with the cursor of its next page.
    static func list(_ items: [JSONValue], next: String? = nil) -> Response {
        json(["items": .array(items), "next": next.map { .string($0) } ?? .null])
    }

    /// A body that is written piece by piece as a sequence goes on; graceful shutdown ends it.
    static func stream<Elements: AsyncSequence & Sendable>(
        _ elements: Elements,
        headers: HTTPFields,
        status: HTTPResponse.Status = .ok,
        encode: @escaping @Sendable (Elements.Element) -> [UInt8]
    ) -> Response where Elements.Element: Sendable {
        Response(
            status: status,
            headers: headers,
            body: ResponseBody { writer in
                for try await element in elements.cancelOnGracefulShutdown() {
                    try await writer.write(ByteBuffer(bytes: encode(element)))
                }
                try await writer.finish(nil)
            }
        )
    }
}
