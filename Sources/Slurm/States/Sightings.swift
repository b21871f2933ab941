/// Makes one observation per job out of the rows of squeue and sacct.
package enum Sightings {
    /// What can be said about each of the jobs asked for.
    package static func merge(_ jobs: [ObservedJob], _ observation: Observation) -> [SlurmJobID: JobSighting] {
        let queue = Dictionary(grouping: observation.queue.rows, by: \.id.job)
        let accounting = Dictionary(grouping: observation.accounting.rows, by: \.id.job)
        var sightings: [SlurmJobID: JobSighting] = [:]
        for job in jobs {
            let rows = JobRows(
                queue: (queue[job.jobID] ?? []).filter { $0.name == job.key },
                accounting: ours(accounting[job.jobID] ?? [], key: job.key)
            )
            // A living job of another name under this number kept the accounting from being asked.
            let isTaken = rows.queue.isEmpty && queue[job.jobID] != nil && accounting[job.jobID] == nil
            sightings[job.jobID] = sighting(of: job, rows, observation, isTaken: isTaken)
        }
        return sightings
    }

    /// The rows of our job: its own by name, and the steps (which have names of their own) of those.
    private static func ours(_ rows: [AccountingRow], key: String) -> [AccountingRow] {
        let own = rows.filter { $0.id.step == nil && $0.name == key }
        return own + rows.filter { row in row.id.step != nil && own.contains { $0.id.part == row.id.part } }
    }

    private static func sighting(
        of job: ObservedJob,
        _ rows: JobRows,
        _ observation: Observation,
        isTaken: Bool
    ) -> JobSighting {
        guard !rows.isEmpty else {
            return .notVisible(
                queueAnswered: observation.queue.outage == nil,
                accountingAnswered: observation.accounting.outage == nil && !isTaken
            )
        }
        var seen: JobObservation
        if job.taskIndices != nil || rows.isArray {
            let isAllThere =
                observation.queue.outage == nil && observation.accounting.outage == nil
                && !rows.queue.contains(where: \.id.isCutShort)
            guard let whole = array(rows, indices: job.taskIndices ?? [], fillsGaps: isAllThere) else {
                return .notVisible(
                    queueAnswered: observation.queue.outage == nil,
                    accountingAnswered: observation.accounting.outage == nil
                )
            }
            seen = whole
        } else {
            let queueRow = rows.queue.first { $0.id.part == .whole || $0.id.part == .component(0) }
            let own = rows.accounting.filter { $0.id.part == .whole || $0.id.part == .component(0) }
            guard let one = one(queueRow ?? rows.queue.first, own.isEmpty ? rows.accounting : own) else {
                return .notVisible(queueAnswered: true, accountingAnswered: true)
            }
            seen = one
        }
        if seen.state.state.phase == .pending { seen.queuePosition = observation.queuePositions[job.jobID] }
        return .visible(seen)
    }
}

/// The rows that tell of one job.
struct JobRows {
    var queue: [QueueRow]
    var accounting: [AccountingRow]

    var isEmpty: Bool { queue.isEmpty && accounting.isEmpty }

    /// Whether a row names a task.
    var isArray: Bool {
        queue.contains { $0.id.part.isTask } || accounting.contains { $0.id.part.isTask }
    }
}

extension JobRowID.Part {
    var isTask: Bool {
        switch self {
        case .task, .waitingTasks: true
        case .whole, .component: false
        }
    }

    /// The tasks a row tells of.
    var taskIndices: [Int] {
        switch self {
        case .task(let index): [index]
        case .waitingTasks(let indices): indices
        case .whole, .component: []
        }
    }
}

