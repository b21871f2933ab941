/// Looks at a site before anything is submitted there: programs, daemons, folder, clock, partitions, accounts.
package struct CheckSite: RemoteCommand {
    package let root: String
    package let input: [UInt8]
    package let deadline: Duration
    package let leavesRunning = false
    private let shell: RemoteShell

    static let programs = [
        "sbatch", "squeue", "sacct", "scancel", "scontrol", "sinfo", "srun", "flock", "base64", "openssl", "cksum",
        "awk", "find",
        "sha256sum", "ch-run", "tar", "rsync", "python3",
    ]

    /// Builds the command; `root` is the folder for the jobs' folders, which is made if it is not there.
    package init(root: String, shell: RemoteShell, deadline: Duration = .seconds(120)) throws(SlurmError) {
        try RemoteFolder.check(root)
        self.root = root
        self.shell = shell
        self.deadline = deadline
        input = shell.wrap(Self.script(RemoteFolder.word(root)))
    }

    private static let settings = [
        "AccountingStorageType", "ClusterName", "EnforcePartLimits", "MaxArraySize", "MaxJobCount", "MessageTimeout",
        "MinJobAge",
    ].joined(separator: "|")

    private static func script(_ root: String) -> String {
        """
        section time
        date +%s
        section user
        id -un; id -u; printf '%s\\n' "$SHELL" "$HOME"; uname -n
        for program in \(programs.joined(separator: " ")); do
            if found=$(command -v "$program"); then section program "$program"; printf '%s\\n' "$found"; fi
        done
        section version
        sbatch --version 2>&1
        folder=\(root)
        umask 077
        section folder_text
        made=no
        try=.farfield-try.$$
        if mkdir -p "$folder" && cd "$folder" && echo try >"$try" && rm "$try"; then made=yes; fi 2>&1
        section folder "$made"
        if [ "$made" = yes ]; then
            pwd -P
            section space; df -P -k . 2>&1 | tail -n 1
            section inodes; df -P -i . 2>&1 | tail -n 1
        fi
        section ping_rows; scontrol ping 2>&1
        section ping "$?"
        section sacct_rows; sacct -n -P -X -S now -o JobID 2>&1
        section sacct "$?"
        section partitions; sinfo -h -a -o '%R|%a|%l|%D|%c|%m|%G|%T' 2>/dev/null
        section associations
        sacctmgr -n -P show associations user="$(id -un)" format=Cluster,Account,Partition,QOS,DefaultQOS 2>/dev/null
        section configuration
        scontrol show config 2>/dev/null | grep -E '^(\(settings)) '
        section profile
        before=$(date +%s%N); "${SHELL:-/bin/sh}" -l -c true </dev/null >/dev/null 2>&1; after=$(date +%s%N)
        printf '%s\\n' "$before" "$after"
        """
    }

    /// Reads what was found; throws if the login shell gave nothing of it.
    package func parse(
        exitStatus: Int32?,
        standardOutput: [UInt8],
        standardError: [UInt8]
    ) throws(SlurmError) -> SiteReport {
        let transcript = Transcript(standardOutput, marker: shell.marker)
        guard transcript.section("folder") != nil else {
            throw Transcript.unreadable(
                "check",
                exitStatus: exitStatus,
                standardOutput: standardOutput,
                standardError: standardError
            )
        }
        return SiteReport(transcript)
    }
}
