/// Header fields in the order they were given; names compare without regard to case (RFC 9110 §5.1).
package struct HTTPHeaders: Sendable, Equatable {
    /// One header field.
    package struct Field: Sendable, Equatable {
        /// The name as it was written.
        package var name: String
        /// The value without surrounding white space.
        package var value: String
    }

    /// All fields, repeated names included.
    package private(set) var fields: [Field] = []

    /// No fields.
    package init() {}

    /// The first value of a field, or the new only value of it; `nil` removes the field.
    package subscript(name: String) -> String? {
        get { fields.first { $0.hasName(name) }?.value }
        set {
            fields.removeAll { $0.hasName(name) }
            if let newValue { append(name, newValue) }
        }
    }

    /// Adds a field after the others, without replacing one of the same name.
    package mutating func append(_ name: String, _ value: String) {
        fields.append(Field(name: name, value: value))
    }
}

extension HTTPHeaders: ExpressibleByDictionaryLiteral {
    /// The fields of a literal, in its order.
    package init(dictionaryLiteral elements: (String, String)...) {
        for (name, value) in elements { append(name, value) }
    }
}

extension HTTPHeaders.Field {
    fileprivate func hasName(_ other: String) -> Bool {
        name.lowercased() == other.lowercased()
    }
}
