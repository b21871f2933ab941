internal import Documents

/// One entity of a crate's graph (RO-Crate 1.1: flat, each with `@id` and `@type`).
struct CrateEntity {
    let id: String
    private(set) var members: [String: JSONValue]

    init(_ id: String, _ types: String...) {
        self.id = id
        members = [
            "@id": .string(id), "@type": types.count == 1 ? .string(types[0]) : .array(types.map { .string($0) }),
        ]
    }

    /// Whether it is a data entity of the type `File`.
    var isFile: Bool {
        switch members["@type"] {
        case .string(let type): type == "File"
        case .array(let types): types.contains("File")
        default: false
        }
    }

    /// A text; nothing is written when it is not known.
    subscript(_ name: String) -> String? {
        get { members[name]?.stringValue }
        set { members[name] = newValue.map { .string($0) } }
    }

    /// Refers to other entities: none is written not at all, and one without a list, as the profiles' checks demand.
    mutating func refer(_ name: String, _ ids: [String]) {
        guard !ids.isEmpty else { return }
        let references = ids.map { JSONValue.object(["@id": .string($0)]) }
        members[name] = references.count == 1 ? references[0] : .array(references)
    }

    mutating func set(_ name: String, _ value: JSONValue?) { members[name] = value }
}
