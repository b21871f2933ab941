internal import Documents
internal import Slurm

/// Reads what is run, and how many times.
enum ProgramReader {
    /// Linux lets one argument be 128 KiB at most (execve(2), MAX_ARG_STRLEN).
    static let wordLimit = 131_000

    static func read(_ object: ObjectReader) -> JobManifest.Program? {
        switch (object["command"], object["script"]) {
        case (let command?, nil): return self.command(command)
        case (nil, let script?): return self.script(script)
        case (let command?, _?):
            command.fault("both 'command' and 'script' are given", expected: "one of them")
            return nil
        case (nil, nil):
            object.fault(
                "there is nothing to run",
                expected: "'command' (a list of words, or one shell line) or 'script'"
            )
            return nil
        }
    }

    private static func command(_ field: Field) -> JobManifest.Program? {
        if case .string(let line) = field.value {
            guard line.contains(where: { !$0.isWhitespace }) else {
                field.fault("the command is empty", expected: "a list of words, or one shell line")
                return nil
            }
            return ManifestWords.free(field, text: line, limit: wordLimit).map { .line($0) }
        }
        guard let elements = field.elements(limit: 4096, of: "words") else { return nil }
        let words = elements.compactMap { element in
            element.word().flatMap { ManifestWords.free(element, text: $0, limit: wordLimit) }
        }
        guard let program = words.first, !program.isEmpty else {
            if elements.isEmpty { field.fault("the command is empty", expected: "the program and its arguments") }
            return nil
        }
        return words.count == elements.count ? .words(words) : nil
    }

    private static func script(_ field: Field) -> JobManifest.Program? {
        guard let text = field.string(expected: "the text of a script"),
            let script = ManifestWords.free(field, text: text, limit: 1_048_576)
        else { return nil }
        guard script.contains(where: { !$0.isWhitespace }) else {
            field.fault("the script is empty", expected: "the text of a script")
            return nil
        }
        if let line = script.split(separator: "\n", omittingEmptySubsequences: false).firstIndex(where: isDirective) {
            field.fault(
                "line \(line + 1) is an #SBATCH directive, which would not be read here",
                expected: "the same request under 'resources'"
            )
            return nil
        }
        return .script(script)
    }

    private static func isDirective(_ line: Substring) -> Bool { line.hasPrefix("#SBATCH") }

    static func array(_ field: Field) -> JobManifest.JobArray? {
        guard let object = field.object(known: ["tasks", "limit"]) else { return nil }
        let limit = object["limit"].flatMap { $0.integer(in: 1...100_000, unit: "tasks at once") }
        let form = "indexes such as 0-15, 1-100:10 or 1,3,5-7, from 0 to 4000000"
        guard let tasks = object.required("tasks", expected: form), let text = tasks.word() else { return nil }
        do {
            let spec = try ArraySpec(text)
            return .init(tasks: spec.text, limit: limit, count: spec.indices.count)
        } catch {
            tasks.fault("\(ManifestWords.quoted(text)): \(error)", expected: form)
            return nil
        }
    }
}
