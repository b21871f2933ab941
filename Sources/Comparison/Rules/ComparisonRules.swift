package import Documents

/// What counts as the same, by file: the first pattern that fits holds, otherwise the exact comparison.
package struct ComparisonRules: Sendable, Hashable {
    /// A pattern, and the rules for the files it fits.
    package struct Entry: Sendable, Hashable {
        /// A pattern of paths such as `results/**/*.csv`, or a media type such as `text/csv`.
        package let match: String
        /// What counts as the same in those files.
        package let rules: FileRules

        /// An entry.
        ///
        /// - Parameters:
        ///   - match: a pattern of paths, or a media type.
        ///   - rules: what counts as the same in those files.
        package init(_ match: String, _ rules: FileRules) {
            self.match = match
            self.rules = rules
        }
    }

    /// The entries, in order.
    package let entries: [Entry]

    /// Everything is compared exactly.
    package static let exact = ComparisonRules([])

    /// Rules.
    ///
    /// - Parameter entries: the entries, in order.
    package init(_ entries: [Entry]) { self.entries = entries }

    /// What counts as the same in a file.
    ///
    /// - Parameters:
    ///   - path: its path below the folder of results.
    ///   - mediaType: its media type, where known.
    /// - Returns: the rules of the first entry that fits.
    package func rules(for path: String, mediaType: String? = nil) -> FileRules {
        entries.first { $0.match == mediaType || Glob($0.match).matches(path) }?.rules ?? FileRules()
    }
}

extension ComparisonRules {
    /// Reads rules from a document: a list of entries; nil after noting a fault.
    ///
    /// - Parameter field: the list; faults are noted at their places.
    package init?(_ field: Field) {
        guard let elements = field.elements(limit: 200, of: "rules") else { return nil }
        var entries: [Entry] = []
        for element in elements {
            guard let object = element.object(known: Self.keys),
                let match = object.required("match", expected: "a pattern such as results/*.csv")?.string()
            else { return nil }
            entries.append(Entry(match, FileRules(object)))
        }
        self.entries = entries
    }

    private static let keys = [
        "match", "kind", "tolerance", "columns", "pointers", "matchRadius", "positionTolerance", "positions", "keys",
        "ignore", "nanEqual", "thresholds", "rowsAt", "rowNoun",
    ]

    /// The rules as a document: what ``init(_:)-(Field)`` reads.
    package var jsonValue: JSONValue { .array(entries.map { $0.rules.jsonValue(match: $0.match) }) }
}

extension FileRules {
    fileprivate init(_ object: ObjectReader) {
        self.init()
        if let word = object["kind"]?.string() {
            kind = FileKind(rawValue: word)
            if kind == nil {
                object["kind"]?.fault(
                    "'\(word)' is unknown",
                    expected: FileKind.allCases.map(\.rawValue).joined(separator: ", ")
                )
            }
        }
        if let field = object["tolerance"] { tolerance = Self.tolerance(field) }
        columnTolerances = Self.dictionary(object["columns"], Self.tolerance)
        pointerTolerances = Self.dictionary(object["pointers"], Self.tolerance)
        if let field = object["matchRadius"], let number = Self.number(field, upTo: 3600) { matchRadius = number }
        if let field = object["positionTolerance"], let number = Self.number(field, upTo: 3600) {
            positionTolerance = number
        }
        positionColumns = Self.words(object["positions"])
        if !positionColumns.isEmpty, positionColumns.count != 2 {
            object["positions"]?.fault("\(positionColumns.count) columns", expected: "right ascension and declination")
            positionColumns = []
        }
        keyColumns = Self.words(object["keys"])
        ignored = Self.words(object["ignore"])
        nanEqual = object["nanEqual"]?.boolean() ?? false
        thresholds = Self.dictionary(object["thresholds"]) { Self.number($0, upTo: .infinity, from: -.infinity) ?? 0 }
        rowsAt = object["rowsAt"]?.string(expected: "a JSON Pointer such as /anomalies")
        if let noun = object["rowNoun"]?.string() { rowNoun = noun }
    }

    private static func tolerance(_ field: Field) -> Tolerance {
        guard let object = field.object(known: ["absolute", "relative"]) else { return .exact }
        return Tolerance(
            absolute: object["absolute"].flatMap { number($0, upTo: .infinity) } ?? 0,
            relative: object["relative"].flatMap { number($0, upTo: .infinity) } ?? 0
        )
    }

    private static func number(_ field: Field, upTo most: Double, from least: Double = 0) -> Double? {
        guard case .number(let text) = field.value, let number = Double(text), number >= least, number <= most else {
            field.fault("this is no such number", expected: "a number from \(least) to \(most)")
            return nil
        }
        return number
    }

    private static func words(_ field: Field?) -> [String] {
        field?.elements(limit: 200, of: "names")?.compactMap { $0.string() } ?? []
    }

    private static func dictionary<Value>(_ field: Field?, _ read: (Field) -> Value) -> [String: Value] {
        let entries = field?.entries(limit: 1000) ?? []
        return Dictionary(entries.map { ($0.key, read($0.field)) }) { _, last in last }
    }

    fileprivate func jsonValue(match: String) -> JSONValue {
        var members: [String: JSONValue] = ["match": .string(match)]
        if let kind { members["kind"] = .string(kind.rawValue) }
        members["tolerance"] = tolerance.jsonValue
        members["columns"] = .object(columnTolerances.mapValues(\.jsonValue))
        members["pointers"] = .object(pointerTolerances.mapValues(\.jsonValue))
        members["matchRadius"] = .real(matchRadius)
        members["positionTolerance"] = .real(positionTolerance)
        if !positionColumns.isEmpty { members["positions"] = .array(positionColumns.map(JSONValue.string)) }
        members["keys"] = .array(keyColumns.map(JSONValue.string))
        members["ignore"] = .array(ignored.map(JSONValue.string))
        members["nanEqual"] = .boolean(nanEqual)
        members["thresholds"] = .object(thresholds.mapValues(JSONValue.real))
        if let rowsAt { members["rowsAt"] = .string(rowsAt) }
        members["rowNoun"] = .string(rowNoun)
        return .object(members)
    }
}

extension Tolerance {
    var jsonValue: JSONValue { .object(["absolute": .real(absolute), "relative": .real(relative)]) }
}

extension JSONValue {
    /// A real number; JSON has no others than finite ones, so those are told as words.
    static func real(_ value: Double) -> JSONValue {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Infinity" : "Infinity" }
        return value == value.rounded() && abs(value) < 1e15 ? .integer(Int64(value)) : .number("\(value)")
    }
}
