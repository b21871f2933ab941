/// How our scripts are wrapped for the far side's `/bin/sh`, and how their answers are framed.
///
/// A login shell's profile may print anything, so our part of the answer stands between lines that begin with a
/// marker nobody can guess. All programs run with `LC_ALL=C` and `TZ=UTC0`: their times are UTC.
package struct RemoteShell: Sendable, Equatable {
    /// The command line: every login shell understands it.
    package static let commandLine = "exec env LC_ALL=C TZ=UTC0 /bin/sh -s"

    /// Begins each framing line; new and random for each command.
    package let marker: String
    /// Folders searched before the login shell's `PATH`, for sites whose Slurm is elsewhere.
    package let searchPath: [String]

    /// Makes a wrapper; the marker is 16 to 64 letters and digits, the folders are absolute.
    package init(marker: String, searchPath: [String] = []) throws(SlurmError) {
        let isPlain = marker.utf8.allSatisfy { byte in
            (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
        }
        guard isPlain, (16...64).contains(marker.utf8.count) else {
            throw .invalidValue(field: "marker", reason: "must be 16 to 64 letters and digits")
        }
        for folder in searchPath where !folder.hasPrefix("/") || folder.utf8.contains(where: { $0 == 58 || $0 < 32 }) {
            throw .invalidValue(field: "searchPath", reason: "\(folder) is not an absolute folder name")
        }
        self.marker = marker
        self.searchPath = searchPath
    }

    /// Wraps a script's body as one compound command.
    func wrap(_ body: String) -> [UInt8] {
        let path = searchPath.map { ShellWord.quoteWithoutNUL($0) + ":" }.joined()
        let script = """
            { marker=\(marker)
            exec </dev/null
            \(path.isEmpty ? "" : "PATH=\(path)$PATH")
            \(Self.cleanEnvironment)
            section() { printf '\\n%s %s\\n' "$marker" "$*"; }
            section begin
            \(body)
            section end
            exit 0
            }

            """
        return Array(script.utf8)
    }

    /// Variables by which a user's profile would change what Slurm's programs do or print.
    ///
    /// sbatch(1): "environment variables will override any options set in a batch script".
    private static let cleanEnvironment = """
        export LC_ALL=C TZ=UTC0 PATH SLURM_BITSTR_LEN=0
        unset SLURM_TIME_FORMAT SLURM_EXPORT_ENV SLURM_CLUSTERS SLURM_JOB_ID SLURM_JOBID
        for name in $(env | sed -n -e 's/^\\(SBATCH_[A-Z0-9_]*\\)=.*/\\1/p' -e 's/^\\(SQUEUE_[A-Z0-9_]*\\)=.*/\\1/p' \\
            -e 's/^\\(SACCT_[A-Z0-9_]*\\)=.*/\\1/p' -e 's/^\\(SCANCEL_[A-Z0-9_]*\\)=.*/\\1/p' \\
            -e 's/^\\(SINFO_[A-Z0-9_]*\\)=.*/\\1/p'); do unset "$name"; done
        """
}
