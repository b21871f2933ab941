package import Documents

/// JSON in the one form that can be hashed: RFC 8785, the JSON Canonicalization Scheme.
package enum CanonicalJSON {
    /// The canonical text of a value.
    ///
    /// - Parameter value: any JSON value.
    /// - Returns: UTF-8 text without white space, keys sorted by UTF-16 units (RFC 8785 §3.2.3).
    /// - Throws: ``NotANumber`` for a number that no IEEE 754 double can hold.
    package static func text(_ value: JSONValue) throws(NotANumber) -> String {
        switch value {
        case .null: return "null"
        case .boolean(let value): return value ? "true" : "false"
        case .number(let text): return try number(text)
        case .string(let text): return quoted(text)
        case .array(let elements):
            var parts: [String] = []
            for element in elements { parts.append(try Self.text(element)) }
            return "[" + parts.joined(separator: ",") + "]"
        case .object(let members):
            var parts: [String] = []
            let sorted = members.sorted { $0.key.utf16.lexicographicallyPrecedes($1.key.utf16) }
            for (key, member) in sorted { parts.append(quoted(key) + ":" + (try Self.text(member))) }
            return "{" + parts.joined(separator: ",") + "}"
        }
    }

    /// A number that is not finite, or no number at all.
    package struct NotANumber: Error, Hashable {
        /// How it was written.
        package let text: String
    }

    /// RFC 8785 §3.2.2.2: two-character escapes where JSON has them, `\u00xx` for other control characters.
    static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\u{8}": result += "\\b"
            case "\t": result += "\\t"
            case "\n": result += "\\n"
            case "\u{c}": result += "\\f"
            case "\r": result += "\\r"
            case _ where scalar.value < 0x20:
                result += "\\u00" + (scalar.value < 16 ? "0" : "") + String(scalar.value, radix: 16)
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }

    /// As ECMAScript prints a double (ECMA-262, Number::toString): the shortest digits that read back the same.
    private static func number(_ text: String) throws(NotANumber) -> String {
        guard let value = Double(text), value.isFinite else { throw NotANumber(text: text) }
        if value == 0 { return "0" }
        let (digits, point) = shortest(value.magnitude)
        let sign = value < 0 ? "-" : ""
        if point > 21 || point <= -6 {
            let exponent = point - 1
            let fraction = digits.count > 1 ? "." + digits.dropFirst() : ""
            return sign + digits.prefix(1) + fraction + "e" + (exponent < 0 ? "-" : "+") + "\(exponent.magnitude)"
        }
        if point >= digits.count { return sign + digits + String(repeating: "0", count: point - digits.count) }
        if point > 0 { return sign + digits.prefix(point) + "." + digits.dropFirst(point) }
        return sign + "0." + String(repeating: "0", count: -point) + digits
    }

    /// The digits of a positive number without zeros at either end, and where its point stands behind the first.
    private static func shortest(_ value: Double) -> (digits: String, point: Int) {
        let parts = value.description.split(separator: "e")
        let mantissa = parts[0].split(separator: ".", omittingEmptySubsequences: false)
        let exponent = parts.count > 1 ? Int(parts[1]) ?? 0 : 0
        let all = mantissa.joined()
        let leading = all.prefix { $0 == "0" }.count
        let digits = all.dropFirst(leading)
        let trailing = digits.reversed().prefix { $0 == "0" }.count
        return (String(digits.dropLast(trailing)), mantissa[0].count - leading + exponent)
    }
}
