internal import FoundationEssentials

extension JSONValue {
    /// Reads JSON text (RFC 8259) of at most 512 levels.
    ///
    /// - Parameter bytes: the text in UTF-8.
    /// - Throws: ``DocumentError/syntax(message:line:)``.
    package init(json bytes: some Sequence<UInt8>) throws(DocumentError) {
        let data = Data(bytes)
        do {
            self = try JSONDecoder().decode(JSONValue.self, from: data)
        } catch DecodingError.dataCorrupted(let context) {
            throw .syntax(message: JSONValue.reason(context), line: nil)
        } catch {
            throw .syntax(message: "this is not JSON", line: nil)
        }
    }

    private static func reason(_ context: DecodingError.Context) -> String {
        guard let underlying = context.underlyingError else { return "this is not JSON: \(context.debugDescription)" }
        let text = "\(underlying)"
        guard let found = text.firstRange(of: "NSDebugDescription=") else { return "this is not JSON" }
        let rest = text[found.upperBound...]
        return "this is not JSON: " + rest.prefix { $0 != "," && $0 != "}" && $0 != "\n" }
    }

    /// The value as JSON with sorted keys.
    ///
    /// - Parameter pretty: whether to indent it for a person.
    /// - Returns: UTF-8 text.
    package func jsonBytes(pretty: Bool = false) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting =
            pretty
            ? [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
            : [
                .sortedKeys, .withoutEscapingSlashes,
            ]
        return (try? encoder.encode(self)).map(Array.init) ?? Array("null".utf8)
    }

    /// The value as one line of JSON with sorted keys.
    package var jsonText: String { String(decoding: jsonBytes(), as: UTF8.self) }
}
