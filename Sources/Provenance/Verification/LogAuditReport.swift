internal import Attestation

/// What came of reading a log again.
package struct LogAuditReport: Sendable, Hashable {
    /// One thing that was looked at.
    package struct Check: Sendable, Hashable {
        /// What.
        package let name: String
        /// What came of it.
        package let outcome: VerificationReport.Outcome

        /// A check.
        package init(_ name: String, _ outcome: VerificationReport.Outcome) {
            self.name = name
            self.outcome = outcome
        }
    }

    /// In the order in which they were made.
    package let checks: [Check]
    /// The first leaf that is missing or was altered; nil when there is none, or when nobody can tell which.
    package let firstWrongLeaf: Int?

    /// A report.
    package init(_ checks: [Check], firstWrongLeaf: Int? = nil) {
        self.checks = checks
        self.firstWrongLeaf = firstWrongLeaf
    }

    /// The whole: entries that cannot be read are no fault, a signature that cannot be checked leaves all open.
    package var verdict: VerificationReport.Verdict {
        if checks.contains(where: { if case .failed = $0.outcome { true } else { false } }) { return .bad }
        let isOpen = checks.contains { check in
            if case .notChecked = check.outcome { check.name != Self.meaning } else { false }
        }
        return isOpen || checks.isEmpty ? .cannotTell : .good
    }

    static let meaning = "meaning"
}

extension LogAudit {
    /// What came of it, after the last file.
    package var report: LogAuditReport {
        let checks = [entriesCheck, tilesCheck, rootCheck, meaningCheck] + kept.map(check)
        return LogAuditReport(checks, firstWrongLeaf: firstWrongLeaf)
    }

    private var isWhole: Bool { entries.size == head.size }
    private var isRootOfEntries: Bool { isWhole && entries.root == head.root }
    private var isRootOfHashes: Bool { hashes.size == head.size && hashes.root == head.root }

    private var firstWrongLeaf: Int? {
        let altered = isRootOfEntries ? nil : findings.differing
        let shrunk = kept.last.flatMap { $0.checkpoint.size > head.size ? head.size : nil }
        return [altered, findings.missing?.leaf, shrunk].compactMap { $0 }.min()
    }

    private var entriesCheck: LogAuditReport.Check {
        if let altered = findings.differing, !isRootOfEntries {
            let whose = isRootOfHashes ? "it is not the entry that was signed" : "its hash is not the one in the tile"
            return .init("entries", .failed("leaf \(altered) was altered: \(whose)"))
        }
        if let missing = findings.missing {
            return .init("entries", .failed("leaf \(missing.leaf) is missing: \(missing.reason)"))
        }
        guard isRootOfEntries else { return .init("entries", .failed(alteredRange)) }
        return .init("entries", .passed("all \(head.size) entries are there"))
    }

    /// What can be said when entries and tiles were altered together.
    private var alteredRange: String {
        let holds = kept.last { rootsAtKept[$0.checkpoint.size] == $0.checkpoint.root }?.checkpoint.size ?? 0
        let breaks = kept.first { kept in rootsAtKept[kept.checkpoint.size].map { $0 != kept.checkpoint.root } ?? false
        }
        var range = holds..<max(breaks?.checkpoint.size ?? head.size, holds + 1)
        if let subtree = findings.subtree, subtree.overlaps(range) { range = range.clamped(to: subtree) }
        return range.count == 1
            ? "leaf \(range.lowerBound) was altered"
            : "a leaf from \(range.lowerBound) to \(range.upperBound - 1) was altered"
    }

    private var tilesCheck: LogAuditReport.Check {
        if let reason = findings.tiles.first { return .init("tiles", .failed(reason)) }
        if isRootOfEntries, let leaf = findings.differing {
            return .init("tiles", .failed("the hash of leaf \(leaf) in its tile is wrong"))
        }
        if let leaves = findings.subtree {
            let place = "leaves \(leaves.lowerBound) to \(leaves.upperBound - 1)"
            return .init("tiles", .failed("the hash over \(place) is not what the hashes below it make"))
        }
        guard isWhole else { return .init("tiles", .notChecked("not all of them were read")) }
        return .init("tiles", .passed("every hash is what its entries make"))
    }

    private var rootCheck: LogAuditReport.Check {
        guard isWhole else { return .init("root", .notChecked("the entries are not all there")) }
        return isRootOfEntries
            ? .init("root", .passed("the entries lead to the signed root \(head.root)"))
            : .init("root", .failed("the entries lead to the root \(entries.root), and \(head.root) was signed"))
    }

    private var meaningCheck: LogAuditReport.Check {
        if let misplaced = findings.misplaced {
            return .init(LogAuditReport.meaning, .failed("leaf \(misplaced.leaf): \(misplaced.reason)"))
        }
        guard let first = findings.unread.first else {
            return .init(LogAuditReport.meaning, .passed("every entry is one of a record or a key"))
        }
        let text = "\(findings.unread.count) entries are of a kind not known here, leaf \(first) the first"
        return .init(LogAuditReport.meaning, .notChecked(text))
    }

    private func check(_ kept: Kept) -> LogAuditReport.Check {
        let (name, size) = (kept.name, kept.checkpoint.size)
        guard kept.checkpoint.origin.utf8.elementsEqual(head.origin.utf8) else {
            return .init(name, .failed("it is of another log, \(kept.checkpoint.origin)"))
        }
        guard size <= head.size else {
            return .init(name, .failed("it has \(size) entries, and the log now has \(head.size): leaves were removed"))
        }
        guard let root = rootsAtKept[size] else {
            return .init(name, .notChecked("the log could not be read as far as its \(size) entries"))
        }
        return root == kept.checkpoint.root
            ? .init(name, .passed("the log still begins with its \(size) entries"))
            : .init(name, .failed("the first \(size) entries are not the ones it was signed for"))
    }
}
