package import Logging
internal import Documents

/// How log lines are written.
package enum LogFormat: String, Sendable, CaseIterable {
    /// For people: time, level, message, then `key=value`.
    case text
    /// For machines: one JSON object in each line.
    case json

    /// One line, without its end: control characters are escaped, secrets are blotted out.
    ///
    /// - Parameters:
    ///   - level: how much it matters.
    ///   - message: what happened.
    ///   - fields: what is known about it.
    ///   - time: when.
    /// - Returns: the line.
    package func line(
        level: Logger.Level,
        message: String,
        fields: [(key: String, value: String)],
        at time: Timestamp
    ) -> String {
        switch self {
        case .text: Self.text(level, message, fields, time)
        case .json: Self.json(level, message, fields, time)
        }
    }

    private static func text(
        _ level: Logger.Level,
        _ message: String,
        _ fields: [(key: String, value: String)],
        _ time: Timestamp
    ) -> String {
        var line = "\(time.iso8601) \(level.rawValue): \(LogText.escaped(LogText.withoutSecrets(message)))"
        for (key, value) in fields {
            let shown = LogText.escaped(LogText.withoutSecrets(value))
            let isPlain = !shown.isEmpty && !shown.contains { $0 == " " || $0 == "=" || $0 == "\\" }
            line += " \(LogText.escaped(key))=\(isPlain ? shown : "\"\(shown)\"")"
        }
        return line
    }

    private static func json(
        _ level: Logger.Level,
        _ message: String,
        _ fields: [(key: String, value: String)],
        _ time: Timestamp
    ) -> String {
        var members = [("time", time.iso8601), ("level", level.rawValue), ("message", message)]
        let taken = Set(members.map(\.0))
        for (key, value) in fields { members.append((taken.contains(key) ? "\(key)_" : key, value)) }
        let shown = members.map { key, value in
            "\"\(LogText.escaped(key))\":\"\(LogText.escaped(LogText.withoutSecrets(value)))\""
        }
        return "{" + shown.joined(separator: ",") + "}"
    }
}

/// Text from anywhere, made fit for a log.
enum LogText {
    /// Escapes quotes, backslashes and everything that could end the line, move a cursor or hide text, as JSON does.
    static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            default:
                if Self.isPlain(scalar) {
                    result.unicodeScalars.append(scalar)
                } else {
                    for unit in String(scalar).utf16 {
                        let digits = String(unit, radix: 16)
                        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
                    }
                }
            }
        }
        return result
    }

    private static func isPlain(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.isASCII { return scalar.value >= 32 && scalar.value != 127 }
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .surrogate, .unassigned: return false
        default: return true
        }
    }

    /// Blots out passwords in addresses and parameters, bearer tokens, and the gateway's own tokens.
    static func withoutSecrets(_ text: String) -> String {
        var result = text
        if text.contains("://") {
            result = result.replacing(/(:\/\/[^\/\s:@"']*):[^\s@"']+@/) { "\($0.output.1):[secret]@" }
        }
        if text.contains("ff_") { result = result.replacing(/ff_[0-9a-f]{16,}/, with: "ff_[secret]") }
        let folded = text.lowercased()
        if folded.contains("passw") || folded.contains("bearer") {
            result = result.replacing(/(?i)(\bpassword\s*[=:]\s*|\bbearer\s+)[^\s"',;&]+/) { "\($0.output.1)[secret]" }
        }
        return result
    }
}
