internal import Documents

/// Compares two JSON documents by their rules.
struct JSONComparer {
    private let rules: FileRules
    private let limits: ComparisonLimits
    private let tolerances: [(pattern: PointerPattern, tolerance: Tolerance)]
    private let ignored: [PointerPattern]
    private var result = JSONComparison()

    init(rules: FileRules, limits: ComparisonLimits) {
        self.rules = rules
        self.limits = limits
        tolerances = rules.pointerTolerances.sorted { $0.key < $1.key }.map { (PointerPattern($0.key), $0.value) }
        ignored = (rules.ignored.filter { $0.hasPrefix("/") } + (rules.rowsAt.map { [$0] } ?? []))
            .map { PointerPattern($0) }
    }

    /// Compares the documents; the list of rows, where the rules name one, as a table.
    static func compare(_ old: JSONValue, _ new: JSONValue, rules: FileRules, limits: ComparisonLimits)
        throws(ReadingError) -> JSONComparison
    {
        var comparer = JSONComparer(rules: rules, limits: limits)
        comparer.compare(old, new, at: [])
        guard let pointer = rules.rowsAt else { return comparer.result }
        guard let first = RecordTable.table(old.value(at: pointer), limits: limits),
            let second = RecordTable.table(new.value(at: pointer), limits: limits)
        else { throw .malformed(kind: "a table", message: "there is no list of flat objects at \(pointer)") }
        comparer.result.rows = try TableComparer(rules: rules, limits: limits).compare(first, second)
        return comparer.result
    }

    private mutating func compare(_ old: JSONValue, _ new: JSONValue, at path: [String]) {
        if ignored.contains(where: { $0.matches(path) }) { return }
        switch (old, new) {
        case (.object(let old), .object(let new)):
            for key in Set(old.keys).union(new.keys).sorted() where !rules.ignores(key) {
                compare(optional: old[key], new[key], at: path + [key])
            }
        case (.array(let old), .array(let new)):
            for index in 0..<max(old.count, new.count) {
                compare(
                    optional: index < old.count ? old[index] : nil,
                    index < new.count ? new[index] : nil,
                    at: path + ["\(index)"]
                )
            }
        case (.number(let first), .number(let second)): compareNumbers(first, second, at: path)
        default:
            result.compared += 1
            if old != new { note(old, new, nil, at: path) }
        }
    }

    private mutating func compare(optional old: JSONValue?, _ new: JSONValue?, at path: [String]) {
        if let old, let new { return compare(old, new, at: path) }
        if ignored.contains(where: { $0.matches(path) }) { return }
        result.compared += 1
        note(old, new, nil, at: path)
    }

    private mutating func compareNumbers(_ old: String, _ new: String, at path: [String]) {
        result.compared += 1
        if old == new { return }
        guard let first = Double(old), let second = Double(new) else {
            return note(.number(old), .number(new), nil, at: path)
        }
        let areWhole = Int64(old) != nil && Int64(new) != nil
        if !areWhole, first == second { return }
        let declared = tolerances.first { $0.pattern.matches(path) }?.tolerance
        let tolerance = declared ?? (areWhole ? .exact : rules.tolerance)
        // Whole numbers beyond 2^53 are equal as real numbers; without a tolerance they are not.
        let isWithin = tolerance.allows(second, for: first, nanEqual: false)
        if isWithin, tolerance != .exact {
            result.within += 1
        } else {
            note(.number(old), .number(new), second - first, at: path)
        }
    }

    private mutating func note(_ old: JSONValue?, _ new: JSONValue?, _ delta: Double?, at path: [String]) {
        switch (old, new) {
        case (nil, _): result.added += 1
        case (_, nil): result.removed += 1
        default: result.changed += 1
        }
        guard result.differences.count < limits.details else { return }
        let pointer = path.map { "/\(JSONPointer.escape($0))" }.joined()
        result.differences.append(JSONComparison.Difference(pointer: pointer, old: old, new: new, delta: delta))
    }
}

/// A JSON Pointer in which `*` stands for any one token.
private struct PointerPattern {
    private let tokens: [String]

    init(_ text: String) { tokens = JSONValue.tokens(text) }

    func matches(_ path: [String]) -> Bool {
        path.count == tokens.count && zip(tokens, path).allSatisfy { $0 == "*" || $0 == $1 }
    }
}

extension JSONValue {
    /// The tokens of a JSON Pointer (RFC 6901 §4).
    static func tokens(_ pointer: String) -> [String] {
        pointer.split(separator: "/", omittingEmptySubsequences: false).dropFirst()
            .map { String($0.replacing("~1", with: "/").replacing("~0", with: "~")) }
    }

    /// The value a JSON Pointer names; nil when there is none.
    func value(at pointer: String) -> JSONValue? {
        var value = self
        for token in JSONValue.tokens(pointer) {
            switch value {
            case .object(let members):
                guard let member = members[token] else { return nil }
                value = member
            case .array(let elements):
                guard let index = Int(token), elements.indices.contains(index) else { return nil }
                value = elements[index]
            case .null, .boolean, .number, .string: return nil
            }
        }
        return value
    }
}
