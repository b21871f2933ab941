internal import Slurm

/// A row of the accounting as a settlement counts it.
package struct CountedRow: Sendable, Hashable {
    /// Which attempt of the job.
    package let attempt: Int
    /// Slurm's id, such as `123` or `123_4`.
    package let slurmID: String
    /// Slurm's word for its state.
    package let state: String
    /// The partition it ran in.
    package let partition: String
    /// Nodes it had.
    package let nodes: Int64
    /// Seconds it ran.
    package let elapsedSeconds: Int64
    /// When it began; nil when it never did.
    package let start: Timestamp?
    /// When it ended; nil when that is not known.
    package let end: Timestamp?

    /// Nodes times seconds.
    var nodeSeconds: Int64 { nodes * elapsedSeconds }
}

/// What is known of an ended job whose use is to be settled.
package struct EndedJob: Sendable, Hashable {
    /// The job.
    let id: JobID
    /// How many attempts were made; all but the last certainly ran.
    let attempts: Int
    /// When it ended.
    let endedAt: Timestamp
    /// What was seen of the last attempt: nil when it was never seen to run.
    let lastSeen: CountedRow?
    /// Array tasks of the last attempt that were seen to run, by index.
    let tasksSeen: [Int: CountedRow]

    /// The names of its attempts, each with its number.
    let keys: [String: Int]

    /// What the gateway's own row of a job says.
    init(_ job: Job, endedAt: Timestamp) {
        id = job.id
        attempts = job.attempt
        let names = (1...max(1, job.attempt)).map { (job.submissionKey(attempt: $0), $0) }
        keys = Dictionary(names) { first, _ in first }
        self.endedAt = endedAt
        let isArray = job.arrayCount != nil
        lastSeen = isArray ? nil : job.slurm.flatMap { Self.row($0, job.attempt) }
        tasksSeen = job.tasks.compactMapValues { Self.row($0.slurm, job.attempt) }
    }

    /// What must be paid for a run that the accounting never told of; nil for one that was never seen to run.
    private static func row(_ facts: SlurmFacts, _ attempt: Int) -> CountedRow? {
        guard let elapsed = facts.elapsedSeconds, elapsed > 0 else { return nil }
        return CountedRow(
            attempt: attempt,
            slurmID: facts.jobId,
            state: facts.state ?? "",
            partition: facts.partition ?? "",
            nodes: facts.tresAllocated["node"].flatMap { Int64($0) } ?? 1,
            elapsedSeconds: Int64(elapsed),
            start: facts.startTime.map { Timestamp(seconds: $0) },
            end: facts.endTime.map { Timestamp(seconds: $0) }
        )
    }
}

/// Decides what an ended job has used: a pure decision.
enum Settlement {
    enum Verdict: Sendable, Hashable {
        /// Everything is known, or as much as will be.
        case settle([CountedRow], note: String?)
        /// The accounting does not tell all of it yet.
        case wait(reason: String)
    }

    /// How long rows are waited for that may never come: those of an attempt that was never seen to run.
    static let grace = Duration.seconds(120)
    /// After how long a job is settled by what was seen, whatever the accounting says.
    static let patience = Duration.seconds(7 * 86_400)

    /// The verdict on a job; `rows` is what the accounting says of its attempts, nil when it did not answer.
    static func judge(_ job: EndedJob, rows: [UsageRow]?, at now: Timestamp) -> Verdict {
        let isLate = now - job.endedAt >= patience
        let keys = job.keys
        let given = (rows ?? []).compactMap { row in keys[row.key].map { CountedRow(row, attempt: $0) } }
        let counted = given.filter { $0.nodeSeconds > 0 || $0.end != nil }
        let missing = missing(job, given)
        if isLate, rows == nil || !missing.isEmpty || given.contains(where: { $0.end == nil }) {
            return .settle(
                counted + missing,
                note:
                    "The accounting did not tell everything within 7 days of the end; what was seen until then counts."
            )
        }
        if rows == nil { return .wait(reason: "the accounting does not answer") }
        let running = (rows ?? []).first { keys[$0.key] != nil && !$0.isEnded }
        if let running { return .wait(reason: "the accounting shows no end of \(running.id) yet") }
        if !missing.isEmpty || (1..<max(1, job.attempts)).contains(where: { n in !given.contains { $0.attempt == n } })
        {
            return .wait(reason: "the accounting does not show every attempt yet")
        }
        let lastIsShown = given.contains { $0.attempt == job.attempts }
        if !lastIsShown, now - job.endedAt < grace {
            return .wait(reason: "the accounting may still come to know of it")
        }
        return .settle(counted, note: nil)
    }

    /// Runs that were seen and that the accounting does not show.
    private static func missing(_ job: EndedJob, _ given: [CountedRow]) -> [CountedRow] {
        let last = given.filter { $0.attempt == job.attempts }
        let tasks = job.tasksSeen.filter { index, _ in !last.contains { $0.slurmID.hasSuffix("_\(index)") } }
        let whole = job.lastSeen.map { last.isEmpty ? [$0] : [] } ?? []
        return whole + tasks.sorted { $0.key < $1.key }.map(\.value)
    }

    /// The most that is charged for one job, in SU; beyond it lies only nonsense, which must not overflow a sum.
    private static let largest = ServiceUnits(thousandthNodeSeconds: 100_000_000_000 * ServiceUnits.perUnit)

    /// What rows cost: at the rate of the price where they ran in its partition, else at the site's rate of today.
    static func cost(_ rows: [CountedRow], price: JobPrice, rates: ChargeRates) -> (ServiceUnits, nodeSeconds: Int64) {
        var (sum, seconds) = (ServiceUnits.zero, Int64(0))
        for row in rows {
            let isPriced = row.partition.isEmpty || row.partition == price.partition
            let rate = isPriced ? price.rate : rates.rate(of: row.partition)
            sum = min(largest, sum + ServiceUnits(nodeSeconds: row.nodeSeconds, rate: rate))
            seconds += row.nodeSeconds
        }
        return (sum, seconds)
    }
}

extension CountedRow {
    /// A row of the accounting.
    init(_ row: UsageRow, attempt: Int) {
        self.init(
            attempt: attempt,
            slurmID: row.id,
            state: row.state.text,
            partition: row.partition,
            nodes: Int64(row.nodes),
            elapsedSeconds: Int64(row.elapsedSeconds),
            start: row.start.map { Timestamp(seconds: Int64($0)) },
            end: row.isEnded ? row.end.map { Timestamp(seconds: Int64($0)) } : nil
        )
    }
}
