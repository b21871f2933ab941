import Mustache

/// A batch script template: Mustache in which `{{x}}` is always one quoted shell word.
///
/// Raw, `{{{x}}}`, are only `directives`, `setup`, `command` and `arguments`, which our own code makes; `lint` refuses
/// any other use, so a value can never become shell.
package struct BatchTemplate: Sendable {
    /// The name researchers choose it by.
    package let name: String
    /// One sentence, from the template's first comment: `{{! summary: … }}`.
    package let summary: String
    /// The template as written.
    package let text: String
    /// The parameters (`{{parameter.NAME}}`) the script cannot do without.
    package let requiredParameters: Set<String>

    private let parsed: MustacheTemplate

    /// Checks and parses a template.
    package init(name: String, text: String) throws(SlurmError) {
        try JobKey.check(name)
        let findings = Self.lint(text)
        guard findings.isEmpty else {
            throw .invalidTemplate(name: name, reason: findings.joined(separator: "; "))
        }
        let tags = (try? TemplateTag.scan(text)) ?? []
        self.name = name
        self.text = text
        summary = TemplateTag.summary(tags) ?? ""
        requiredParameters = TemplateTag.requiredParameters(tags)
        do {
            _ = Self.registered
            parsed = try MustacheTemplate(string: "{{% CONTENT_TYPE: \(ShellContent.name) }}\n" + text)
        } catch {
            throw .invalidTemplate(name: name, reason: PlainText.excerpt("\(error)", limit: 300))
        }
    }

    /// Makes the batch script.
    package func render(_ request: BatchScriptRequest) throws(SlurmError) -> String {
        try request.checkTogether()
        let given = Set(request.parameters.map(\.name))
        if let missing = requiredParameters.subtracting(given).min() {
            throw .invalidValue(field: "parameters.\(missing)", reason: "the template \(name) needs it")
        }
        if text.contains("{{image}}"), request.container == nil {
            throw .invalidValue(field: "container", reason: "the template \(name) needs a container image")
        }
        let script = parsed.render(try context(request))
        guard script.utf8.count <= BatchScriptRequest.longestScript else {
            throw .invalidValue(
                field: "script",
                reason: "has \(script.utf8.count) bytes; sbatch takes \(BatchScriptRequest.longestScript)"
            )
        }
        return script
    }

    private func context(_ request: BatchScriptRequest) throws(SlurmError) -> [String: Any] {
        var context: [String: Any] = [
            "directives": try request.directiveLines(),
            "setup": try request.setupLines(),
            "command": try request.commandWords(),
            "key": request.key ?? "",
            "parameter": Dictionary(
                request.parameters.map { ($0.name, $0.value) },
                uniquingKeysWith: { first, _ in first }
            ),
            "array": request.directives.array != nil,
            "nodes": String(request.directives.nodes ?? 1),
            "tasks": String(request.directives.tasks ?? 1),
            "cpusPerTask": String(request.directives.cpusPerTask ?? 1),
        ]
        if let arguments = try request.argumentWords() {
            context["arguments"] = arguments
        } else if text.contains("{{{arguments}}}") {
            throw .invalidValue(
                field: "command",
                reason: "the template \(name) runs a script or words, not a shell line"
            )
        }
        if let container = request.container {
            context["image"] = container.image
            if let sha256 = container.sha256 { context["sha256"] = sha256 }
            context["binds"] = container.binds.map { ["source": $0.source, "destination": $0.destination] }
        }
        return context
    }

    /// Registered once, before the first template is parsed.
    private static let registered: Void = MustacheContentTypes.register(ShellContent(), named: ShellContent.name)
}

/// The content type under which Mustache quotes for bash.
private struct ShellContent: MustacheContentType {
    static let name = "FARFIELD-BATCH-SCRIPT"

    func escapeText(_ text: String) -> String { BashWord.quoteChecked(text) }
}
