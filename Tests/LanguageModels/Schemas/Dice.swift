import Documents

/// Throws that are the same each time (Steele, Lea, Flood: SplitMix64, OOPSLA 2014).
struct Dice: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var word = state
        word = (word ^ (word >> 30)) &* 0xbf58_476d_1ce4_e5b9
        word = (word ^ (word >> 27)) &* 0x94d0_49bb_1331_11eb
        return word ^ (word >> 31)
    }

    mutating func roll(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &self) }
    mutating func one(in count: Int) -> Bool { roll(1...count) == 1 }
    mutating func pick<Element>(_ elements: [Element]) -> Element { elements[roll(0...elements.count - 1)] }
}

/// Makes schemas within our rules, answers that nearly fit them, and their texts.
struct AnswerGenerator {
    var dice: Dice
    /// Whether schemas may have what the validator knows and engines do not keep.
    var isWide = false

    static let patterns = [
        "^[a-c]{1,4}$", "^(ab|c)?-[0-9]{2}$", "^[é🔭x-]{0,3}$", "^J[0-9]{4}(\\+|-)[0-9]{2,4}$", "^a?b{0,2}\\.$",
    ]
    static let letters = [
        "a", "b", "c", "x", "-", ".", "+", "J", "0", "7", "é", "\u{2028}", "🔭", "\"", "\\", "\n", "e\u{301}",
    ]

    mutating func schema(level: Int = 1) -> JSONValue {
        let kinds = [
            "string", "pattern", "enum", "integer", "boolean", "null", "const", "array", "object", "anyOf", "number",
        ]
        switch level == 1 ? "object" : dice.pick(level >= 5 ? Array(kinds.prefix(7)) : kinds) {
        case "string":
            let most = dice.roll(0...6)
            return ["type": "string", "maxLength": .integer(most), "minLength": .integer(dice.roll(0...most))]
        case "pattern": return ["type": "string", "maxLength": 20, "pattern": .string(dice.pick(Self.patterns))]
        case "enum": return ["type": "string", "enum": ["low", "medium", "high"]]
        case "integer":
            let least = dice.pick([-5, 0, 1, 9_007_199_254_740_980])
            return ["type": "integer", "minimum": .integer(least), "maximum": .integer(least + dice.roll(0...11))]
        case "boolean": return ["type": "boolean"]
        case "null": return ["type": "null"]
        case "const": return ["const": dice.pick([1, "x", true, nil])]
        case "number":
            guard isWide else { return ["type": "number"] }
            return ["type": "number", "minimum": .number("-1.5"), "maximum": .number("2.5e1")]
        case "array":
            var rules: [String: JSONValue] = ["type": "array", "items": schema(level: level + 1), "maxItems": 3]
            if dice.one(in: 2) { rules["minItems"] = .integer(dice.roll(0...3)) }
            if isWide, dice.one(in: 2) { rules["uniqueItems"] = true }
            return .object(rules)
        case "anyOf":
            return ["anyOf": .array((0..<dice.roll(1...3)).map { _ in schema(level: level + 1) })]
        default:
            let names = (0..<dice.roll(0...4)).map { "p\($0)" }
            var properties: [String: JSONValue] = [:]
            for name in names { properties[name] = schema(level: level + 1) }
            return [
                "type": "object", "additionalProperties": false, "properties": .object(properties),
                "required": .array(names.map { .string($0) }),
            ]
        }
    }

