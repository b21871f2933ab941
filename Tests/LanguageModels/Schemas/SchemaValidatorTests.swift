import Documents
import LanguageModels
import Testing

@Suite("Answers against their schemas")
struct SchemaValidatorTests {
    private static let schema: JSONValue = [
        "type": "object", "additionalProperties": false, "required": ["name", "score", "tags", "a/b"],
        "properties": [
            "name": ["type": "string", "minLength": 1, "maxLength": 3], "score": ["type": "integer", "maximum": 100],
            "tags": ["type": "array", "maxItems": 2, "items": ["enum": ["low", "high"]]], "a/b": ["type": "null"],
        ],
    ]

    private func faults(_ text: String, _ schema: JSONValue = schema) throws -> [String] {
        SchemaValidator.faults(try AnswerText.value(text), schema: schema)
    }

    @Test("Each fault says where, what is wrong and what is expected")
    func pointers() throws {
        #expect(try faults(#"{"name":"abc","score":100.0,"tags":["low"],"a/b":null}"#) == [])
        #expect(
            try faults(#"{"name":"abcd","score":"5","tags":["low","mid","high"],"more~":1}"#) == [
                "/a~1b: is missing, expected null", "/more~0: is not expected",
                "/name: has 4 characters, expected at most 3", "/score: is string, expected integer",
                "/tags: has 3 elements, expected at most 2",
                #"/tags/1: is none of the values expected: "low", "high""#,
            ]
        )
        #expect(try faults("[]") == [": is array, expected object"])
    }

    @Test("Lengths are counted in code points, keys and texts compared by them")
    func codePoints() throws {
        let three: JSONValue = ["type": "string", "maxLength": 3, "minLength": 3]
        #expect(try faults(#""🔭🔭🔭""#, three) == [])
        #expect(try faults(#""👩‍🚀""#, three) == [])
        #expect(try faults("\"e\\u0301\"", ["const": "é"]) != [])
        // The Kelvin sign, which Swift takes for a K.
        let schema: JSONValue = [
            "type": "object", "additionalProperties": false, "properties": ["K": ["type": "null"]],
        ]
        #expect(try faults("{\"\u{212a}\":null}", schema) != [])
    }

    @Test(
        "Numbers are compared exactly, however they are written",
        arguments: [
            ("9007199254740992", true), ("9007199254740993", false), ("9007199254740992.0000000000000000001", false),
            ("9.007199254740992e15", true), ("900719925474099200e-2", true), ("1e300", false), ("-1e300", true),
            ("0.0", true),
        ]
    )
    func numbers(text: String, fits: Bool) throws {
        let schema: JSONValue = ["type": "number", "maximum": .number("9007199254740992")]
        #expect(try faults(text, schema).isEmpty == fits)
    }

    @Test("A number without a fraction is an integer, and given as its digits")
    func integers() throws {
        for text in ["100", "100.0", "1e2", "1000e-1"] {
            #expect(try AnswerText.value(text) == 100)
            #expect(try faults(text, ["type": "integer", "maximum": 100]) == [])
        }
        #expect(try faults("1.5", ["type": "integer"]) == [": is number, expected integer"])
        #expect(try AnswerText.value("-0") == 0)
    }

    @Test("A keyword that is not checked makes every answer wrong")
    func unknownKeyword() throws {
        #expect(try faults("1", ["type": "integer", "multipleOf": 1]).count == 1)
        #expect(try faults(#""a""#, ["type": "string", "pattern": "^(?=a)a$"]).count == 1)
    }

    @Test("Of several shapes the closest one's faults are told")
    func anyOf() throws {
        let schema: JSONValue = ["anyOf": [["type": "null"], ["type": "integer", "maximum": 5]]]
        #expect(try faults("null", schema) == [])
        #expect(try faults("6", schema).first == ": fits none of 2 shapes; of the closest:")
    }

    @Test("A pattern that would take others for ever takes us no time")
    func patternTime() throws {
        let schema: JSONValue = ["type": "string", "pattern": "^(a?){1,200}(a|aa|aaa){0,100}b$"]
        #expect(try faults("\"\(String(repeating: "a", count: 300))\"", schema).count == 1)
        #expect(try faults("\"\(String(repeating: "a", count: 300))b\"", schema) == [])
    }

    @Test(
        "An answer is exactly one JSON document",
        arguments: [
            "", " ", "{", "{}{}", "{} x", "```json\n{}\n```", #"{"a":1,"a":2}"#, #"{"a":1,"\u0061":2}"#, "[1,]", "{,}",
            #"{"a" 1}"#, "{a:1}", "01", "-", "1.", ".5", "+1", "1e", "NaN", "Infinity", "1e999", "tru", "'a'", "\"a",
            "\"\u{1}\"", "\"a\nb\"", #""\x41""#, #""\u12""#, #""\ud800""#, #""\ud800\u0041""#, #""\udc00""#,
            "\u{feff}{}",
            "[1 2]", "// x\n1", #"{"a":1,}"#, "\u{a0}1", #""\u+123""#, "\"\\",
        ]
    )
    func strict(text: String) {
        #expect(throws: AnswerText.Fault.self) { try AnswerText.value(text) }
    }

    @Test("What JSON allows is read as it is meant")
    func lenient() throws {
        #expect(
            try AnswerText.value(" \r\n\t{ \"a\" : [ 1 , \"\\ud83d\\udd2d\\u2028\\/\" ] } \n") == [
                "a": [1, "🔭\u{2028}/"]
            ]
        )
        #expect(try AnswerText.value("1.50") == .number("1.50"))
        #expect(try AnswerText.value("\"\u{2028}\u{85}\u{7f}\\u0000\"") == .string("\u{2028}\u{85}\u{7f}\0"))
    }

    @Test("At most 32 levels")
    func depth() throws {
        func nested(_ levels: Int) -> String {
            String(repeating: "[", count: levels) + String(repeating: "]", count: levels)
        }
        _ = try AnswerText.value(nested(32))
        #expect(throws: AnswerText.Fault.self) { try AnswerText.value(nested(33)) }
        #expect(throws: AnswerText.Fault.self) { try AnswerText.value(String(repeating: "[", count: 100_000)) }
    }
}
