import Documents
import Provenance

/// Reports of verifying, for people and as JSON.
enum ReportText {
    /// One line: what came of it, what was looked at, what was found.
    static func line(_ name: String, _ outcome: VerificationReport.Outcome, width: Int) -> String {
        let (mark, text) = marked(outcome)
        let padding = String(repeating: " ", count: max(1, width - name.count + 2))
        return "\(mark)\(printable(name))\(padding)\(printable(text))"
    }

    private static func marked(_ outcome: VerificationReport.Outcome) -> (String, String) {
        switch outcome {
        case .passed(let text): ("ok    ", text)
        case .failed(let text): ("BAD   ", text)
        case .notChecked(let text): ("-     ", "NOT CHECKED: \(text)")
        }
    }

    /// The members of one check.
    static func json(_ name: String, _ outcome: VerificationReport.Outcome) -> [String: JSONValue] {
        switch outcome {
        case .passed(let text): ["step": .string(name), "outcome": "passed", "detail": .string(text)]
        case .failed(let text): ["step": .string(name), "outcome": "failed", "detail": .string(text)]
        case .notChecked(let text): ["step": .string(name), "outcome": "notChecked", "detail": .string(text)]
        }
    }
}

extension VerificationReport {
    /// The report of one record for a person.
    func lines(of name: String) -> [String] {
        let width = checks.map(\.step.rawValue.count).max() ?? 0
        var lines = checks.map { ReportText.line($0.step.rawValue, $0.outcome, width: width) }
        let open = checks.filter { if case .notChecked = $0.outcome { true } else { false } }.map(\.step.rawValue)
        let rest = open.isEmpty ? "" : "; not checked: \(open.joined(separator: ", "))"
        let why = firstFailed.map { ", '\($0.step.rawValue)' does not hold" } ?? ""
        lines.append("\(printable(name)): \(verdict.words)\(why)\(rest)")
        return lines
    }

    /// The report of one record for a program.
    func json(of name: String) -> JSONValue {
        let list = checks.map { check -> JSONValue in
            var members = ReportText.json(check.step.rawValue, check.outcome)
            members["demanded"] = .boolean(check.isDemanded)
            return .object(members)
        }
        return [
            "file": .string(name), "verdict": .string(verdict.rawValue), "checks": .array(list),
            "firstFailed": firstFailed.map { .string($0.step.rawValue) } ?? .null,
        ]
    }
}
