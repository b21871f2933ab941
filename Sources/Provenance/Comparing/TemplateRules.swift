package import Comparison
internal import Documents

/// The rules of comparison that a template declares: `{{! comparison: [ … ] }}` on one line after its summary.
///
/// They stand in the template, so they are part of its digest and cannot be chosen after the fact. The text is what
/// ``ComparisonRules`` reads, in JSON or YAML; two closing braces need a blank between them, since `}}` ends the comment.
package enum TemplateRules: Sendable, Hashable {
    /// Nothing is declared: everything is compared exactly.
    case none
    /// What counts as the same.
    case declared(ComparisonRules)
    /// Something is declared and cannot be read; everything is compared exactly.
    case unreadable(String)

    /// The rules in a template.
    package init(_ text: String) {
        let opening = "{{! comparison:"
        guard let line = text.split(separator: "\n").first(where: { $0.hasPrefix(opening) }) else {
            self = .none
            return
        }
        let body = line.dropFirst(opening.count).prefix { $0 != "\r" }
        guard body.hasSuffix("}}") else {
            self = .unreadable("it does not end on its line with }}")
            return
        }
        do {
            let document = try Document(yaml: String(body.dropLast(2)))
            let collector = FaultCollector(lines: document.lines)
            let rules = ComparisonRules(Field(document.value, collector: collector))
            guard let rules, collector.faults.isEmpty else {
                self = .unreadable(collector.faults.map(\.description).joined(separator: "; "))
                return
            }
            self = .declared(rules)
        } catch {
            self = .unreadable("\(error)")
        }
    }

    /// What counts as the same.
    package var rules: ComparisonRules {
        if case .declared(let rules) = self { return rules }
        return .exact
    }

    /// Where the rules come from, for a person.
    package var told: String {
        switch self {
        case .none: "The template declares no tolerance: everything is compared exactly."
        case .declared: "The tolerances are the template's."
        case .unreadable(let reason):
            "The template's tolerances cannot be read, so everything is compared exactly: \(reason)"
        }
    }
}
