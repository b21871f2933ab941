package import Documents

/// Checks a document against a JSON Schema (draft 2020-12, Validation), in the part ``SchemaRules`` lets through and a
/// little beyond.
///
/// A keyword that is not known here makes every document wrong: what is not checked is not accepted.
package enum SchemaValidator {
    /// The most faults that are told of one document.
    package static let most = 50

    /// What of a document does not fit.
    ///
    /// - Parameters:
    ///   - value: the document.
    ///   - schema: the schema; `true` and `false` are schemas, too.
    /// - Returns: `POINTER: what is wrong, what is expected` (RFC 6901), at most ``most``; empty where it fits.
    package static func faults(_ value: JSONValue, schema: JSONValue) -> [String] {
        var check = SchemaCheck()
        check.check(value, schema, at: "")
        return check.faults
    }
}

/// One document being checked.
private struct SchemaCheck {
    private(set) var faults: [String] = []

    private static let known: Set<String> = [
        "type", "enum", "const", "properties", "required", "additionalProperties", "minimum", "maximum", "minLength",
        "maxLength", "pattern", "minItems", "maxItems", "uniqueItems", "items", "anyOf",
    ]
    private static let words: Set<String> = [
        "title", "description", "$schema", "$id", "$comment", "default", "examples",
    ]

    private mutating func say(_ pointer: String, _ message: String) {
        if faults.count < SchemaValidator.most { faults.append("\(pointer): \(message)") }
    }

    mutating func check(_ value: JSONValue, _ schema: JSONValue, at pointer: String) {
        guard faults.count < SchemaValidator.most else { return }
        guard case .object(let rules) = schema else {
            if schema != true { say(pointer, "nothing is expected here") }
            return
        }
        for keyword in rules.keys.sorted() where !Self.known.contains(keyword) && !Self.words.contains(keyword) {
            say(pointer, "the schema has \(keyword), which is not checked here")
        }
        if let type = rules["type"], !checkType(value, type, at: pointer) { return }
        if let choices = rules["enum"]?.arrayValue, !choices.contains(where: { $0.exactKey == value.exactKey }) {
            say(pointer, "is none of the values expected: \(Self.short(choices))")
        }
        if let constant = rules["const"], constant.exactKey != value.exactKey {
            say(pointer, "is not the value expected: \(Self.short([constant]))")
        }
        switch value {
        case .number(let text): check(number: text, rules, at: pointer)
        case .string(let text): check(string: text, rules, at: pointer)
        case .array(let elements): check(array: elements, rules, at: pointer)
        case .object(let members): check(object: members, rules, at: pointer)
        case .null, .boolean: break
        }
        if let branches = rules["anyOf"]?.arrayValue { check(value, anyOf: branches, at: pointer) }
    }

    private mutating func checkType(_ value: JSONValue, _ type: JSONValue, at pointer: String) -> Bool {
        let types = (type.arrayValue ?? [type]).compactMap(\.stringValue)
        if types.contains(where: { value.isOfType($0) }) { return true }
        say(pointer, "is \(value.kind), expected \(types.joined(separator: " or "))")
        return false
    }

    private mutating func check(_ value: JSONValue, anyOf branches: [JSONValue], at pointer: String) {
        var closest: [String]?
        for branch in branches {
            var check = SchemaCheck()
            check.check(value, branch, at: pointer)
            if check.faults.isEmpty { return }
            if check.faults.count < closest?.count ?? .max { closest = check.faults }
        }
        say(pointer, "fits none of \(branches.count) shapes; of the closest:")
        for fault in closest ?? [] where faults.count < SchemaValidator.most { faults.append(fault) }
    }

    private mutating func check(number text: String, _ rules: [String: JSONValue], at pointer: String) {
        guard let number = DecimalNumber(text) else { return say(pointer, "is no number") }
        if let (written, bound) = Self.bound(rules["minimum"]), number < bound {
            say(pointer, "is too small, expected at least \(written)")
        }
        if let (written, bound) = Self.bound(rules["maximum"]), bound < number {
            say(pointer, "is too large, expected at most \(written)")
        }
    }

    private static func bound(_ rule: JSONValue?) -> (String, DecimalNumber)? {
        guard case .number(let text) = rule, let number = DecimalNumber(text) else { return nil }
        return (text, number)
    }

    private static func count(_ rule: JSONValue?) -> Int? { bound(rule)?.1.integer }

    private mutating func check(string text: String, _ rules: [String: JSONValue], at pointer: String) {
        let length = text.unicodeScalars.count
        if let least = Self.count(rules["minLength"]), length < least {
            say(pointer, "has \(length) characters, expected at least \(least)")
        }
        if let most = Self.count(rules["maxLength"]), length > most {
            say(pointer, "has \(length) characters, expected at most \(most)")
        }
        guard let pattern = rules["pattern"]?.stringValue else { return }
        do throws(SchemaPattern.Fault) {
            if !(try SchemaPattern(pattern)).matches(text) { say(pointer, "does not match \(pattern)") }
        } catch {
            say(pointer, "the schema has a pattern that is not checked here: \(error.message)")
        }
    }

    private mutating func check(array elements: [JSONValue], _ rules: [String: JSONValue], at pointer: String) {
        if let least = Self.count(rules["minItems"]), elements.count < least {
            say(pointer, "has \(elements.count) elements, expected at least \(least)")
        }
        if let most = Self.count(rules["maxItems"]), elements.count > most {
            say(pointer, "has \(elements.count) elements, expected at most \(most)")
        }
        if rules["uniqueItems"] == true, Set(elements.map(\.exactKey)).count < elements.count {
            say(pointer, "has the same element twice")
        }
        guard let schema = rules["items"] else { return }
        for (index, element) in elements.enumerated() { check(element, schema, at: "\(pointer)/\(index)") }
    }

    private mutating func check(object members: [String: JSONValue], _ rules: [String: JSONValue], at pointer: String) {
        let properties = rules["properties"]?.objectValue ?? [:]
        for name in rules["required"]?.arrayValue?.compactMap(\.stringValue) ?? [] where members.exact(name) == nil {
            let type = properties[name]?["type"]?.stringValue.map { ", expected \($0)" } ?? ""
            say("\(pointer)/\(JSONPointer.escape(name))", "is missing\(type)")
        }
        for (key, member) in members.sorted(by: { $0.key < $1.key }) {
            let place = "\(pointer)/\(JSONPointer.escape(key))"
            if let schema = properties.exact(key) {
                check(member, schema, at: place)
            } else if let others = rules["additionalProperties"] {
                if others == false {
                    say(place, "is not expected")
                } else {
                    check(member, others, at: place)
                }
            }
        }
    }

    /// Values for a message, at most a line of them.
    private static func short(_ values: [JSONValue]) -> String {
        let text = values.prefix(20).map(\.jsonText).joined(separator: ", ")
        return text.count <= 200 ? text : text.prefix(200) + "…"
    }
}

extension Dictionary where Key == String {
    /// The value of the key with exactly these code points; Swift takes K and the Kelvin sign for the same.
    fileprivate func exact(_ key: String) -> Value? {
        guard let index = index(forKey: key), self[index].key.utf8.elementsEqual(key.utf8) else { return nil }
        return self[index].value
    }
}
