package import Documents

extension SchemaRules {
    /// The most tokens an answer can take, and 16 more: what a request allows, so that no answer is cut that the
    /// schema lets through.
    ///
    /// A token is taken to be a byte, and a character to be written as `\u00e9`, which is the worst that vocabularies
    /// with byte tokens do; between two parts there is as much white space as llama.cpp's grammars let through
    /// (common/json-schema-to-grammar.cpp, `SPACE_RULE`: up to two line ends and twenty blanks).
    ///
    /// - Parameter schema: a schema without faults; of another the bound is large.
    /// - Returns: tokens.
    package static func tokenBound(_ schema: JSONValue) -> Int { min(bytes(schema, level: 1) + 16, beyond) }

    /// What stands for "too many"; far enough from the largest integer for sums and small products.
    private static let beyond = 1_000_000_000
    private static let space = 22
    private static let bytesPerCharacter = 6

    /// The most bytes of a value and the white space behind it.
    private static func bytes(_ schema: JSONValue, level: Int) -> Int {
        guard level <= levels else { return beyond }
        if let shapes = schema["anyOf"]?.arrayValue {
            return shapes.map { bytes($0, level: level + 1) }.max() ?? beyond
        }
        let choices = (schema["enum"]?.arrayValue ?? []) + (schema["const"].map { [$0] } ?? [])
        if !choices.isEmpty { return longest(choices) + space }
        switch schema["type"]?.stringValue {
        case "object": return bytes(object: schema["properties"]?.objectValue ?? [:], level: level)
        case "array":
            let most = schema["maxItems"]?.integerValue ?? beyond
            let element = schema["items"].map { bytes($0, level: level + 1) } ?? beyond
            return capped(max(0, most), element + 1 + space, plus: 2 * (1 + space))
        case "string":
            return capped(max(0, schema["maxLength"]?.integerValue ?? beyond), bytesPerCharacter, plus: 2 + space)
        case "integer": return 20 + space
        // llama.cpp's grammar takes 16 digits before the point, 16 behind it and 16 of an exponent.
        case "number": return 53 + space
        case "boolean", "null": return 5 + space
        default: return beyond
        }
    }

    private static func bytes(object properties: [String: JSONValue], level: Int) -> Int {
        var sum = 2 * (1 + space)
        for (name, schema) in properties {
            // The key in quotes, the colon, the value, the comma.
            sum += name.utf8.count + 2 + space + 1 + space + bytes(schema, level: level + 1) + 1 + space
            if sum >= beyond { return beyond }
        }
        return sum
    }

    /// A text may be written with escapes in another way than ours.
    private static func longest(_ values: [JSONValue]) -> Int {
        values.map { value in
            if let text = value.stringValue { return text.unicodeScalars.count * 2 * bytesPerCharacter + 2 }
            return value.jsonText.utf8.count
        }.max() ?? 0
    }

    private static func capped(_ count: Int, _ each: Int, plus: Int) -> Int {
        let (product, isTooLarge) = count.multipliedReportingOverflow(by: each)
        return isTooLarge || product >= beyond ? beyond : product + plus
    }
}
