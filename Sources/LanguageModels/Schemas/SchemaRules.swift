package import Documents

/// What a JSON Schema must be like before it is sent to an engine.
///
/// Engines turn a schema into a grammar, and ignore, refuse or choke on what they cannot: llama.cpp ignored ranges of
/// numbers and look-ahead, dropped `maxLength` above 2000, refused large `minItems`, and one port of it died of such a
/// schema (all measured). What stays within these rules came out right on every engine tried.
package enum SchemaRules {
    /// The most levels of schemas within schemas, counting the outermost.
    package static let levels = 8
    /// The most code points of a text.
    package static let length = 1000
    /// The most elements of an array.
    package static let items = 100
    /// The most properties of an object, values of an `enum`, and shapes of an `anyOf`.
    package static let choices = 100
    /// The largest whole number that every JSON reader keeps exact: 2^53 − 1 (RFC 7493 §2.2).
    package static let largest = 9_007_199_254_740_991
    /// The most tokens an answer may take at worst.
    package static let tokens = 500_000

    /// What of a schema may not be sent.
    ///
    /// - Parameter schema: the schema.
    /// - Returns: `POINTER: what is wrong, what to do`, at most twenty; empty where it may be sent.
    package static func faults(in schema: JSONValue) -> [String] {
        var check = SchemaRuleCheck()
        check.check(schema, at: "", level: 1)
        if schema["type"] != "object" { check.say("", "the outermost schema must have the type object") }
        if check.faults.isEmpty, tokenBound(schema) > tokens {
            check.say("", "the longest answer would take more than \(tokens) tokens; lower maxLength or maxItems")
        }
        return check.faults
    }
}

/// One schema being checked.
private struct SchemaRuleCheck {
    private(set) var faults: [String] = []
    private var nodes = 0

    private static let words: Set<String> = ["title", "description"]
    /// Which keywords a schema of a type may have.
    private static let keywords: [String: Set<String>] = [
        "object": ["properties", "required", "additionalProperties"],
        "array": ["items", "minItems", "maxItems"],
        "string": ["minLength", "maxLength", "pattern", "enum", "const"],
        "integer": ["minimum", "maximum", "enum", "const"],
        "number": [],
        "boolean": ["const"],
        "null": [],
    ]

    mutating func say(_ pointer: String, _ message: String) {
        if faults.count < 20 { faults.append("\(pointer): \(message)") }
    }

    mutating func check(_ schema: JSONValue, at pointer: String, level: Int) {
        nodes += 1
        guard nodes <= 1000, faults.count < 20 else {
            return faults.count < 20 ? say(pointer, "the schema has more than 1000 parts") : ()
        }
        guard case .object(let rules) = schema else { return say(pointer, "a schema must be an object") }
        guard level <= SchemaRules.levels else {
            return say(pointer, "schemas are nested more than \(SchemaRules.levels) deep")
        }
        if let branches = rules["anyOf"] { return check(branches, anyOf: rules, at: pointer, level: level) }
        if rules["type"] == nil, rules["enum"] != nil || rules["const"] != nil {
            return checkChoices(rules, type: nil, at: pointer)
        }
        guard let type = rules["type"]?.stringValue, let keywords = Self.keywords[type] else {
            return say(pointer, "one type is needed; several types are written as anyOf")
        }
        only(keywords.union(["type"]), rules, at: pointer, type: type)
        switch type {
        case "object": check(object: rules, at: pointer, level: level)
        case "array": check(array: rules, at: pointer, level: level)
        case "string": check(string: rules, at: pointer)
        case "integer": check(integer: rules, at: pointer)
        case "boolean": checkChoices(rules, type: type, at: pointer)
        default: break
        }
    }

    private mutating func only(
        _ keywords: Set<String>,
        _ rules: [String: JSONValue],
        at pointer: String,
        type: String = ""
    ) {
        for keyword in rules.keys.sorted() where !keywords.contains(keyword) && !Self.words.contains(keyword) {
            if type == "number", ["minimum", "maximum"].contains(keyword) {
                say(pointer, "engines ignore ranges of numbers; use an integer in a smaller unit")
            } else {
                say(pointer, "\(keyword) is not kept by every engine here; leave it out")
            }
        }
        for word in Self.words where (rules[word]?.stringValue ?? "").utf8.count > 2000 {
            say(pointer, "\(word) is longer than 2000 bytes")
        }
    }

    private mutating func check(_ branches: JSONValue, anyOf rules: [String: JSONValue], at pointer: String, level: Int)
    {
        only(["anyOf"], rules, at: pointer)
        guard let shapes = branches.arrayValue, (1...SchemaRules.choices).contains(shapes.count) else {
            return say(pointer, "anyOf needs 1 to \(SchemaRules.choices) schemas")
        }
        for (index, shape) in shapes.enumerated() { check(shape, at: "\(pointer)/anyOf/\(index)", level: level + 1) }
    }

