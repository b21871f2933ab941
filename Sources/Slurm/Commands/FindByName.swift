/// Looks for jobs by their keys: what to do when nobody knows whether a submission arrived.
///
/// squeue knows a new job at once and forgets it some minutes after its end; sacct knows it about a second later and
/// for good, but not a job that never became eligible. So only both together can say "absent". A controller that hung
/// answers squeue perhaps before it takes the requests that waited in its socket: whoever wants to submit anew on the
/// strength of "absent" asks for a second look after a pause.
package struct FindByName: RemoteCommand {
    /// What the search found of one key.
    package enum Finding: Sendable, Equatable {
        /// Jobs of that name, oldest first; more than one means it was submitted more than once.
        case found([SlurmJobID])
        /// Both programs answered and know no such job.
        case absent
        /// At least one of them did not answer.
        case unknown(reason: String)
    }

    package let keys: [String]
    package let since: Int
    package let input: [UInt8]
    package let deadline: Duration
    package let leavesRunning = false
    private let shell: RemoteShell

    /// How long a controller remembers ended jobs unless the site says otherwise (`MinJobAge`), less a margin.
    private static let controllerMemorySeconds = 240

    /// Builds the command.
    ///
    /// - Parameters:
    ///   - keys: what to look for, at most some hundred.
    ///   - since: a moment before the first try, in seconds since 1970, by the site's clock.
    ///   - secondLookAfter: seconds until a second look, whose answers count; nil for one look.
    ///   - shell: wraps the script.
    ///   - deadline: of the whole command, without the pause.
    /// - Throws: `SlurmError` for what is no key.
    package init(
        keys: [String],
        since: Int,
        secondLookAfter: Int? = nil,
        shell: RemoteShell,
        deadline: Duration = .seconds(90)
    ) throws(SlurmError) {
        for key in keys { try JobKey.check(key) }
        self.keys = keys
        self.since = since
        self.shell = shell
        self.deadline = deadline + .seconds(secondLookAfter ?? 0)
        let names = keys.joined(separator: ",")
        let again = secondLookAfter.map { "sleep \($0)\nlook" } ?? ""
        input = shell.wrap(
            """
            section time
            date +%s
            user=$(id -un)
            look() {
                section queue_rows
                squeue -h -a -t all -u "$user" -n \(names) -o '%F|%j' 2>&1
                section queue "$?"
                section accounting_rows
                sacct -n -P -X -u "$user" --name=\(names) -S \(SlurmTime.formatMoment(since)) \\
                    -o JobID,JobName,State,ExitCode,NodeList 2>&1
                section accounting "$?"
            }
            look
            \(again)
            """
        )
    }

    /// Reads the answer, one finding for each key in order; a broken answer is `unknown`.
    package func parse(
        exitStatus: Int32?,
        standardOutput: [UInt8],
        standardError: [UInt8]
    ) throws(SlurmError) -> [Finding] {
        let transcript = Transcript(standardOutput, marker: shell.marker)
        var found: [Substring: Set<SlurmJobID>] = [:]
        for row in Self.rows(transcript, "queue_rows") where row.count == 2 {
            if let id = SlurmJobID(row[0]) { found[row[1], default: []].insert(id) }
        }
        for row in Self.rows(transcript, "accounting_rows") where row.count == 5 {
            // A submission that sbatch was refused can leave such a record although there was never a job.
            let isRefusal = row[2] == "FAILED" && row[3] == "1:0" && row[4] == "None assigned"
            if !isRefusal, let id = JobRowID(row[0]) { found[row[1], default: []].insert(id.job) }
        }
        let otherwise = otherwise(transcript)
        return keys.map { key in found[key[...]].map { .found($0.sorted()) } ?? otherwise }
    }

    /// What is said of a key that no row names.
    private func otherwise(_ transcript: Transcript) -> Finding {
        guard transcript.isComplete else { return .unknown(reason: "the site's answer was cut off") }
        if let outage = Self.outage(transcript, "queue") { return .unknown(reason: "squeue: \(outage)") }
        guard let outage = Self.outage(transcript, "accounting") else { return .absent }
        let siteTime = transcript.sections.first { $0.name == "time" }.flatMap { Int($0.text) } ?? .max
        let isRecent = siteTime - since < Self.controllerMemorySeconds
        // Where a site keeps no accounting, the controller alone knows, for as long as it remembers.
        return outage.contains("accounting storage is disabled") && isRecent
            ? .absent : .unknown(reason: "sacct: \(outage)")
    }

    private static func rows(_ transcript: Transcript, _ name: String) -> [[Substring]] {
        transcript.sections.filter { $0.name == name }.flatMap { section in
            section.text.split(separator: "\n").map { $0.split(separator: "|", omittingEmptySubsequences: false) }
        }
    }

    /// What a program said that did not answer in one of the looks.
    private static func outage(_ transcript: Transcript, _ name: String) -> String? {
        let statuses = transcript.sections.filter { $0.name == name }.map { $0.words.last ?? "" }
        let texts = transcript.sections.filter { $0.name == "\(name)_rows" }.map(\.text)
        guard let failed = statuses.firstIndex(where: { $0 != "0" }) else {
            return statuses.isEmpty ? "it said nothing" : nil
        }
        return PlainText.excerpt(failed < texts.count ? texts[failed] : "", limit: 300)
    }
}
