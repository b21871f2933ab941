/// Asks what became of jobs: one squeue for what lives and one sacct for what has ended, by explicit ids.
///
/// squeue runs first, so a job that ends in between is seen by sacct. The answer is rows; `Sightings` makes one
/// observation per job of them.
package struct Observe: RemoteCommand {
    /// How many ids go into one call of squeue or sacct.
    static let chunk = 1000

    package let jobs: [ObservedJob]
    package let input: [UInt8]
    package let deadline: Duration
    package let leavesRunning = false
    private let shell: RemoteShell

    /// Builds the command for any number of jobs.
    package init(_ jobs: [ObservedJob], shell: RemoteShell, deadline: Duration = .seconds(90)) {
        self.jobs = jobs
        self.shell = shell
        self.deadline = deadline
        self.input = shell.wrap(Self.script(jobs.map(\.jobID)))
    }

    /// Reads the rows; throws only when nothing of the answer is there.
    package func parse(
        exitStatus: Int32?,
        standardOutput: [UInt8],
        standardError: [UInt8]
    ) throws(SlurmError) -> Observation {
        let transcript = Transcript(standardOutput, marker: shell.marker)
        guard !transcript.sections.isEmpty else {
            throw Transcript.unreadable(
                "observe",
                exitStatus: exitStatus,
                standardOutput: standardOutput,
                standardError: standardError
            )
        }
        return Observation(
            siteTime: transcript.section("time").flatMap { Int($0.text) },
            queue: Self.answer(transcript, "queue", QueueRow.init),
            accounting: Self.answer(transcript, "accounting", AccountingRow.init),
            queuePositions: Self.positions(transcript)
        )
    }

    private static func script(_ ids: [SlurmJobID]) -> String {
        let unique = Array(Set(ids)).sorted()
        let lists = stride(from: 0, to: unique.count, by: chunk).map { start in
            unique[start..<min(start + chunk, unique.count)].map(\.description).joined(separator: ",")
        }
        let queue = lists.map { "ask_queue \($0)" }.joined(separator: "\n")
        let accounting = lists.map { "ask_accounting \($0)" }.joined(separator: "\n")
        return """
            section time
            date +%s
            us=$(printf '\\037')
            queue=up accounting=up pending=no
            ask_queue() {
                [ "$queue" = up ] || return 0
                rows=$(squeue -h -a -t all -j "$1" -o "\(QueueRow.format)" 2>&1)
                status=$?
                section queue "$status"
                printf '%s\\n' "$rows"
                case $rows in *'Invalid job id specified'*) ;; *) [ "$status" -eq 0 ] || queue=down ;; esac
                case $rows in *PENDING*) pending=yes ;; esac
            }
            ask_accounting() {
                [ "$accounting" = up ] || return 0
                section accounting_rows
                sacct -n -P --noconvert --delimiter="$us" -j "$1" -o \(AccountingRow.format) 2>&1
                status=$?
                section accounting "$status"
                [ "$status" -eq 0 ] || accounting=down
            }
            \(queue)
            \(accounting)
            \(positions(lists.first))
            """
    }

    /// For pending jobs, the place by priority among all jobs of the same partition that wait for nodes.
    private static func positions(_ list: String?) -> String {
        guard let list else { return "" }
        return """
            if [ "$pending" = yes ]; then
                section positions
                squeue -h -a -t PD -S -p,i -o '%F|%P|%Q|%r' 2>/dev/null | awk -F'|' -v ours=',\(list),' \\
                    '$3 > 0 && $4 !~ /^(BeginTime|Dependency|JobHeld|JobArrayTaskLimit)/ {
                        n[$2]++
                        if (index(ours, "," $1 ",")) print $1 "|" n[$2]
                    }'
            fi
            """
    }

    private static func positions(_ transcript: Transcript) -> [SlurmJobID: Int] {
        var positions: [SlurmJobID: Int] = [:]
        for line in transcript.section("positions")?.lines ?? [] {
            let parts = String(decoding: line, as: UTF8.self).split(separator: "|")
            guard parts.count == 2, let job = SlurmJobID(parts[0]), let place = Int(parts[1]) else { continue }
            positions[job] = min(place, positions[job] ?? place)
        }
        return positions
    }

    /// Gathers one program's rows from its sections, and whether it answered at all.
    ///
    /// A line of other than the asked number of columns is no row; if the program failed, such lines say why.
    private static func answer<Row>(
        _ transcript: Transcript,
        _ name: String,
        _ read: ([Substring]) -> Row?
    ) -> Observation.Answer<Row> {
        var answer = Observation.Answer<Row>(rows: [], outage: "the answer was cut off")
        var talk = ""
        for section in transcript.sections where section.name == name || section.name == "\(name)_rows" {
            for line in section.lines {
                let text = String(decoding: line, as: UTF8.self)
                if let row = read(text.split(separator: "\u{1F}", omittingEmptySubsequences: false)) {
                    answer.rows.append(row)
                } else {
                    talk += text + "\n"
                }
            }
            guard section.name == name else { continue }
            let isFine = section.words.last == "0" || talk.contains("Invalid job id specified")
            answer.outage = isFine ? nil : PlainText.excerpt(talk, limit: 300)
            if !isFine { break }
        }
        if !transcript.isComplete, transcript.sections.last?.name.hasPrefix(name) == true {
            answer.outage = "the answer was cut off"
        }
        return answer
    }
}

/// A job to be observed.
package struct ObservedJob: Sendable, Hashable {
    package var jobID: SlurmJobID
    /// The name it was submitted under; rows of another name belong to an older job of the same number.
    package var key: String
    /// The indices of its tasks if it is an array, else nil.
    package var taskIndices: [Int]?

    package init(jobID: SlurmJobID, key: String, taskIndices: [Int]? = nil) {
        self.jobID = jobID
        self.key = key
        self.taskIndices = taskIndices
    }
}

/// What squeue and sacct said at one moment.
package struct Observation: Sendable {
    /// What one program said.
    package struct Answer<Row: Sendable>: Sendable {
        package var rows: [Row]
        /// Why it did not answer; nil if it did.
        package var outage: String?

        package init(rows: [Row], outage: String?) {
            self.rows = rows
            self.outage = outage
        }
    }

    /// The site's clock, in seconds since 1970.
    package var siteTime: Int?
    /// squeue: the controller's memory.
    package var queue: Answer<QueueRow>
    /// sacct: the accounting database.
    package var accounting: Answer<AccountingRow>
    /// Places in the queue of pending jobs; 1 is next.
    package var queuePositions: [SlurmJobID: Int]

    package init(
        siteTime: Int?,
        queue: Answer<QueueRow>,
        accounting: Answer<AccountingRow>,
        queuePositions: [SlurmJobID: Int] = [:]
    ) {
        self.siteTime = siteTime
        self.queue = queue
        self.accounting = accounting
        self.queuePositions = queuePositions
    }
}
