/// Asks the site where a configured folder really is, once its variables are replaced, and makes it.
package struct ResolveFolder: RemoteCommand {
    package let input: [UInt8]
    package let deadline: Duration
    package let leavesRunning = false
    private let folder: String
    private let shell: RemoteShell

    /// Builds the command.
    ///
    /// - Parameters:
    ///   - folder: absolute, or beginning with `~/`, `$HOME/`, `$SCRATCH/` or `$WORK/`; the rest is plain text.
    ///   - shell: the wrapper.
    ///   - deadline: the longest it may take.
    package init(_ folder: String, shell: RemoteShell, deadline: Duration = .seconds(60)) {
        self.folder = folder
        self.shell = shell
        self.deadline = deadline
        let parts = folder.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        let variable = ["~": "HOME", "$HOME": "HOME", "$SCRATCH": "SCRATCH", "$WORK": "WORK"][parts.first ?? ""]
        let rest = parts.count > 1 ? ShellWord.quoteWithoutNUL(String(parts[1])) : "''"
        let base = variable.map { "\"${\($0):-}\"" } ?? "''"
        input = shell.wrap(
            """
            base=\(base)
            variable=\(variable ?? "")
            if [ -n "$variable" ] && [ -z "$base" ]; then section unset; exit 0; fi
            umask 077
            folder=$base/\(rest)
            if mkdir -p -- "$folder" && cd -- "$folder"; then section folder; pwd -P; else section unmade; fi 2>&1
            """
        )
    }

    /// The folder's absolute path.
    ///
    /// - Throws: ``SlurmError/invalidValue(field:reason:)`` when it cannot be.
    package func parse(
        exitStatus: Int32?,
        standardOutput: [UInt8],
        standardError: [UInt8]
    ) throws(SlurmError) -> String {
        let transcript = Transcript(standardOutput, marker: shell.marker)
        if let path = transcript.section("folder")?.lines.first.map({ String(decoding: $0, as: UTF8.self) }),
            path.hasPrefix("/")
        {
            return path
        }
        if transcript.section("unset") != nil {
            throw .invalidValue(field: "workFolder", reason: "\(folder): the site does not set this variable")
        }
        guard transcript.isComplete else {
            throw Transcript.unreadable(
                "resolving the work folder",
                exitStatus: exitStatus,
                standardOutput: standardOutput,
                standardError: standardError
            )
        }
        throw .invalidValue(
            field: "workFolder",
            reason: "\(folder) cannot be made: \(PlainText.excerpt(standardOutput, limit: 200))"
        )
    }
}
