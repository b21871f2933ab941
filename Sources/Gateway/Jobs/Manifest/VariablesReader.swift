internal import Documents

/// Reads environment variables, parameters and modules.
enum VariablesReader {
    private static let form = "a name of letters, digits and _ that does not start with a digit (at most 128)"
    /// Names the loader, the shell, Slurm or the gateway own: a job that set them would not be the job described.
    private static var reserved: Regex<(Substring, Substring, Substring)> {
        /(SLURM|SBATCH|SRUN|LD|FARFIELD|BASH|SHELLOPTS|IFS|ENV|PS4|PROMPT_COMMAND|GCONV_PATH)(_.*|)/
    }

    static func environment(_ field: Field) -> [String: String] {
        variables(field, limit: ProgramReader.wordLimit) { entry in
            guard entry.key.wholeMatch(of: reserved) == nil || entry.key.hasPrefix("LD_LIBRARY_PATH") else {
                entry.field.fault(
                    "'\(entry.key)' belongs to Slurm, the loader or the gateway",
                    expected: "another name"
                )
                return false
            }
            return true
        }
    }

    static func parameters(_ field: Field) -> [String: String] {
        variables(field, limit: ProgramReader.wordLimit) { _ in true }
    }

    private static func variables(
        _ field: Field,
        limit: Int,
        allows: ((key: String, field: Field)) -> Bool
    ) -> [String: String] {
        var result: [String: String] = [:]
        for entry in field.entries(limit: 1000) ?? [] {
            guard entry.key.wholeMatch(of: /[A-Za-z_][A-Za-z0-9_]{0,127}/) != nil else {
                entry.field.fault("\(ManifestWords.quoted(entry.key)) cannot name a variable", expected: form)
                continue
            }
            guard allows(entry), let text = entry.field.word() else { continue }
            result[entry.key] = ManifestWords.free(entry.field, text: text, limit: limit - entry.key.utf8.count - 24)
        }
        return result
    }

    static func modules(_ field: Field) -> [String] {
        (field.elements(limit: 100, of: "module names") ?? []).compactMap { element in
            ManifestWords.matching(
                element,
                /[A-Za-z0-9][A-Za-z0-9._+\/-]{0,127}/,
                expected: "a module such as gcc/12.2 (letters, digits, . _ + / -)"
            )
        }
    }
}
