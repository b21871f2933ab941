package import Comparison
internal import Documents

/// The rules of comparison that hold for what came of a job.
///
/// A template declares them on one line after its summary, `{{! comparison: [ … ] }}`: they are part of its digest and
/// cannot be chosen after the fact. The text is what ``ComparisonRules`` reads, in JSON or YAML; two closing braces need a
/// blank between them, since `}}` ends the comment. Where the template says nothing, those hold that the authors declared
/// when they published the analysis, which is before anybody ran it again.
package enum DeclaredRules: Sendable, Hashable {
    /// Nothing is declared: everything is compared exactly.
    case none
    /// What the template counts as the same.
    case template(ComparisonRules)
    /// What the authors count as the same.
    case publication(ComparisonRules)
    /// The template declares something that cannot be read; everything is compared exactly.
    case unreadable(String)

    /// The rules that hold.
    ///
    /// - Parameters:
    ///   - template: its text.
    ///   - published: what the authors declared; nil when nothing was declared or published.
    package init(template: String, published: ComparisonRules? = nil) {
        let opening = "{{! comparison:"
        guard let line = template.split(separator: "\n").first(where: { $0.hasPrefix(opening) }) else {
            self = published.map { .publication($0) } ?? .none
            return
        }
        guard line.hasSuffix("}}") else {
            self = .unreadable("it does not end on its line with }}")
            return
        }
        do {
            let document = try Document(yaml: String(line.dropFirst(opening.count).dropLast(2)))
            let collector = FaultCollector(lines: document.lines)
            let rules = ComparisonRules(Field(document.value, collector: collector))
            guard let rules, collector.faults.isEmpty else {
                self = .unreadable(collector.faults.map(\.description).joined(separator: "; "))
                return
            }
            self = .template(rules)
        } catch {
            self = .unreadable("\(error)")
        }
    }

    /// What counts as the same.
    package var rules: ComparisonRules {
        switch self {
        case .template(let rules), .publication(let rules): rules
        case .none, .unreadable: .exact
        }
    }

    /// Where the rules come from, for a person.
    package var told: String {
        switch self {
        case .none: "No tolerance is declared: everything is compared exactly."
        case .template: "The tolerances are the template's."
        case .publication: "The tolerances are those that the authors declared when they published."
        case .unreadable(let reason):
            "The template's tolerances cannot be read, so everything is compared exactly: \(reason)"
        }
    }
}
