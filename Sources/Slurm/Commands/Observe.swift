/// Asks what became of jobs: one squeue for what lives, and one sacct for what squeue does not show alive.
///
/// squeue runs first, so a job that ends in between is seen by sacct. For more than a few jobs, asking squeue for all
/// jobs of the user costs it far less than a list of ids. The answer is rows; `Sightings` makes one
/// observation per job of them.
package struct Observe: RemoteCommand {
    /// How many ids go into one call: a word of a command line holds 128 KiB.
    static let chunk = 10_000
    /// Up to so many ids squeue is asked by id.
    static let few = 50

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
        self.input = shell.wrap(Self.script(jobs))
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

    private static func script(_ jobs: [ObservedJob]) -> String {
        let ids = Set(jobs.map(\.jobID)).sorted()
        let lists = stride(from: 0, to: ids.count, by: chunk).map { start in
            ids[start..<min(start + chunk, ids.count)].map(\.description).joined(separator: ",")
        }
        // squeue forgets single tasks of an array that lives on: sacct is asked for these in any case.
        let arrays = jobs.filter { $0.taskIndices != nil }.map { "\($0.jobID)" }.joined(separator: ",")
        let which = ids.count > few ? "-u \"$(id -un)\"" : "-j \(lists.first ?? "")"
        return """
            section time
            date +%s
            us=$(printf '\\037')
            pending=no accounting=up
            \(liveness(arrays: arrays))
            ask_accounting() {
                list=$(printf '%s\\n%s\\n' "$1" "$rows" | not_alive) && command -v awk >/dev/null || list=$1
                [ "$accounting" = up ] && [ -n "$list" ] || return 0
                section accounting_rows
                sacct -n -P --noconvert --delimiter="$us" -j "$list" -o \(AccountingRow.format) 2>&1
                status=$?
                section accounting "$status"
                [ "$status" -eq 0 ] || accounting=down
            }
            rows=$(squeue -h -a -t all \(which) -o "\(QueueRow.format)" 2>&1)
            status=$?
            section queue "$status"
            printf '%s\\n' "$rows"
            section accounting 0
            case $rows in *PENDING*) pending=yes ;; esac
            \(lists.map { "ask_accounting \($0)" }.joined(separator: "\n"))
            \(positions(lists.first))
            """
    }

    /// The ids of the first line, without those that a following row of squeue shows alive under a name of ours.
    private static func liveness(arrays: String) -> String {
        """
        not_alive() {
            awk -F "$us" -v arrays='\(arrays)' '
                NR == 1 { n = split($0, ids, ","); next }
                $2 ~ /^(PENDING|RUNNING|SUSPENDED|STOPPED|CONFIGURING)$/ && $4 ~ /^ff-/ {
                    split($1, part, /[_+]/); alive[part[1]] = 1
                }
                END {
                    m = split(arrays, always, ",")
                    for (i = 1; i <= m; i++) delete alive[always[i]]
                    for (i = 1; i <= n; i++) if (!(ids[i] in alive)) { printf "%s%s", comma, ids[i]; comma = "," }
                }'
        }
        """
    }

    /// For pending jobs, the place by priority among all jobs of the same partition that wait for nodes.
    private static func positions(_ list: String?) -> String {
        guard let list else { return "" }
        return """
            if [ "$pending" = yes ]; then
                section positions
                { printf '%s\\n' \(list); squeue -h -a -t PD -S -p,i -o '%F|%P|%Q|%r' 2>/dev/null; } | awk -F'|' '
                    NR == 1 { count = split($0, ids, ","); for (i = 1; i <= count; i++) ours[ids[i]] = 1; next }
                    $3 > 0 && $4 !~ /^(BeginTime|Dependency|JobHeld|JobArrayTaskLimit)/ {
                        n[$2]++
                        if ($1 in ours) print $1 "|" n[$2]
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
