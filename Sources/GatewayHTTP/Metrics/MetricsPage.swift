/// A page in Prometheus' text format 0.0.4 under writing.
struct MetricsPage: Sendable {
    /// The page so far.
    private(set) var text = ""
    private var declared: Set<String> = []

    /// Announces a metric, once.
    mutating func declare(_ name: String, kind: String, help: String) {
        guard declared.insert(name).inserted else { return }
        if !help.isEmpty { text += "# HELP \(name) \(Self.escape(help, quotes: false))\n" }
        text += "# TYPE \(name) \(kind)\n"
    }

    /// Adds a sample.
    mutating func sample(_ name: String, labels: [(String, String)], value: Double) {
        let shown = labels.map { "\(Self.name($0.0))=\"\(Self.escape($0.1, quotes: true))\"" }.joined(separator: ",")
        text += shown.isEmpty ? "\(name) \(Self.number(value))\n" : "\(name){\(shown)} \(Self.number(value))\n"
    }

    /// A name of the characters the format allows.
    static func name(_ text: String) -> String {
        let kept = text.map { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") ? $0 : "_" }
        return kept.first?.isNumber == true ? "_" + String(kept) : String(kept)
    }

    private static func escape(_ text: String, quotes: Bool) -> String {
        let escaped = text.replacing("\\", with: "\\\\").replacing("\n", with: "\\n")
        return quotes ? escaped.replacing("\"", with: "\\\"") : escaped
    }

    private static func number(_ value: Double) -> String {
        value == value.rounded() && abs(value) < 1e15 ? String(Int64(value)) : String(value)
    }
}
