extension BatchTemplate {
    /// The values a template may use as quoted words.
    static let quotedNames: Set<String> = [
        "key", "nodes", "tasks", "cpusPerTask", "image", "sha256", "source", "destination",
    ]
    /// The values our own code makes, which stand in the script as they are.
    static let rawNames: Set<String> = ["directives", "setup", "command", "arguments"]

    /// What is wrong with a template; empty if nothing is.
    ///
    /// A template must open with its summary and `#!/bin/bash`, have `{{{directives}}}` before any command, then
    /// `{{{setup}}}` and a command; values stand outside quotes, comments, back quotes, arithmetic and here-documents.
    package static func lint(_ text: String) -> [String] {
        let tags: [TemplateTag]
        do {
            tags = try TemplateTag.scan(text)
        } catch {
            return ["\(error)"]
        }
        return lintText(text, tags) + lintOrder(text, tags) + tags.compactMap(lint)
    }

    private static func lintText(_ text: String, _ tags: [TemplateTag]) -> [String] {
        var findings: [String] = []
        if TemplateTag.summary(tags) == nil { findings.append("the first line must be {{! summary: … }}") }
        if text.utf8.contains(where: { $0 == 0 || $0 == 0x0D }) { findings.append("holds NUL or carriage returns") }
        let code = text.split(separator: "\n").filter { !$0.drop { $0 == " " }.hasPrefix("#") }.joined(separator: "\n")
        for (mark, name) in [("`", "back quotes"), ("<<", "here-documents"), ("((", "arithmetic")]
        where code.contains(mark) {
            findings.append("\(name) are not allowed: quoting does not hold in them")
        }
        return findings
    }

    private static func lintOrder(_ text: String, _ tags: [TemplateTag]) -> [String] {
        var findings: [String] = []
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        if lines.first(where: { !$0.hasPrefix("{{!") })?.hasPrefix("#!/bin/bash") != true {
            findings.append("#!/bin/bash must follow the summary")
        }
        let raw = tags.filter { $0.kind == .raw }
        guard raw.map(\.name).prefix(2) == ["directives", "setup"], raw.count >= 3 else {
            return findings + [
                "{{{directives}}}, {{{setup}}} and {{{command}}} or {{{arguments}}} must come in this order"
            ]
        }
        for tag in raw.prefix(2) where !tag.isAlone || !tag.enclosing.isEmpty {
            findings.append("{{{\(tag.name)}}} must stand alone on its line, outside sections")
        }
        if raw.dropFirst(2).contains(where: { ["directives", "setup"].contains($0.name) }) {
            findings.append("{{{directives}}} and {{{setup}}} come once")
        }
        let head = lines.prefix(raw[0].line - 1).filter { !$0.hasPrefix("{{!") }
        if head.contains(where: { !$0.isEmpty && !$0.hasPrefix("#") }) {
            findings.append("nothing but comments may stand before {{{directives}}}: sbatch stops reading there")
        }
        if tags.contains(where: { $0.line < raw[1].line && $0.kind != .comment && $0 != raw[0] }) {
            findings.append("only {{{directives}}} may stand before {{{setup}}}")
        }
        return findings
    }

    private static func lint(_ tag: TemplateTag) -> String? {
        let isParameter = tag.name.hasPrefix("parameter.") && isIdentifier(tag.name.dropFirst("parameter.".count))
        switch tag.kind {
        case .comment:
            return nil
        case .forbidden:
            return "line \(tag.line): partials, pragmas, delimiters and & are not allowed"
        case .end:
            return nil
        case .section, .invertedSection:
            let isKnown = isParameter || ["array", "binds", "image", "sha256", "arguments"].contains(tag.name)
            return isKnown ? nil : "line \(tag.line): no section is called \(tag.name)"
        case .raw:
            guard rawNames.contains(tag.name) else { return "line \(tag.line): \(tag.name) may not stand raw" }
        case .quoted:
            guard isParameter || quotedNames.contains(tag.name) else {
                return "line \(tag.line): no value is called \(tag.name)"
            }
        }
        return tag.place == .plain
            ? nil : "line \(tag.line): \(tag.name) stands in quotes or a comment, where a value could become shell"
    }

    private static func isIdentifier(_ text: Substring) -> Bool {
        !text.isEmpty && text.utf8.first.map { !(48...57).contains($0) } == true
            && text.utf8.allSatisfy {
                (65...90).contains($0) || (97...122).contains($0) || (48...57).contains($0) || $0 == 95
            }
    }
}
