/// Looks for a job by its key: what to do when nobody knows whether a submission arrived.
///
/// squeue knows a new job at once and forgets it some minutes after its end; sacct knows it about a second later and
/// for good, but not a job that never became eligible. So only both together can say "absent".
package struct FindByName: RemoteCommand {
    /// What the search found.
    package enum Output: Sendable, Equatable {
        /// Jobs of that name, oldest first; more than one means it was submitted more than once.
        case found([SlurmJobID])
        /// Both programs answered and know no such job. If the controller hung shortly before, its answer may come too
        /// early: wait, and ask again, before submitting anew.
        case absent
        /// At least one of them did not answer.
        case unknown(reason: String)
    }

    package let key: String
    package let since: Int
    package let input: [UInt8]
    package let deadline: Duration
    package let leavesRunning = false
    private let shell: RemoteShell

    /// How long a controller remembers ended jobs unless the site says otherwise (`MinJobAge`), less a margin.
    private static let controllerMemorySeconds = 240

    /// Builds the command; `since` is a moment before the first try, in seconds since 1970, by the site's clock.
    package init(
        key: String,
        since: Int,
        shell: RemoteShell,
        deadline: Duration = .seconds(90)
    ) throws(SlurmError) {
        try JobKey.check(key)
        self.key = key
        self.since = since
        self.shell = shell
        self.deadline = deadline
        input = shell.wrap(
            """
            section time
            date +%s
            user=$(id -un)
            section queue_rows
            squeue -h -a -t all -u "$user" -n \(key) -o '%F|%j' 2>&1
            section queue "$?"
            section accounting_rows
            sacct -n -P -X -u "$user" --name=\(key) -S \(SlurmTime.formatMoment(since)) \\
                -o JobID,JobName,State,ExitCode,NodeList 2>&1
            section accounting "$?"
            """
        )
    }

    /// Reads the answer; a broken one is `unknown`.
    package func parse(
        exitStatus: Int32?,
        standardOutput: [UInt8],
        standardError: [UInt8]
    ) throws(SlurmError) -> Output {
        let transcript = Transcript(standardOutput, marker: shell.marker)
        var found: Set<SlurmJobID> = []
        for row in Self.rows(transcript, "queue_rows") where row.count == 2 && row[1] == key {
            if let id = SlurmJobID(row[0]) { found.insert(id) }
        }
        for row in Self.rows(transcript, "accounting_rows") where row.count == 5 && row[1] == key {
            // A submission that sbatch was refused can leave such a record although there was never a job.
            let isRefusal = row[2] == "FAILED" && row[3] == "1:0" && row[4] == "None assigned"
            if !isRefusal, let id = JobRowID(row[0]) { found.insert(id.job) }
        }
        guard found.isEmpty else { return .found(found.sorted()) }
        guard transcript.isComplete else { return .unknown(reason: "the site's answer was cut off") }
        if let outage = Self.outage(transcript, "queue") { return .unknown(reason: "squeue: \(outage)") }
        guard let outage = Self.outage(transcript, "accounting") else { return .absent }
        let siteTime = transcript.section("time").flatMap { Int($0.text) } ?? .max
        let isRecent = siteTime - since < Self.controllerMemorySeconds
        // Where a site keeps no accounting, the controller alone knows, for as long as it remembers.
        return outage.contains("accounting storage is disabled") && isRecent
            ? .absent : .unknown(reason: "sacct: \(outage)")
    }

    private static func rows(_ transcript: Transcript, _ name: String) -> [[Substring]] {
        let lines = transcript.section(name)?.text.split(separator: "\n") ?? []
        return lines.map { $0.split(separator: "|", omittingEmptySubsequences: false) }
    }

    private static func outage(_ transcript: Transcript, _ name: String) -> String? {
        guard let status = transcript.section(name)?.words.last, status != "0" else { return nil }
        return PlainText.excerpt(transcript.section("\(name)_rows")?.text ?? "", limit: 300)
    }
}
