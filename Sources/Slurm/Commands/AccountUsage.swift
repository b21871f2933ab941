/// Asks the accounting what the attempts of some jobs used, every requeue of them included.
///
/// `sacct -D` keeps a row for every time a job ran under the same id; a job that never became eligible has no row at
/// all, and never ran.
package struct AccountUsage: RemoteCommand {
    /// What the accounting said.
    package enum Answer: Sendable, Equatable {
        /// Every row it has of these names.
        case rows([UsageRow])
        /// It did not answer.
        case outage(String)
    }

    package let keys: [String]
    package let input: [UInt8]
    package let deadline: Duration
    package let leavesRunning = false
    private let shell: RemoteShell

    /// How many names go into one call: a word of a command line holds 128 KiB.
    private static let chunk = 500

    /// Builds the command.
    ///
    /// - Parameters:
    ///   - keys: the attempts' names, at most some thousand.
    ///   - since: a moment before the first of them was sent, in seconds since 1970, by the site's clock.
    ///   - shell: wraps the script.
    ///   - deadline: of the whole command.
    /// - Throws: `SlurmError` for what is no key.
    package init(
        keys: [String],
        since: Int,
        shell: RemoteShell,
        deadline: Duration = .seconds(90)
    ) throws(SlurmError) {
        for key in keys { try JobKey.check(key) }
        self.keys = keys
        self.shell = shell
        self.deadline = deadline
        let calls = stride(from: 0, to: keys.count, by: Self.chunk).map { start in
            "look " + keys[start..<min(start + Self.chunk, keys.count)].joined(separator: ",")
        }
        input = shell.wrap(
            """
            user=$(id -un)
            us=$(printf '\\037')
            look() {
                section usage_rows
                sacct -n -P -X -D --delimiter="$us" -u "$user" --name="$1" -S \(SlurmTime.formatMoment(since)) \\
                    -o \(UsageRow.format) 2>&1
                section usage "$?"
            }
            \(calls.joined(separator: "\n"))
            """
        )
    }

    /// Reads the rows of the names asked for; a broken answer is an outage.
    package func parse(
        exitStatus: Int32?,
        standardOutput: [UInt8],
        standardError: [UInt8]
    ) throws(SlurmError) -> Answer {
        let transcript = Transcript(standardOutput, marker: shell.marker)
        guard transcript.isComplete else { return .outage("the site's answer was cut off") }
        let statuses = transcript.sections.filter { $0.name == "usage" }.map { $0.words.last ?? "" }
        let texts = transcript.sections.filter { $0.name == "usage_rows" }
        if let failed = statuses.firstIndex(where: { $0 != "0" }) {
            return .outage(
                "sacct: " + PlainText.excerpt(failed < texts.count ? texts[failed].text : "no answer", limit: 300)
            )
        }
        guard statuses.count == texts.count, !statuses.isEmpty || keys.isEmpty else {
            return .outage("sacct said nothing")
        }
        let asked = Set(keys)
        var rows: [UsageRow] = []
        var seen: Set<String> = []
        for line in texts.flatMap(\.lines) {
            let columns = line.split(separator: 0x1F, omittingEmptySubsequences: false)
                .map { String(decoding: $0, as: UTF8.self) }
            // What Slurm's libraries have to say besides has no columns.
            if columns.count == 1 { continue }
            // A row that cannot be read could hide what somebody used: nothing is settled by such an answer.
            guard let row = UsageRow(columns: columns) else {
                return .outage("sacct printed a line that cannot be read: " + PlainText.excerpt(line, limit: 100))
            }
            if asked.contains(row.key), seen.insert(row.identity).inserted { rows.append(row) }
        }
        return .rows(rows)
    }
}

/// One time that a job or an array task ran, as the accounting has it: one row of `sacct -X -D`.
package struct UsageRow: Sendable, Equatable {
    /// The columns, sacct(1) `-o`.
    static let format = "DBIndex,JobIDRaw,JobID,JobName,State,Account,Partition,AllocNodes,ElapsedRaw,Submit,Start,End"

    /// The accounting's own number of the row; empty where it shows none.
    package let number: String
    /// Slurm's id, such as `123` or `123_4`.
    package let id: String
    /// The attempt's name.
    package let key: String
    /// The state.
    package let state: ObservedState
    /// The account that was charged.
    package let account: String
    /// The partition it ran in.
    package let partition: String
    /// Nodes it had; 0 while it has none.
    package let nodes: Int
    /// Seconds it has run.
    package let elapsedSeconds: Int
    /// Moments in seconds since 1970; nil where Slurm says none.
    package let start: Int?
    package let end: Int?

    /// What makes the row this one and no other.
    let identity: String

    /// Whether it has stopped for good: its end is written.
    package var isEnded: Bool { end != nil && state.state.phase != .running && state.state.phase != .completing }

    /// Reads the columns; nil if their number or a figure is not as asked.
    ///
    /// - Parameter columns: DBIndex, JobIDRaw, JobID, JobName, State, Account, Partition, AllocNodes, ElapsedRaw, Submit,
    ///   Start, End, as sacct prints them.
    package init?(columns: [String]) {
        guard columns.count == 12, JobRowID(columns[2]) != nil, let elapsed = Int(columns[8]),
            (0...1_000_000_000).contains(elapsed)
        else { return nil }
        guard let nodes = columns[7].isEmpty ? 0 : Int(columns[7]), (0...1_000_000).contains(nodes) else {
            return nil
        }
        number = columns[0]
        id = columns[2]
        key = columns[3]
        state = ObservedState(text: columns[4])
        account = columns[5]
        partition = columns[6]
        self.nodes = nodes
        elapsedSeconds = elapsed
        start = SlurmTime.parseMoment(columns[10])
        end = SlurmTime.parseMoment(columns[11])
        identity = number.isEmpty ? columns[1...].joined(separator: "\u{1F}") : number
    }
}