    private mutating func check(object rules: [String: JSONValue], at pointer: String, level: Int) {
        if rules["additionalProperties"] != false { say(pointer, "additionalProperties must be false") }
        guard let properties = rules["properties"]?.objectValue, properties.count <= SchemaRules.choices else {
            return say(pointer, "an object needs properties, at most \(SchemaRules.choices)")
        }
        let names = rules["required"]?.arrayValue ?? []
        if names.count != properties.count || Set(names) != Set(properties.keys.map { .string($0) }) {
            say(pointer, "required must name every property once; what may be missing is anyOf with null")
        }
        for (name, schema) in properties.sorted(by: { $0.key < $1.key }) {
            let isPlain = !name.isEmpty && name.utf8.count <= 64 && name.utf8.allSatisfy(Self.isPlain)
            if !isPlain { say(pointer, "names of properties are up to 64 of A–Z, a–z, 0–9, _, - and .") }
            check(schema, at: "\(pointer)/properties/\(JSONPointer.escape(name))", level: level + 1)
        }
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "."):
            true
        default: false
        }
    }

    private mutating func check(array rules: [String: JSONValue], at pointer: String, level: Int) {
        let most = rules["maxItems"]?.integerValue ?? -1
        if !(0...SchemaRules.items).contains(most) {
            say(pointer, "an array needs maxItems of at most \(SchemaRules.items)")
        } else if let least = rules["minItems"], !(0...most).contains(least.integerValue ?? -1) {
            say(pointer, "minItems must be a whole number up to maxItems")
        }
        guard let items = rules["items"] else { return say(pointer, "an array needs items") }
        check(items, at: "\(pointer)/items", level: level + 1)
    }

    private mutating func check(string rules: [String: JSONValue], at pointer: String) {
        if rules["enum"] != nil || rules["const"] != nil { return checkChoices(rules, type: "string", at: pointer) }
        let most = rules["maxLength"]?.integerValue ?? -1
        guard (0...SchemaRules.length).contains(most) else {
            return say(pointer, "a string needs maxLength of at most \(SchemaRules.length), enum or const")
        }
        if let least = rules["minLength"], !(0...most).contains(least.integerValue ?? -1) {
            say(pointer, "minLength must be a whole number up to maxLength")
        }
        guard let pattern = rules["pattern"] else { return }
        guard let text = pattern.stringValue else { return say(pointer, "pattern must be a string") }
        do throws(SchemaPattern.Fault) {
            let longest = try SchemaPattern(text).longest
            // llama.cpp forgets maxLength beside a pattern.
            if longest > most { say(pointer, "pattern takes up to \(longest) characters, maxLength \(most)") }
        } catch {
            say(pointer, "pattern: \(error.message)")
        }
    }

    private mutating func check(integer rules: [String: JSONValue], at pointer: String) {
        if rules["enum"] != nil || rules["const"] != nil { return checkChoices(rules, type: "integer", at: pointer) }
        let range = -SchemaRules.largest...SchemaRules.largest
        guard let low = rules["minimum"]?.integerValue, let high = rules["maximum"]?.integerValue, low <= high,
            range.contains(low), range.contains(high)
        else { return say(pointer, "an integer needs minimum and maximum between ±\(SchemaRules.largest)") }
    }

    /// Checks `enum` and `const`; neither is needed.
    private mutating func checkChoices(_ rules: [String: JSONValue], type: String?, at pointer: String) {
        only(["type", "enum", "const"], rules, at: pointer)
        var values: [JSONValue] = []
        if let choices = rules["enum"] {
            values = choices.arrayValue ?? []
            if !(1...SchemaRules.choices).contains(values.count) || Set(values.map(\.exactKey)).count < values.count {
                say(pointer, "enum needs 1 to \(SchemaRules.choices) different values")
            }
        }
        if rules["enum"] != nil, rules["const"] != nil { say(pointer, "enum and const exclude each other") }
        if let constant = rules["const"] { values.append(constant) }
        for value in values where !Self.isShort(value) || !(type.map { value.isOfType($0) } ?? true) {
            say(pointer, "enum and const take texts up to \(SchemaRules.length), whole numbers and true, false, null")
        }
    }

    private static func isShort(_ value: JSONValue) -> Bool {
        switch value {
        case .null, .boolean: true
        case .number: value.integerValue.map { abs($0) <= SchemaRules.largest } ?? false
        case .string(let text): text.unicodeScalars.count <= SchemaRules.length
        case .array, .object: false
        }
    }
}
