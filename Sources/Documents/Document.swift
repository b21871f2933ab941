internal import Yams

/// A parsed YAML or JSON text: its value, and the line each part stands on.
package struct Document: Sendable {
    /// The value of the whole text.
    package let value: JSONValue
    /// Line numbers, counted from 1, by JSON Pointer (RFC 6901); empty for JSON.
    package let lines: [String: Int]

    /// Wraps a value that did not come from a text with lines.
    ///
    /// - Parameter value: the value.
    package init(_ value: JSONValue) {
        self.value = value
        lines = [:]
    }

    /// Reads JSON of at most 100 levels and 100,000 values.
    ///
    /// - Parameter bytes: text in UTF-8.
    /// - Throws: ``DocumentError``.
    package init(json bytes: some Sequence<UInt8>) throws(DocumentError) {
        let bytes = Array(bytes)
        try JSONExtent.require(bytes)
        self.init(try JSONValue(json: bytes))
    }

    /// Reads one YAML document, with plain words resolved by the YAML 1.2 core schema.
    ///
    /// So `01:30:00` and `yes` are strings, not a sexagesimal number and a boolean as in YAML 1.1.
    ///
    /// - Parameter text: the text.
    /// - Throws: ``DocumentError``.
    package init(yaml text: String) throws(DocumentError) {
        let root: Node
        do {
            var documents = try Yams.compose_all(yaml: text)
            guard let first = documents.next() else { throw DocumentError.syntax(message: "it is empty", line: 1) }
            if documents.next() != nil {
                throw DocumentError.syntax(message: "it holds more than one YAML document", line: nil)
            }
            if let error = documents.error { throw error }
            root = first
        } catch let error as DocumentError {
            throw error
        } catch let error as YamlError {
            throw Document.syntaxError(error)
        } catch {
            throw .syntax(message: "this is not YAML: \(error)", line: nil)
        }
        var reading = YAMLReading()
        value = try reading.read(root, at: "")
        lines = reading.lines
    }

    private static func syntaxError(_ error: YamlError) -> DocumentError {
        switch error {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            .syntax(message: "this is not YAML: \(problem)", line: mark.line)
        case .duplicatedKeysInMapping(let duplicates, _):
            .syntax(message: "the key '\(duplicates.first.map { "\($0)" } ?? "?")' stands twice", line: nil)
        case .no, .memory, .reader, .writer, .emitter, .representer, .dataCouldNotBeDecoded:
            .syntax(message: "this is not YAML: \(error)", line: nil)
        }
    }
}

/// Turns a tree of YAML nodes into values, noting the line of each.
private struct YAMLReading {
    /// The most values one document may hold, aliases counted each time they are used.
    static let limit = 100_000
    var lines: [String: Int] = [:]
    private var count = 0

    mutating func read(_ node: Node, at path: String) throws(DocumentError) -> JSONValue {
        count += 1
        guard count <= Self.limit else { throw .tooManyValues(limit: Self.limit) }
        if let mark = node.mark { lines[path] = mark.line }
        switch node {
        case .scalar(let scalar): return Self.resolve(scalar)
        case .sequence(let sequence):
            var elements: [JSONValue] = []
            for (index, element) in sequence.enumerated() { elements.append(try read(element, at: "\(path)/\(index)")) }
            return .array(elements)
        case .mapping(let mapping):
            var members: [String: JSONValue] = [:]
            for (key, element) in mapping {
                guard case .scalar(let name) = key else {
                    throw .syntax(message: "a key must be a word", line: key.mark?.line)
                }
                members[name.string] = try read(element, at: "\(path)/\(JSONPointer.escape(name.string))")
                if let mark = key.mark { lines["\(path)/\(JSONPointer.escape(name.string))"] = mark.line }
            }
            return .object(members)
        case .alias(let alias):
            throw .syntax(message: "the alias '\(alias.anchor)' has no anchor", line: alias.mark?.line)
        }
    }

    /// YAML 1.2.2 §10.3.2, core schema.
    private static func resolve(_ scalar: Node.Scalar) -> JSONValue {
        guard scalar.style == .plain || scalar.style == .any else { return .string(scalar.string) }
        let text = scalar.string
        switch text {
        case "", "~", "null", "Null", "NULL": return .null
        case "true", "True", "TRUE": return .boolean(true)
        case "false", "False", "FALSE": return .boolean(false)
        default: break
        }
        if text.wholeMatch(of: /[-+]?[0-9]+/) != nil, let value = Int64(text) { return .number("\(value)") }
        if text.wholeMatch(of: /[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?/) != nil { return .number(text) }
        return .string(text)
    }
}
