/// A path at the gateway, most often under `/api/v1`, with its query, percent-encoded (RFC 3986 §2).
struct RequestTarget: Sendable {
    /// The text to put behind the gateway's address.
    private(set) var text = "/api/v1"
    private var hasQuery = false

    /// A path of plain segments, each encoded for itself.
    init(_ segments: String...) {
        for segment in segments { append(segment) }
    }

    /// A file of the gateway's log, which is public and no part of the API.
    ///
    /// - Parameter log: `checkpoint`, or the path of a tile.
    init(log: String) { text = "/log/\(log)" }

    /// A document at the root of the gateway.
    ///
    /// - Parameter document: its name, which needs no encoding.
    init(document: String) { text = "/\(document)" }

    /// Adds one segment.
    mutating func append(_ segment: String) {
        text += "/" + Self.encode(segment)
    }

    /// The same with one more query item; without a value nothing is added.
    func query(_ name: String, _ value: String?) -> RequestTarget {
        guard let value else { return self }
        var longer = self
        longer.text += (hasQuery ? "&" : "?") + Self.encode(name) + "=" + Self.encode(value)
        longer.hasQuery = true
        return longer
    }

    /// A text percent-encoded, all but the unreserved characters; it fits a form's field as well.
    static func encode(_ text: String) -> String {
        text.utf8.reduce(into: "") { encoded, byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                encoded.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                let digits = String(byte, radix: 16, uppercase: true)
                encoded += digits.count == 1 ? "%0\(digits)" : "%\(digits)"
            }
        }
    }
}
