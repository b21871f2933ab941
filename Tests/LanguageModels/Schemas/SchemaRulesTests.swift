import Documents
import LanguageModels
import Testing

@Suite("Rules for schemas we send")
struct SchemaRulesTests {
    private func object(_ property: JSONValue) -> JSONValue {
        ["type": "object", "additionalProperties": false, "required": ["x"], "properties": ["x": property]]
    }

    @Test("What every engine keeps may be sent")
    func good() {
        let schemas: [JSONValue] = [
            ["type": "string", "maxLength": 80], ["type": "string", "enum": ["low", "high"]], ["const": 5],
            ["type": "integer", "minimum": 0, "maximum": 100], ["type": "boolean"], ["type": "null"],
            ["type": "number"], ["type": "integer", "enum": [3, 4, 5]],
            ["type": "array", "maxItems": 100, "items": ["type": "boolean"]],
            ["anyOf": [["type": "null"], ["type": "string", "maxLength": 5]]],
            ["type": "string", "maxLength": 8, "pattern": "^[A-Z]{1,3}-[0-9]{4}$", "description": "a name"],
        ]
        for schema in schemas { #expect(SchemaRules.faults(in: object(schema)) == [], "\(schema.jsonText)") }
    }

    private static let bad: [(JSONValue, String)] = [
        (["type": "string"], "maxLength"), (["type": "string", "maxLength": 1_000_000_000], "maxLength"),
        (["type": "string", "maxLength": 1001], "maxLength"), (["type": "string", "maxLength": -1], "maxLength"),
        (["type": "string", "maxLength": .number("1e9")], "maxLength"),
        (["type": "string", "maxLength": 5, "minLength": 6], "minLength"),
        (["type": "string", "maxLength": 5, "format": "date-time"], "format"),
        (["type": "integer"], "minimum and maximum"), (["type": "integer", "minimum": 0], "minimum and maximum"),
        (["type": "integer", "minimum": 5, "maximum": 4], "minimum and maximum"),
        (["type": "integer", "minimum": 0, "maximum": .number("99999999999999999999")], "minimum and maximum"),
        (["type": "number", "minimum": 0, "maximum": 1], "smaller unit"),
        (["type": "array", "items": ["type": "null"]], "maxItems"),
        (["type": "array", "items": ["type": "null"], "maxItems": 101], "maxItems"),
        (["type": "array", "maxItems": 5], "items"),
        (["type": "array", "items": ["type": "null"], "maxItems": 5, "uniqueItems": true], "uniqueItems"),
        (["type": ["string", "null"], "maxLength": 5], "anyOf"), ([:], "one type"), (true, "must be an object"),
        (["$ref": "#"], "one type"), (["type": "object", "properties": [:], "required": []], "additionalProperties"),
        (
            ["type": "object", "additionalProperties": false, "required": [], "properties": ["y": ["type": "null"]]],
            "required"
        ),
        (["type": "string", "enum": ["a"], "pattern": "(a+)+$"], "pattern"),
        (["type": "null", "maximum": 1], "maximum"),
        (["enum": []], "enum"), (["enum": ["a", "a"]], "different"), (["enum": [["a"]]], "enum"),
        (["type": "string", "const": 5], "enum and const"), (["anyOf": []], "anyOf"),
        (["anyOf": [["type": "null"]], "type": "null"], "type is not kept"),
    ]

    @Test("What an engine ignores or chokes on may not", arguments: bad.indices)
    func refused(index: Int) {
        let (schema, word) = Self.bad[index]
        let faults = SchemaRules.faults(in: object(schema))
        #expect(faults.contains { $0.hasPrefix("/properties/x") && $0.contains(word) }, "\(faults)")
    }

    @Test(
        "Hostile patterns are refused",
        arguments: [
            "(a+)+$", "^(a+)+$", "^(a|a)*$", "^a{1,}$", "^a{0,100000}$", "^(a{1,1000}){1,1000}$", "^(?=a)a$",
            "^(?<!b)a$",
            "^(a)\\1$", "^\\d{3}$", "^.{3}$", "a", "^a", "a$", "^a|b$", "^(a$", "^[a$", "^[z-a]$", "^a**$", "^a{2}{3}$",
            "^\\u0041$", "^((((((((((a))))))))))$", "^[[:alpha:]]$", "", "^$", "^(?:a)$", "^[^x]$", "^a\\.{2}$",
            "^a\\-b$", "^\"$", "^\\\\$", "^[ -~]$",
            "^[a\\-z]$", "^(|a)$",
        ]
    )
    func patterns(pattern: String) {
        let faults = SchemaRules.faults(in: object(["type": "string", "maxLength": 1000, "pattern": .string(pattern)]))
        #expect(faults.contains { $0.contains("pattern") }, "\(faults)")
    }

    @Test("A pattern may not take more than maxLength, which an engine forgets beside it")
    func patternLength() {
        let faults = SchemaRules.faults(in: object(["type": "string", "maxLength": 5, "pattern": "^[a-z]{1,6}$"]))
        #expect(faults == ["/properties/x: pattern takes up to 6 characters, maxLength 5"])
    }

    @Test("Deep, broad and enormous schemas are refused, and quickly")
    func hostile() {
        var deep: JSONValue = ["type": "null"]
        for _ in 0..<9 { deep = object(deep) }
        #expect(SchemaRules.faults(in: deep).contains { $0.contains("nested more than 8") })
        var nested: JSONValue = ["type": "string", "maxLength": 1000]
        for _ in 0..<5 { nested = ["type": "array", "maxItems": 100, "items": nested] }
        #expect(SchemaRules.faults(in: object(nested)).contains { $0.contains("tokens") })
        #expect(SchemaRules.tokenBound(object(nested)) > SchemaRules.tokens)
        var broad: [String: JSONValue] = [:]
        for number in 0..<101 { broad["p\(number)"] = ["type": "null"] }
        let names = JSONValue.array(broad.keys.map { .string($0) })
        let wide: JSONValue = [
            "type": "object", "additionalProperties": false, "required": names, "properties": .object(broad),
        ]
        #expect(SchemaRules.faults(in: wide).contains { $0.contains("at most 100") })
        #expect(SchemaRules.faults(in: ["type": "string", "maxLength": 5]) != [])
        #expect(
            SchemaRules.faults(in: object(.object(["anyOf": .array([JSONValue](repeating: wide, count: 20))]))) != []
        )
    }

    @Test("The bound of tokens is what the longest answer takes at worst")
    func tokens() {
        let advice = object(["type": "string", "maxLength": 80])
        let longest = #"{"x":"\#(String(repeating: "\\u00e9", count: 80))"}"#
        #expect(SchemaRules.tokenBound(advice) >= longest.utf8.count + 16)
        #expect(SchemaRules.tokenBound(advice) < 1000)
        #expect(SchemaRules.tokenBound(["type": "string"]) == 1_000_000_000)
    }
}
