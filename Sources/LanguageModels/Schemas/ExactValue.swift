internal import Documents

extension JSONValue {
    /// Whether it is of a type of JSON Schema; a number without a fraction is an integer.
    func isOfType(_ type: String) -> Bool {
        guard type == "integer" else { return kind == type }
        guard case .number(let text) = self else { return false }
        return DecimalNumber(text)?.isWhole ?? false
    }

    /// Equal exactly where JSON Schema says that two values are: numbers by value, texts by code points.
    var exactKey: [UInt8] {
        var key: [UInt8] = []
        writeKey(to: &key)
        return key
    }

    private func writeKey(to key: inout [UInt8]) {
        switch self {
        case .null: key.append(UInt8(ascii: "n"))
        case .boolean(let value): key.append(UInt8(ascii: value ? "t" : "f"))
        case .number(let text): key.append(contentsOf: "#\(DecimalNumber(text)?.key ?? text);".utf8)
        case .string(let text): Self.write(text, to: &key)
        case .array(let elements):
            key.append(UInt8(ascii: "["))
            for element in elements { element.writeKey(to: &key) }
            key.append(UInt8(ascii: "]"))
        case .object(let members):
            key.append(UInt8(ascii: "{"))
            for (name, member) in members.sorted(by: { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }) {
                Self.write(name, to: &key)
                member.writeKey(to: &key)
            }
            key.append(UInt8(ascii: "}"))
        }
    }

    private static func write(_ text: String, to key: inout [UInt8]) {
        key.append(contentsOf: "\"\(text.utf8.count):".utf8)
        key.append(contentsOf: text.utf8)
    }
}
