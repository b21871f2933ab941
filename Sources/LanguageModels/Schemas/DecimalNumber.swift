/// A JSON number (RFC 8259 §6) as it is written, exactly: `digits × 10^exponent`.
///
/// A double would take 9007199254740993 for 9007199254740992, and let a bound be passed by one.
struct DecimalNumber: Hashable {
    private let isNegative: Bool
    /// 0…9 each, without zeros at either end; empty for zero.
    private let digits: [UInt8]
    private let exponent: Int

    /// Exponents beyond this are all the same to us.
    private static let farthest = 1_000_000_000_000

    /// Reads a number; nil for what is none.
    init?(_ text: String) {
        var rest = Substring(text)
        let negative = rest.first == "-"
        if negative { rest = rest.dropFirst() }
        let power = rest.firstIndex { $0 == "e" || $0 == "E" }
        var exponent = 0
        if let power {
            guard let value = Self.power(rest[rest.index(after: power)...]) else { return nil }
            (exponent, rest) = (value, rest[..<power])
        }
        let parts = rest.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        let written = parts.joined().utf8
        guard parts.allSatisfy({ !$0.isEmpty }), written.allSatisfy({ (48...57).contains($0) }) else { return nil }
        if parts.count == 2 { exponent -= parts[1].utf8.count }
        var digits = Array(written.drop { $0 == 48 }.map { $0 - 48 })
        while digits.last == 0 {
            digits.removeLast()
            exponent += 1
        }
        self.digits = digits
        self.exponent = digits.isEmpty ? 0 : exponent
        isNegative = negative && !digits.isEmpty
    }

    private static func power(_ text: Substring) -> Int? {
        let digits = text.first == "+" || text.first == "-" ? text.dropFirst() : text
        guard !digits.isEmpty, digits.utf8.allSatisfy({ (48...57).contains($0) }) else { return nil }
        let magnitude = min(Int(digits) ?? farthest, farthest)
        return text.first == "-" ? -magnitude : magnitude
    }

    /// Whether it has no fraction; `1.0` and `1e2` have none (JSON Schema, Validation §6.1.1).
    var isWhole: Bool { exponent >= 0 }

    /// The whole number, where it is one and fits 64 bits.
    var integer: Int? {
        guard isWhole, digits.count + exponent <= 19 else { return nil }
        let text = digits.map { String($0) }.joined() + String(repeating: "0", count: exponent)
        return Int((isNegative ? "-" : "") + (text.isEmpty ? "0" : text))
    }

    /// One text for all ways to write the same number.
    var key: String { "\(isNegative ? "-" : "")\(digits.map { String($0) }.joined())e\(exponent)" }
}

extension DecimalNumber: Comparable {
    static func < (left: DecimalNumber, right: DecimalNumber) -> Bool {
        if left.isNegative != right.isNegative { return left.isNegative }
        return left.isNegative ? isSmaller(right, left) : isSmaller(left, right)
    }

    /// Whether one is smaller than the other, their signs left out.
    private static func isSmaller(_ left: DecimalNumber, _ right: DecimalNumber) -> Bool {
        if left.digits.isEmpty || right.digits.isEmpty { return left.digits.isEmpty && !right.digits.isEmpty }
        let (leftSize, rightSize) = (left.digits.count + left.exponent, right.digits.count + right.exponent)
        if leftSize != rightSize { return leftSize < rightSize }
        return left.digits.lexicographicallyPrecedes(right.digits)
    }
}
