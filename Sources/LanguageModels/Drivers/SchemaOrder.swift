internal import Documents

/// Writes JSON with the members of a schema's `properties` in the order of its `required`, the others by name.
///
/// Engines make a model write the members in the order in which the schema lists them (llama.cpp,
/// `json-schema-to-grammar.cpp`), so the reasons can be had before the verdict; a ``JSONValue`` knows no order.
enum SchemaOrder {
    /// The text of a value, on one line.
    static func text(of value: JSONValue) -> String {
        switch value {
        case .array(let elements): "[" + elements.map(text(of:)).joined(separator: ",") + "]"
        case .object(let members): object(members, keys: members.keys.sorted())
        default: value.jsonText
        }
    }

    private static func object(_ members: [String: JSONValue], keys: [String]) -> String {
        let required = (members["required"]?.arrayValue ?? []).compactMap(\.stringValue)
        let texts = keys.compactMap { key in
            members[key].map { value in
                let text = key == "properties" ? properties(value, required) : text(of: value)
                return JSONValue.string(key).jsonText + ":" + text
            }
        }
        return "{" + texts.joined(separator: ",") + "}"
    }

    private static func properties(_ value: JSONValue, _ required: [String]) -> String {
        guard let members = value.objectValue else { return text(of: value) }
        var keys: [String] = []
        for key in required + members.keys.sorted() where members[key] != nil && !keys.contains(key) {
            keys.append(key)
        }
        return object(members, keys: keys)
    }
}