extension Sightings {
    /// One job or one task: the queue's row against the accounting's row and steps.
    ///
    /// Accounting has the last word on a job that has ended, except where Slurm queued it again: then the queue's
    /// row has a newer submit time, or the end is one that Slurm repeats by itself.
    static func one(_ queue: QueueRow?, _ accounting: [AccountingRow]) -> JobObservation? {
        let own = accounting.filter { $0.id.step == nil }.max { ($0.submit ?? 0) < ($1.submit ?? 0) }
        guard let own else { return queue.map(fromQueue) }
        let steps = accounting.filter { $0.id.step != nil }
        // slurmdbd that catches up after an outage writes the state first, and the end and the exit code later.
        let isSettled = own.state.state.isEnded && own.end != nil
        guard let queue else {
            var seen = fromAccounting(own, steps)
            seen.awaitsAccounting = own.state.state.isEnded && !isSettled
            return seen
        }
        let isNewer = (queue.submit ?? 0) > (own.submit ?? 0)
        let livesOn = own.state.state.mayBeRequeued && !queue.state.state.isEnded
        if isSettled, !isNewer, !livesOn {
            var seen = fromAccounting(own, steps)
            seen.reason = seen.reason ?? fromQueue(queue).reason
            seen.rawRows.insert(queue.raw, at: 0)
            return seen
        }
        var seen = fromQueue(queue)
        seen.rawRows.append(own.raw)
        guard !isNewer, !livesOn else { return seen }
        seen.eligibleTime = own.eligible
        seen.allocatedTRES = own.start == nil ? [:] : own.allocatedTRES
        return seen
    }

    static func fromQueue(_ row: QueueRow) -> JobObservation {
        var seen = JobObservation(state: row.state)
        let isPending = row.state.state.phase == .pending
        seen.reason = ["None", ""].contains(row.reason) ? nil : row.reason
        seen.nodes = row.nodes.isEmpty ? nil : row.nodes
        seen.partition = row.partition
        seen.account = row.account
        seen.qos = row.qos
        seen.submitTime = row.submit
        seen.startTime = isPending ? nil : row.start
        seen.startEstimate = isPending ? row.start : nil
        seen.endTime = row.state.state.isEnded ? row.end : nil
        seen.elapsedSeconds = isPending ? nil : row.elapsedSeconds
        seen.priority = row.priority
        seen.awaitsAccounting = row.state.state.isEnded
        seen.rawRows = [row.raw]
        return seen
    }

    static func fromAccounting(_ row: AccountingRow, _ steps: [AccountingRow]) -> JobObservation {
        var seen = JobObservation(state: row.state)
        let isEnded = row.state.state.isEnded
        seen.exitCode = isEnded ? row.exitCode : nil
        seen.signal = isEnded ? row.signal : nil
        seen.reason = ["None", ""].contains(row.reason) ? nil : row.reason
        seen.nodes = row.nodes.isEmpty ? nil : row.nodes
        seen.partition = row.partition
        seen.account = row.account
        seen.qos = row.qos
        seen.submitTime = row.submit
        seen.eligibleTime = row.eligible
        seen.startTime = row.start
        seen.endTime = isEnded ? row.end : nil
        seen.elapsedSeconds = row.elapsedSeconds
        seen.allocatedTRES = row.start == nil ? [:] : row.allocatedTRES
        seen.usedTRES = used(row, steps)
        seen.priority = row.priority
        seen.rawRows = ([row] + steps).map(\.raw)
        return seen
    }

    /// Processor seconds of the job, and of each other resource the largest value of a step.
    private static func used(_ row: AccountingRow, _ steps: [AccountingRow]) -> [String: String] {
        var used: [String: String] = [:]
        if row.start != nil, let seconds = row.processorSeconds { used["cpu"] = String(seconds) }
        if let memory = steps.compactMap(\.largestMemory).max() { used["mem"] = String(memory) }
        for (name, value) in steps.flatMap(\.usedTRES) where name.hasPrefix("gres/") || name.hasPrefix("fs/") {
            guard let amount = AccountingRow.bytes(value) else { continue }
            used[name] = String(max(amount, used[name].flatMap { Int($0) } ?? 0))
        }
        return used
    }
}
