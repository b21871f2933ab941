internal import Documents

extension JSONComparison {
    var jsonValue: JSONValue {
        var members: [String: JSONValue] = [
            "compared": .integer(compared), "changed": .integer(changed), "within": .integer(within),
            "added": .integer(added), "removed": .integer(removed),
            "differences": .array(differences.map(\.jsonValue)),
        ]
        if let rows { members["rows"] = rows.jsonValue }
        return .object(members)
    }
}

extension JSONComparison.Difference {
    fileprivate var jsonValue: JSONValue {
        var members: [String: JSONValue] = ["pointer": .string(pointer)]
        if let old { members["old"] = old.shortened }
        if let new { members["new"] = new.shortened }
        if let delta { members["delta"] = .real(delta) }
        return .object(members)
    }
}

extension JSONValue {
    /// The value itself when it is small; the beginning of its text when it is not.
    fileprivate var shortened: JSONValue {
        switch self {
        case .null, .boolean, .number: return self
        case .string, .array, .object:
            let text = jsonText
            return text.utf8.count <= 200 ? self : .string("\(text.prefix(199))…")
        }
    }
}

extension TextComparison {
    var jsonValue: JSONValue {
        [
            "added": .integer(added), "removed": .integer(removed), "lines": .array(lines.map(JSONValue.string)),
            "isCut": .boolean(isCut),
        ]
    }
}

extension FITSComparison.Unit {
    var jsonValue: JSONValue {
        var members: [String: JSONValue] = [
            "index": .integer(index), "name": .string(name), "cardCount": .integer(cardCount),
            "cards": .array(
                cards.map { card in
                    var members: [String: JSONValue] = [
                        "keyword": .string(card.keyword), "old": .optional(card.old), "new": .optional(card.new),
                    ]
                    if let delta = card.delta { members["delta"] = .real(delta) }
                    return .object(members)
                }
            ),
        ]
        if let image { members["image"] = image.jsonValue }
        if let table { members["table"] = table.jsonValue }
        if let note { members["note"] = .string(note) }
        return .object(members)
    }
}

extension ImageComparison {
    var jsonValue: JSONValue {
        var members: [String: JSONValue] = [
            "oldShape": .array(oldShape.map { .integer($0) }), "newShape": .array(newShape.map { .integer($0) }),
            "compared": .integer(compared), "differing": .integer(differing), "within": .integer(within),
            "nanMismatches": .integer(nanMismatches), "rootMeanSquare": .real(rootMeanSquare),
            "pixels": .array(pixels.map(\.jsonValue)),
        ]
        if let differences { members["differences"] = differences.jsonValue }
        if let worst { members["worst"] = worst.jsonValue }
        return .object(members)
    }
}

extension ImageComparison.Pixel {
    fileprivate var jsonValue: JSONValue {
        ["place": .array(place.map { .integer($0) }), "old": .real(old), "new": .real(new)]
    }
}
