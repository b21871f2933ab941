internal import Documents

/// Compares files by what they mean.
package struct FileComparer: Sendable {
    private let rules: ComparisonRules
    private let limits: ComparisonLimits

    /// A comparer.
    ///
    /// - Parameters:
    ///   - rules: what counts as the same.
    ///   - limits: how much is read and told.
    package init(rules: ComparisonRules = .exact, limits: ComparisonLimits = ComparisonLimits()) {
        self.rules = rules
        self.limits = limits
    }

    /// Compares a file with the original of the same path.
    ///
    /// - Parameters:
    ///   - path: its path below the folder of results.
    ///   - mediaType: its media type, where known.
    ///   - old: the original.
    ///   - new: the other file.
    /// - Returns: what was found; a file that cannot be read is not compared, with the reason.
    package func compare(_ path: String, mediaType: String? = nil, old: [UInt8], new: [UInt8]) -> FileComparison {
        let rules = rules.rules(for: path, mediaType: mediaType)
        let kind = rules.kind ?? FileKind(path: path, mediaType: mediaType, bytes: old)
        if old == new {
            return FileComparison(path: path, kind: kind, verdict: .identical, sentence: "The bytes are the same.")
        }
        if max(old.count, new.count) > limits.bytes { return tooLarge(path, kind) }
        let newKind = rules.kind ?? FileKind(path: path, mediaType: mediaType, bytes: new)
        guard kind == newKind else {
            let sentence = "The original is \(kind.rawValue), the new file is \(newKind.rawValue)."
            return FileComparison(path: path, kind: kind, verdict: .different, sentence: sentence)
        }
        do throws(ReadingError) {
            return try compare(path, kind, old, new, rules)
        } catch {
            return notCompared(path, kind, "\(error)")
        }
    }

    /// The result for a file that is larger than is read.
    func tooLarge(_ path: String, _ kind: FileKind) -> FileComparison {
        notCompared(path, kind, "too large: more than \(Decimals.count(limits.bytes)) bytes")
    }

    func notCompared(_ path: String, _ kind: FileKind, _ reason: String) -> FileComparison {
        FileComparison(
            path: path,
            kind: kind,
            verdict: .notCompared(reason: reason),
            sentence: "Not compared: \(reason)."
        )
    }

    /// Whether a file of so many bytes is read at all.
    func reads(_ size: Int) -> Bool { size <= limits.bytes }

    private func compare(_ path: String, _ kind: FileKind, _ old: [UInt8], _ new: [UInt8], _ rules: FileRules)
        throws(ReadingError) -> FileComparison
    {
        func result(_ isEquivalent: Bool, _ sentence: String, _ detail: FileComparison.Detail) -> FileComparison {
            let verdict: Verdict = isEquivalent ? .equivalent : .different
            return FileComparison(path: path, kind: kind, verdict: verdict, sentence: sentence, detail: detail)
        }
        switch kind {
        case .csv, .ecsv, .votable:
            let found = try tables(kind, old, new, rules)
            return result(found.isEquivalent, found.sentence, .tables(found.tables))
        case .json:
            let (first, second) = (try json(old), try json(new))
            if rules.rowsAt == nil, let first = RecordTable.table(first, limits: limits),
                let second = RecordTable.table(second, limits: limits)
            {
                let table = try TableComparer(rules: rules, limits: limits).compare(first, second)
                return result(table.isEquivalent, table.sentence, .tables([table]))
            }
            let found = try JSONComparer.compare(first, second, rules: rules, limits: limits)
            return result(found.isEquivalent, found.sentence, .json(found))
        case .text:
            let (first, second) = (try text(old), try text(new))
            let found = TextComparer.compare(first, second, rules: rules, limits: limits)
            return result(found.isEquivalent, found.sentence, .text(found))
        case .fits:
            let (first, second) = (try FITSFile(old, limits: limits), try FITSFile(new, limits: limits))
            let found = try FITSComparer(rules: rules, limits: limits).compare(first, second)
            return result(found.isEquivalent, found.sentence, .fits(found))
        case .binary:
            return result(false, "The bytes differ; files of this kind are compared by digest only.", .none)
        }
    }

    private func tables(_ kind: FileKind, _ old: [UInt8], _ new: [UInt8], _ rules: FileRules) throws(ReadingError)
        -> (tables: [TableComparison], isEquivalent: Bool, sentence: String)
    {
        let (first, second) = (try read(kind, old), try read(kind, new))
        let comparer = TableComparer(rules: rules, limits: limits)
        var tables: [TableComparison] = []
        for (old, new) in zip(first, second) { tables.append(try comparer.compare(old, new)) }
        var sentences = tables.map(\.sentence)
        if first.count != second.count { sentences.append("Original \(first.count) tables, new \(second.count).") }
        let isEquivalent = first.count == second.count && tables.allSatisfy(\.isEquivalent)
        return (tables, isEquivalent, sentences.joined(separator: " "))
    }

    private func read(_ kind: FileKind, _ bytes: [UInt8]) throws(ReadingError) -> [Table] {
        switch kind {
        case .ecsv: [try ECSV.table(bytes, limits: limits)]
        case .votable: try VOTable.tables(bytes, limits: limits)
        case .csv, .fits, .json, .text, .binary: [try DelimitedText.table(bytes, limits: limits)]
        }
    }

    private func json(_ bytes: [UInt8]) throws(ReadingError) -> JSONValue {
        do {
            return try JSONValue(json: bytes)
        } catch {
            throw .malformed(kind: "JSON", message: "\(error)")
        }
    }

    private func text(_ bytes: [UInt8]) throws(ReadingError) -> String {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw .malformed(kind: "text", message: "it is not UTF-8")
        }
        return text
    }
}
