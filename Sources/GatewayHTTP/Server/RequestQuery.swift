internal import Documents
internal import Hummingbird

/// The query of a request; unknown names and repeated single values are faults.
struct RequestQuery {
    private var values: [String: [String]] = [:]
    private(set) var faults: [Fault] = []

    /// Reads the query.
    ///
    /// - Parameters:
    ///   - request: whose query it is.
    ///   - known: the names it may have.
    ///   - lists: those of them that may come several times.
    /// - Throws: a problem that names every unknown or repeated parameter.
    init(_ request: Request, known: [String], lists: Set<String> = []) throws {
        for (key, value) in request.uri.queryParameters {
            values[String(key), default: []].append(String(value))
        }
        for key in values.keys.sorted() where !known.contains(key) {
            faults.append(
                Fault(
                    path: "/query/\(JSONPointer.escape(key))",
                    message: "unknown parameter '\(key)'",
                    expected: known.isEmpty ? "no parameter" : "one of " + known.sorted().joined(separator: ", ")
                )
            )
        }
        for (key, given) in values.sorted(by: { $0.key < $1.key }) where given.contains(where: { $0.utf8.contains(0) })
        {
            fault(key, "'\(key)' holds the character U+0000", "text without it")
        }
        for (key, given) in values.sorted(by: { $0.key < $1.key }) where given.count > 1 && !lists.contains(key) {
            fault(key, "'\(key)' is given \(given.count) times", "one value")
        }
        try check()
    }

    /// All values of a name.
    func all(_ key: String) -> [String] { values[key] ?? [] }

    /// The value of a name.
    func text(_ key: String) -> String? { values[key]?.last }

    /// Whether a name is there and is `true`.
    mutating func flag(_ key: String) -> Bool {
        guard let text = text(key) else { return false }
        if text != "true", text != "false" { fault(key, "'\(text.prefix(40))' is neither", "true or false") }
        return text == "true"
    }

    /// A whole number in a range.
    mutating func integer(_ key: String, in range: ClosedRange<Int>) -> Int? {
        guard let text = text(key) else { return nil }
        if let number = Int(text), range.contains(number) { return number }
        fault(
            key,
            "'\(text.prefix(40))' cannot be used",
            "a whole number from \(range.lowerBound) to \(range.upperBound)"
        )
        return nil
    }

    /// Notes a fault.
    mutating func fault(_ key: String, _ message: String, _ expected: String) {
        faults.append(Fault(path: "/query/\(key)", message: message, expected: expected))
    }

    /// Throws every fault noted so far.
    func check() throws {
        if faults.isEmpty { return }
        throw Problem(kind: .invalidRequest, detail: "The query has faults.", faults: faults)
    }
}
