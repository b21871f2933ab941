extension Sightings {
    /// A job array: each task for itself, and a state for the whole.
    ///
    /// A task that was cancelled before it started vanishes from squeue and has no record in sacct. So when both have
    /// answered in full (`fillsGaps`), tasks without a row count as cancelled.
    static func array(_ rows: JobRows, indices: [Int], fillsGaps: Bool) -> JobObservation? {
        var queue: [Int: QueueRow] = [:]
        for row in rows.queue {
            for index in row.id.part.taskIndices { queue[index] = row }
        }
        var accounting: [Int: [AccountingRow]] = [:]
        for row in rows.accounting {
            for index in row.id.part.taskIndices { accounting[index, default: []].append(row) }
        }
        var tasks: [Int: JobObservation] = [:]
        for index in Set(queue.keys).union(accounting.keys) {
            tasks[index] = one(queue[index], accounting[index] ?? [])
        }
        // An array that was cancelled as a whole before any task started has one row under its own number.
        let ownRow = one(rows.queue.first { $0.id.part == .whole }, rows.accounting.filter { $0.id.part == .whole })
        for index in indices where tasks[index] == nil {
            if let ownRow {
                tasks[index] = ownRow
            } else if fillsGaps {
                tasks[index] = JobObservation(state: ObservedState(text: SlurmState.cancelled.rawValue))
            }
        }
        guard var whole = summary(tasks) ?? ownRow else { return nil }
        whole.tasks = tasks
        return whole
    }

    /// The array as one: its liveliest state, or when all tasks have ended, the worst end.
    private static func summary(_ tasks: [Int: JobObservation]) -> JobObservation? {
        let ordered = tasks.sorted { $0.key < $1.key }.map(\.value)
        guard var whole = ordered.min(by: { rank($0.state.state) < rank($1.state.state) }) else { return nil }
        whole.startTime = ordered.compactMap(\.startTime).min()
        whole.endTime = whole.state.state.isEnded ? ordered.compactMap(\.endTime).max() : nil
        whole.startEstimate = ordered.compactMap(\.startEstimate).min()
        whole.elapsedSeconds = ordered.compactMap(\.elapsedSeconds).max()
        whole.awaitsAccounting = whole.state.state.isEnded && ordered.contains(where: \.awaitsAccounting)
        return whole
    }

    private static func rank(_ state: SlurmState) -> Int {
        switch state.phase {
        case .running: 0
        case .completing: 1
        case .pending: 2
        case .unknown: 3
        case .ended(.nodeFailed): 4
        case .ended(.outOfMemory): 5
        case .ended(.timedOut), .ended(.deadlineMissed): 6
        case .ended(.failed): 7
        case .ended(.preempted), .ended(.revoked): 8
        case .ended(.cancelled): 9
        case .ended(.completed): 10
        }
    }
}
