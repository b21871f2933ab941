package import Documents

/// One place where two manifests are not the same.
package struct ManifestDifference: Sendable, Hashable {
    /// Where: a JSON Pointer (RFC 6901).
    package let path: String
    /// What stood there; nil for nothing.
    package let before: JSONValue?
    /// What stands there now; nil for nothing.
    package let after: JSONValue?

    /// The most places that are named, and the most characters of a value.
    private static let (mostPlaces, mostCharacters) = (100, 500)

    /// The places where two manifests differ, by path.
    ///
    /// - Parameters:
    ///   - earlier: JSON text.
    ///   - later: JSON text.
    /// - Returns: at most 100 places.
    static func between(_ earlier: String, _ later: String) -> [ManifestDifference] {
        guard let before = try? JSONValue(json: earlier.utf8), let after = try? JSONValue(json: later.utf8) else {
            return []
        }
        var found: [ManifestDifference] = []
        compare(before, after, at: "", &found)
        return Array(found.prefix(mostPlaces))
    }

    private static func compare(
        _ before: JSONValue?,
        _ after: JSONValue?,
        at path: String,
        _ found: inout [ManifestDifference]
    ) {
        guard before != after else { return }
        if case .object(let old)? = before, case .object(let new)? = after {
            for key in Set(old.keys).union(new.keys).sorted() {
                compare(old[key], new[key], at: "\(path)/\(JSONPointer.escape(key))", &found)
            }
        } else {
            found.append(ManifestDifference(path: path, before: before.map(short), after: after.map(short)))
        }
    }

    private static func short(_ value: JSONValue) -> JSONValue {
        let text = value.stringValue ?? value.jsonText
        return text.count > mostCharacters ? .string(text.prefix(mostCharacters) + "…") : value
    }
}
