internal import Gateway
internal import HTTPTypes
internal import Hummingbird
internal import NIOCore

/// The fields of a form that a page sent (`application/x-www-form-urlencoded`, URL Standard §5).
struct PostedForm: Sendable {
    private let fields: [String: [String?]]

    /// The most bytes of a form.
    static let limit = 64 << 10

    /// Whether a request's body says to be a form.
    static func isSent(_ request: Request) -> Bool {
        let type = (request.headers[.contentType] ?? "").prefix { $0 != ";" }.filter { !$0.isWhitespace }
        return type.lowercased() == "application/x-www-form-urlencoded"
    }

    /// Reads a form; the body can be read once more afterwards.
    ///
    /// - Throws: a problem for another type, or a form that is too large.
    static func read(_ request: inout Request) async throws -> PostedForm {
        guard isSent(request) else {
            throw Problem(
                kind: .unsupportedMediaType,
                detail: "Send a form: application/x-www-form-urlencoded.",
                headers: [.accept: "application/x-www-form-urlencoded"]
            )
        }
        let buffer: ByteBuffer
        do {
            buffer = try await request.collectBody(upTo: limit)
        } catch is NIOTooManyBytesError {
            throw Problem(kind: .payloadTooLarge, detail: "The form is larger than \(limit) bytes.")
        }
        var fields: [String: [String?]] = [:]
        for pair in buffer.readableBytesView.split(separator: UInt8(ascii: "&")) {
            let parts = pair.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = text(parts[0]) else { continue }
            fields[name, default: []].append(text(parts.count > 1 ? parts[1] : []))
        }
        return PostedForm(fields: fields)
    }

    /// The value of a field; nil when it is not there, stands twice, or is no text.
    subscript(_ name: String) -> String? { fields[name].flatMap { $0.count == 1 ? $0[0] : nil } }

    private static func text(_ bytes: some Collection<UInt8>) -> String? {
        var decoded: [UInt8] = []
        var rest = Array(bytes)[...]
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "+"): decoded.append(0x20)
            case UInt8(ascii: "%"):
                let digits = rest.prefix(2)
                let isHexadecimal = digits.allSatisfy { Character(Unicode.Scalar($0)).isHexDigit }
                guard digits.count == 2, isHexadecimal,
                    let value = UInt8(String(decoding: digits, as: UTF8.self), radix: 16)
                else { return nil }
                decoded.append(value)
                rest = rest.dropFirst(2)
            default: decoded.append(byte)
            }
        }
        guard !decoded.contains(0) else { return nil }
        return String(validating: decoded, as: UTF8.self)
    }
}
