/// One range of bytes (RFC 9110 §14.1.2).
enum ByteRange: Sendable, Equatable {
    /// From a byte to a byte, the last included; open at the end when nil.
    case from(Int64, through: Int64?)
    /// So many bytes from the end.
    case last(Int64)

    /// Reads `bytes=…` with one range; nil for anything else, which then counts as not sent (RFC 9110 §14.2).
    init?(_ field: String) {
        guard field.hasPrefix("bytes=") else { return nil }
        let parts = field.dropFirst(6).split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2, parts.allSatisfy({ $0.utf8.allSatisfy { (48...57).contains($0) } }) else { return nil }
        switch (Int64(parts[0]), Int64(parts[1])) {
        case (nil, let count?) where parts[0].isEmpty: self = .last(count)
        case (let first?, nil) where parts[1].isEmpty: self = .from(first, through: nil)
        case (let first?, let last?) where first <= last: self = .from(first, through: last)
        default: return nil
        }
    }

    /// The bytes it means of something that long; nil when there are none.
    func bounds(size: Int64) -> Range<Int64>? {
        switch self {
        case .last(let count): count > 0 && size > 0 ? max(0, size - count)..<size : nil
        case .from(let first, let last): first < size ? first..<min(size, (last ?? size - 1) + 1) : nil
        }
    }
}
