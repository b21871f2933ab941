/// Media types (RFC 6838) as documents write them.
enum MediaTypeText {
    /// Says that the bytes are of no known kind (RFC 2046 §4.5.1).
    static let unknown = "application/octet-stream"

    /// The type without spaces about its parameters; what is no media type is of no known kind.
    static func normalized(_ text: String?) -> String {
        guard let text else { return unknown }
        let parts = text.split(separator: ";").map { $0.filter { $0 != " " } }
        guard let type = parts.first,
            type.wholeMatch(of: /[A-Za-z0-9_]+\/[A-Za-z0-9_][A-Za-z0-9_.\-]*(\+[\w.\-]+)?/) != nil,
            parts.dropFirst().allSatisfy({ $0.wholeMatch(of: /\w+=[^;]+/) != nil })
        else { return unknown }
        return parts.joined(separator: ";")
    }
}
