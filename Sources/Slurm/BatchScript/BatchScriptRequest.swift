/// Everything a batch script is made from.
package struct BatchScriptRequest: Sendable, Equatable {
    /// What the job runs.
    package enum Command: Sendable, Equatable {
        /// A program and its arguments, passed on as they are.
        case words([String])
        /// A line of shell, run by `/bin/bash -c` (in a container: `/bin/sh -c`).
        case line(String)
        /// A file in the job's folder; without a `#!` line of its own, bash (in a container: sh) runs it.
        case script(fileName: String, hasInterpreter: Bool)
    }

    /// A container for the command.
    package struct Container: Sendable, Equatable {
        /// Image folder or SquashFS file at the site, absolute.
        package var image: String
        /// Host folders to show inside, beside the job's folder, which is `/mnt`.
        package var binds: [Bind]
        /// What a SquashFS image must hash to, as 64 hexadecimal digits; nil checks nothing.
        package var sha256: String?

        package init(image: String, binds: [Bind] = [], sha256: String? = nil) {
            self.image = image
            self.binds = binds
            self.sha256 = sha256
        }
    }

    /// A host folder shown inside a container.
    package struct Bind: Sendable, Equatable {
        package var source: String
        package var destination: String

        package init(source: String, destination: String) {
            self.source = source
            self.destination = destination
        }
    }

    /// A name with its value.
    package struct Variable: Sendable, Equatable {
        package var name: String
        package var value: String

        package init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    /// The attempt's key as `--job-name`; nil leaves the name to sbatch's caller, so that all attempts at a job
    /// share one script.
    package var key: String?
    /// The researcher's own name for the job; it becomes the comment at the site.
    package var title: String?
    /// The job's folder, absolute; nil takes the folder sbatch is called in.
    package var folder: String?
    package var directives = ResourceDirectives()
    package var modules: [String] = []
    package var environment: [Variable] = []
    /// Exported as `FARFIELD_PARAM_<name>`.
    package var parameters: [Variable] = []
    package var command: Command
    package var container: Container?

    package init(key: String? = nil, command: Command) {
        self.key = key
        self.command = command
    }
}

extension BatchScriptRequest {
    /// The longest script sbatch takes (`max_script_size`, 4 MiB unless the site changed it).
    static let longestScript = 4_000_000
    /// The most that arguments and environment may hold together; Linux passes a quarter of the stack limit, 2 MiB.
    static let mostValues = 1_500_000

    /// The `#SBATCH` lines.
    ///
    /// There is no `--export`: with NIL or NONE Slurm 22.05 runs the user's whole login profile on the node. Instead
    /// `DeliverAndSubmit` calls sbatch in an empty environment, so there is nothing to export.
    func directiveLines() throws(SlurmError) -> String {
        let suffix = directives.array == nil ? "" : "-%a"
        var lines: [String] = []
        if let key {
            try JobKey.check(key)
            lines.append("--job-name=\(key)")
        }
        if let title, !PlainText.excerpt(title, limit: 200).isEmpty {
            let comment = PlainText.excerpt(title, limit: 200)
            lines.append("--comment=\(try DirectiveValue.text(comment, field: "title", longest: 1024))")
        }
        if let folder {
            try Self.checkAbsolute(folder, field: "folder")
            lines.append("--chdir=\(try DirectiveValue.text(folder, field: "folder", longest: 4000))")
        }
        lines += ["--output=stdout\(suffix).log", "--error=stderr\(suffix).log", "--open-mode=append"]
        lines += try directives.lines()
        return lines.map { "#SBATCH \($0)" }.joined(separator: "\n")
    }

    /// The shell lines that every script begins with: folder, modules, what the node is, environment, parameters.
    func setupLines() throws(SlurmError) -> String {
        let folderWord = try folder.map { path throws(SlurmError) in try BashWord.quote(path, field: "folder") }
        var lines = ["cd -- \(folderWord ?? "\"${SLURM_SUBMIT_DIR:-.}\"") || exit 72"]
        if !modules.isEmpty {
            lines += [
                ". /etc/profile >/dev/null",
                "type module >/dev/null 2>&1 || { echo 'farfield: this node has no module command' >&2; exit 127; }",
            ]
        }
        for module in modules {
            let word = try BashWord.quote(DirectiveValue.name(module, field: "module"), field: "module")
            lines.append("module load \(word) || { echo 'farfield: cannot load module '\(word) >&2; exit 126; }")
        }
        lines.append(NodeRecord.lines)
        for variable in parameters {
            try Self.checkName(variable.name, field: "parameter")
            lines.append(
                "export FARFIELD_PARAM_\(variable.name)=\(try BashWord.quote(variable.value, field: variable.name))"
            )
        }
        for variable in environment {
            try Self.checkName(variable.name, field: "environment")
            lines.append("export \(variable.name)=\(try BashWord.quote(variable.value, field: variable.name))")
        }
        return lines.joined(separator: "\n")
    }

    /// The command as shell words: what stands after `exec`.
    func commandWords() throws(SlurmError) -> String {
        let shell = container == nil ? "/bin/bash" : "/bin/sh"
        switch command {
        case .words: return try argumentWords() ?? ""
        case .line(let line): return "\(shell) -c \(try BashWord.quote(line, field: "command"))"
        case .script(_, let hasInterpreter):
            let file = try argumentWords() ?? ""
            return hasInterpreter ? file : "\(shell) \(file)"
        }
    }

    /// The words or the file alone, for templates that bring their own interpreter; nil for a line of shell.
    func argumentWords() throws(SlurmError) -> String? {
        switch command {
        case .words(let words):
            guard let first = words.first, !first.isEmpty else {
                throw .invalidValue(field: "command", reason: "has no program")
            }
            var quoted: [String] = []
            for word in words { quoted.append(try BashWord.quote(word, field: "command")) }
            // A program whose name looks like an option must not become one of exec, srun or ch-run.
            return (first.hasPrefix("-") ? "/usr/bin/env -- " : "") + quoted.joined(separator: " ")
        case .line:
            return nil
        case .script(let fileName, _):
            try RemoteFolder.checkRelative(fileName)
            return try BashWord.quote("./\(fileName)", field: "script")
        }
    }

    /// Checks everything that a single value's check cannot see.
    func checkTogether() throws(SlurmError) {
        if let container {
            try Self.checkAbsolute(container.image, field: "image")
            for bind in container.binds {
                for path in [bind.source, bind.destination] {
                    try Self.checkAbsolute(path, field: "bind")
                    guard !path.contains(":") else {
                        throw .invalidValue(
                            field: "bind",
                            reason: "\(path) holds a colon, which ch-run takes as its own"
                        )
                    }
                }
            }
        }
        let values = environment + parameters
        let total = values.reduce(0) { $0 + $1.name.utf8.count + $1.value.utf8.count + 32 }
        guard total <= Self.mostValues else {
            throw .invalidValue(field: "environment", reason: "is larger than \(Self.mostValues) bytes in all")
        }
        for names in [environment.map(\.name), parameters.map(\.name)] where Set(names).count < names.count {
            throw .invalidValue(field: "environment", reason: "names a variable twice")
        }
    }

    private static func checkAbsolute(_ path: String, field: String) throws(SlurmError) {
        guard path.hasPrefix("/") else {
            throw .invalidValue(field: field, reason: "\(PlainText.excerpt(path, limit: 60)) is not absolute")
        }
        try RemoteFolder.check(path)
    }

    private static func checkName(_ name: String, field: String) throws(SlurmError) {
        let bytes = name.utf8
        let isName = bytes.allSatisfy { byte in
            (65...90).contains(byte) || (97...122).contains(byte) || (48...57).contains(byte) || byte == 95
        }
        guard isName, (1...255).contains(bytes.count), let first = bytes.first, !(48...57).contains(first) else {
            throw .invalidValue(field: field, reason: "\(PlainText.excerpt(name, limit: 60)) is not a variable's name")
        }
        guard field == "parameter" || !shellVariables.contains(name) else {
            throw .invalidValue(field: field, reason: "\(name) belongs to the shell, which would not pass the value on")
        }
    }

    /// Variables that bash sets itself or does not let be set, bash(1) "Shell Variables".
    private static let shellVariables: Set<String> = [
        "_", "BASHOPTS", "BASHPID", "BASH_ALIASES", "BASH_ARGC", "BASH_ARGV", "BASH_ARGV0", "BASH_CMDS", "BASH_COMMAND",
        "BASH_LINENO", "BASH_REMATCH", "BASH_SOURCE", "BASH_SUBSHELL", "BASH_VERSINFO", "COMP_WORDBREAKS", "DIRSTACK",
        "EPOCHREALTIME", "EPOCHSECONDS", "EUID", "FUNCNAME", "GROUPS", "HISTCMD", "LINENO", "OLDPWD", "OPTARG",
        "OPTIND",
        "PIPESTATUS", "POSIXLY_CORRECT", "PPID", "PWD", "RANDOM", "SECONDS", "SHELLOPTS", "SHLVL", "SRANDOM", "UID",
    ]
}
