/// What Slurm says of an account: the scheduler's figures (sshare), its limits (sacctmgr), and the exact sum of what
/// every job of it ran since a moment (sacct), whoever submitted it.
package struct AccountReport: RemoteCommand {
    package let account: String
    package let input: [UInt8]
    package let deadline: Duration
    package let leavesRunning = false
    private let shell: RemoteShell

    /// Builds the command.
    ///
    /// - Parameters:
    ///   - account: the account.
    ///   - since: from when on use is summed up, in seconds since 1970.
    ///   - shell: wraps the script.
    ///   - deadline: of the whole command.
    /// - Throws: `SlurmError` for what is no name of an account.
    package init(
        account: String,
        since: Int,
        shell: RemoteShell,
        deadline: Duration = .seconds(90)
    ) throws(SlurmError) {
        // Slurm keeps the names of accounts in small letters.
        let name = try DirectiveValue.name(account, field: "account", allowed: "._-@+").lowercased()
        self.account = name
        self.shell = shell
        self.deadline = deadline
        input = shell.wrap(
            """
            section shares_rows
            sshare -h -P -A '\(name)' -o Account,User,RawUsage,GrpTRESMins,GrpTRESRaw 2>&1
            section shares "$?"
            section cluster
            scontrol show config 2>/dev/null | sed -n 's/^ClusterName *= *//p'
            section limits_rows
            sacctmgr -n -P show assoc where account='\(name)' format=Cluster,Account,User,GrpTRES,GrpTRESMins,MaxJobs 2>&1
            section limits "$?"
            section use_rows
            sacct -a -n -P -X -D -T -A '\(name)' -S \(SlurmTime.formatMoment(since)) \\
                -o Partition,AllocNodes,ElapsedRaw 2>&1 | awk -F'|' '
                NF != 3 { if ($0 != "") print "?" $0; next }
                { jobs[$1]++; sum[$1] += $2 * $3 }
                END { for (name in sum) printf "%s|%d|%.0f\\n", name, jobs[name], sum[name]; print "whole" }'
            section use "$?"
            """
        )
    }

    /// Reads the figures; what one program did not tell is absent and said.
    package func parse(
        exitStatus: Int32?,
        standardOutput: [UInt8],
        standardError: [UInt8]
    ) throws(SlurmError) -> AccountFigures {
        let transcript = try Transcript.whole(
            "account report",
            marker: shell.marker,
            exitStatus: exitStatus,
            standardOutput: standardOutput,
            standardError: standardError
        )
        return AccountFigures(transcript, account: account)
    }
}

/// What Slurm says of an account.
package struct AccountFigures: Sendable, Hashable, Codable {
    /// What ran in one partition.
    package struct Use: Sendable, Hashable, Codable {
        package var partition: String
        /// Rows of the accounting: jobs, array tasks and requeues.
        package var rows: Int
        /// Nodes times seconds.
        package var nodeSeconds: Int64
    }

    /// The scheduler's own sum, in seconds of its billing unit; it decays or is reset as the site configures.
    package var rawUsage: Int64?
    /// Limits by the names Slurm gives them, such as `GrpTRESMins`: `cpu=1000`.
    package var limits: [String: String] = [:]
    /// What counts against `GrpTRESMins`, such as `cpu: 12`, in minutes.
    package var countedMinutes: [String: String] = [:]
    /// What every job of the account ran, by partition; nil when the accounting did not tell.
    package var use: [Use]?
    /// What did not answer, and why.
    package var problems: [String] = []

    /// Figures of a site that has no accounting.
    ///
    /// - Parameter problems: why nothing is told.
    package init(problems: [String]) { self.problems = problems }

    init(_ transcript: Transcript, account: String) {
        readShares(transcript, account)
        readLimits(transcript, account)
        readUse(transcript)
    }

    private mutating func readShares(_ transcript: Transcript, _ account: String) {
        guard let rows = rows(transcript, "shares", "sshare") else { return }
        for row in rows where row.count == 5 && row[0].trimmed.lowercased() == account && row[1].trimmed.isEmpty {
            rawUsage = Int64(row[2].trimmed).flatMap { $0 >= 0 ? $0 : nil }
            countedMinutes = AccountingRow.resources(row[4].trimmed)
        }
        if rawUsage == nil { problems.append("sshare does not know the account '\(account)'") }
    }

    private mutating func readLimits(_ transcript: Transcript, _ account: String) {
        guard let rows = rows(transcript, "limits", "sacctmgr") else { return }
        let cluster = transcript.section("cluster")?.text.trimmed ?? ""
        for row in rows where row.count == 6 && row[1].lowercased() == account && row[2].isEmpty {
            guard cluster.isEmpty || row[0] == cluster else { continue }
            for (name, value) in zip(["GrpTRES", "GrpTRESMins", "MaxJobs"], row[3...]) where !value.isEmpty {
                limits[name] = PlainText.excerpt(String(value), limit: 500)
            }
        }
    }

    private mutating func readUse(_ transcript: Transcript) {
        guard let text = transcript.section("use_rows")?.text else { return }
        let lines = text.split(separator: "\n")
        guard lines.last == "whole", !lines.contains(where: { $0.hasPrefix("?") && $0.contains("error") }) else {
            let said = lines.first { $0.hasPrefix("?") }.map { String($0.dropFirst()) } ?? "no answer"
            problems.append("sacct: " + PlainText.excerpt(said, limit: 300))
            return
        }
        var use: [Use] = []
        for line in lines.dropLast() where !line.hasPrefix("?") {
            let columns = line.split(separator: "|", omittingEmptySubsequences: false)
            guard columns.count == 3, let rows = Int(columns[1]), let seconds = Int64(columns[2]), seconds >= 0,
                seconds < 1_000_000_000_000_000
            else {
                problems.append("sacct: a line cannot be read: " + PlainText.excerpt(String(line), limit: 100))
                return
            }
            use.append(
                Use(partition: PlainText.excerpt(String(columns[0]), limit: 128), rows: rows, nodeSeconds: seconds)
            )
        }
        self.use = use.sorted { $0.partition < $1.partition }
    }

    private mutating func rows(_ transcript: Transcript, _ name: String, _ program: String) -> [[Substring]]? {
        let text = transcript.section("\(name)_rows")?.text ?? ""
        guard transcript.section(name)?.words.last == "0" else {
            problems.append("\(program): " + PlainText.excerpt(text.isEmpty ? "no answer" : text, limit: 300))
            return nil
        }
        return text.split(separator: "\n").map { $0.split(separator: "|", omittingEmptySubsequences: false) }
    }
}

extension StringProtocol {
    /// Without spaces and line ends around it: sshare indents names by their place in the tree.
    fileprivate var trimmed: String {
        var rest = self[...]
        while rest.first?.isWhitespace == true { rest = rest.dropFirst() }
        while rest.last?.isWhitespace == true { rest = rest.dropLast() }
        return String(rest)
    }
}