    /// A value that fits more often than not; each place is off with a chance of one in `slips`.
    mutating func value(_ schema: JSONValue, slips: Int) -> JSONValue {
        if slips > 0, dice.one(in: slips) {
            return dice.pick([nil, true, 0, 1, .number("2.5"), "", "low", [], [:], ["p0": 1]])
        }
        if let shapes = schema["anyOf"]?.arrayValue { return value(dice.pick(shapes), slips: slips) }
        if let choices = schema["enum"]?.arrayValue { return dice.pick(choices) }
        if let constant = schema["const"] { return constant }
        let slip = slips > 0 && dice.one(in: slips) ? dice.pick([-1, 1]) : 0
        switch schema["type"]?.stringValue {
        case "string":
            if let pattern = schema["pattern"]?.stringValue { return .string(text(pattern)) }
            let range = (schema["minLength"]?.integerValue ?? 0)...(schema["maxLength"]?.integerValue ?? 0)
            let length = max(0, dice.roll(range) + slip)
            var scalars = String.UnicodeScalarView()
            while scalars.count < length { scalars.append(contentsOf: dice.pick(Self.letters).unicodeScalars) }
            return .string(String(String.UnicodeScalarView(scalars.prefix(length))))
        case "integer":
            let bounds = [schema["minimum"]?.integerValue ?? 0, schema["maximum"]?.integerValue ?? 0]
            return .integer(dice.pick(bounds) + slip)
        case "number": return .number(dice.pick(["-1.5", "0", "25", "25.5", "2.5e1", "-1.25", "1E1", "7"]))
        case "boolean": return .boolean(dice.one(in: 2))
        case "array":
            let range = (schema["minItems"]?.integerValue ?? 0)...(schema["maxItems"]?.integerValue ?? 0)
            return .array(
                (0..<max(0, dice.roll(range) + slip)).map { _ in value(schema["items"] ?? nil, slips: slips) }
            )
        case "object": return object(schema["properties"]?.objectValue ?? [:], slip: slip, slips: slips)
        default: return nil
        }
    }

    private mutating func object(_ properties: [String: JSONValue], slip: Int, slips: Int) -> JSONValue {
        var members: [String: JSONValue] = [:]
        for (name, schema) in properties.sorted(by: { $0.key < $1.key }) { members[name] = value(schema, slips: slips) }
        if slip < 0, let name = members.keys.min() { members[name] = nil }
        if slip > 0 { members["more"] = 1 }
        return .object(members)
    }

    private mutating func text(_ pattern: String) -> String {
        switch pattern {
        case "^[a-c]{1,4}$": dice.pick(["a", "abca", "abcab", "", "d", "b\n"])
        case "^(ab|c)?-[0-9]{2}$": dice.pick(["ab-12", "c-00", "-99", "a-12", "ab-1", "abc-12", "ab-123"])
        case "^[é🔭x-]{0,3}$": dice.pick(["", "é🔭", "-x-", "e\u{301}", "éé🔭x", "y", "x\n"])
        case "^a?b{0,2}\\.$": dice.pick([".", "ab.", "abb.", "abbb.", "abbx"])
        default: dice.pick(["J1234+56", "J0000-5678", "J123+56", "J1234+5", "J1234 56", "j1234+56"])
        }
    }

    /// The value as a model might write it, and sometimes not quite JSON.
    mutating func written(_ value: JSONValue, slips: Int) -> String {
        let text = write(value)
        guard slips > 0, dice.one(in: slips) else { return text }
        switch dice.roll(0...5) {
        case 0: return text + dice.pick([" ", "\n", "}", " {}", "\u{a0}", "x"])
        case 1: return String(text.dropLast())
        case 2: return "```json\n\(text)\n```"
        case 3: return text.replacing("{", with: #"{"p0":1,"#, maxReplacements: 1)
        case 4: return text.replacing(":", with: dice.pick([":0", ":+", ":-", ":.", "::"]), maxReplacements: 1)
        default: return text.replacing(",", with: dice.pick([",,", ";", " , ", "\t,\r\n"]), maxReplacements: 1)
        }
    }

    private mutating func write(_ value: JSONValue) -> String {
        let space = dice.pick(["", "", "", " ", "\n  "])
        switch value {
        case .null: return "null" + space
        case .boolean(let value): return "\(value)" + space
        case .number(let text):
            return text.contains(/[.eE]/) || text.count > 9 ? text : text + dice.pick(["", "", ".0", "e0"])
        case .string(let text): return quoted(text) + space
        case .array(let elements):
            return "[" + space + elements.map { write($0) }.joined(separator: ",") + "]" + space
        case .object(let members):
            let parts = members.sorted { $0.key < $1.key }.map { quoted($0.key) + space + ":" + write($0.value) }
            return "{" + space + parts.joined(separator: ",") + "}"
        }
    }

    private mutating func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            if scalar.value < 0x20 || scalar == "\"" || scalar == "\\" || dice.one(in: 6) {
                for unit in String(scalar).utf16 {
                    let digits = String(unit, radix: 16)
                    result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
                }
            } else {
                result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
