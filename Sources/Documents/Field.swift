/// One value of a document under reading: it knows its place and where to tell its faults.
package struct Field {
    /// The value itself.
    package let value: JSONValue
    /// JSON Pointer to it.
    package let path: String
    private let collector: FaultCollector

    /// The root of a document.
    package init(_ value: JSONValue, path: String = "", collector: FaultCollector) {
        self.value = value
        self.path = path
        self.collector = collector
    }

    /// Notes a fault at this place.
    ///
    /// - Parameters:
    ///   - message: what is wrong.
    ///   - expected: what would be right.
    package func fault(_ message: String, expected: String) { collector.add(path, message, expected: expected) }

    /// The text of a string.
    ///
    /// - Parameter expected: what the text should be, for the fault.
    /// - Returns: nil after noting a fault when it is no string.
    package func string(expected: String = "a string") -> String? {
        if case .string(let text) = value { return text }
        fault("this is \(value.kind == "object" ? "an object" : "a \(value.kind)")", expected: expected)
        return nil
    }

    /// The text of a string, number or boolean, as written.
    ///
    /// - Returns: nil after noting a fault when it is something else.
    package func word() -> String? {
        switch value {
        case .string(let text), .number(let text): return text
        case .boolean(let flag): return flag ? "true" : "false"
        case .null, .array, .object:
            fault("this is \(value.kind)", expected: "a string, a number or a boolean")
            return nil
        }
    }

    /// A whole number in a range.
    ///
    /// - Parameters:
    ///   - range: the values that make sense.
    ///   - unit: what is counted, for the fault.
    /// - Returns: nil after noting a fault when it is something else.
    package func integer(in range: ClosedRange<Int>, unit: String = "") -> Int? {
        let expected =
            "a whole number from \(range.lowerBound) to \(range.upperBound)" + (unit.isEmpty ? "" : " (\(unit))")
        guard case .number(let text) = value else {
            fault("this is \(value.kind == "string" ? "a string" : value.kind)", expected: expected)
            return nil
        }
        guard let number = Int(text), range.contains(number) else {
            fault("\(text) is out of range", expected: expected)
            return nil
        }
        return number
    }

    /// A boolean.
    ///
    /// - Returns: nil after noting a fault when it is something else.
    package func boolean() -> Bool? {
        if case .boolean(let flag) = value { return flag }
        fault("this is a \(value.kind)", expected: "true or false")
        return nil
    }

    /// The elements of an array.
    ///
    /// - Parameters:
    ///   - limit: the most elements it may have.
    ///   - what: what the elements are, for the fault.
    /// - Returns: nil after noting a fault when it is something else.
    package func elements(limit: Int, of what: String = "values") -> [Field]? {
        guard case .array(let elements) = value else {
            fault("this is \(value.kind == "object" ? "an object" : "a \(value.kind)")", expected: "a list of \(what)")
            return nil
        }
        guard elements.count <= limit else {
            fault("\(elements.count) elements are too many", expected: "at most \(limit) \(what)")
            return nil
        }
        return elements.enumerated().map { Field($0.element, path: "\(path)/\($0.offset)", collector: collector) }
    }

    /// An object all of whose keys are known; every unknown key is a fault.
    ///
    /// - Parameter known: the keys it may have.
    /// - Returns: nil after noting a fault when it is something else.
    package func object(known: [String]) -> ObjectReader? {
        guard let members = members() else { return nil }
        for key in members.keys.sorted() where !known.contains(key) {
            let near = Spelling.nearest(to: key, among: known).map { "did you mean '\($0)'? " } ?? ""
            collector.add(
                "\(path)/\(JSONPointer.escape(key))",
                "unknown key '\(key)'",
                expected: near + "one of " + known.sorted().joined(separator: ", ")
            )
        }
        return ObjectReader(members: members, path: path, collector: collector)
    }

    /// The members of an object with free keys, in key order.
    ///
    /// - Parameter limit: the most members it may have.
    /// - Returns: nil after noting a fault when it is something else.
    package func entries(limit: Int) -> [(key: String, field: Field)]? {
        guard let members = members() else { return nil }
        guard members.count <= limit else {
            fault("\(members.count) entries are too many", expected: "at most \(limit)")
            return nil
        }
        return members.sorted { $0.key < $1.key }.map { key, value in
            (key, Field(value, path: "\(path)/\(JSONPointer.escape(key))", collector: collector))
        }
    }

    private func members() -> [String: JSONValue]? {
        if case .object(let members) = value { return members }
        fault("this is \(value.kind == "array" ? "a list" : "a \(value.kind)")", expected: "an object")
        return nil
    }
}
