/// The members of an object under reading.
package struct ObjectReader {
    private let members: [String: JSONValue]
    private let path: String
    private let collector: FaultCollector

    init(members: [String: JSONValue], path: String, collector: FaultCollector) {
        self.members = members
        self.path = path
        self.collector = collector
    }

    /// A member that may be left out; `null` counts as left out.
    package subscript(_ key: String) -> Field? {
        guard let value = members[key], value != .null else { return nil }
        return Field(value, path: "\(path)/\(JSONPointer.escape(key))", collector: collector)
    }

    /// A member that must be there.
    ///
    /// - Parameters:
    ///   - key: its name.
    ///   - expected: what it should be, for the fault.
    /// - Returns: nil after noting a fault when it is missing.
    package func required(_ key: String, expected: String) -> Field? {
        if let field = self[key] { return field }
        collector.add("\(path)/\(JSONPointer.escape(key))", "'\(key)' is missing", expected: expected)
        return nil
    }

    /// Notes a fault at the object itself.
    ///
    /// - Parameters:
    ///   - message: what is wrong.
    ///   - expected: what would be right.
    package func fault(_ message: String, expected: String) { collector.add(path, message, expected: expected) }
}
