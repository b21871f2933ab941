internal import Slurm

/// Turns what Slurm told about a job into what the spine understands.
enum SlurmSightings {
    static func sighting(of seen: JobObservation, jobID: String) -> Sighting {
        let phase = phase(of: seen)
        return Sighting(
            phase: phase,
            facts: facts(seen, jobID: jobID),
            reason: reason(seen, phase),
            tasks: seen.tasks.sorted { $0.key < $1.key }.map { index, task in
                ArrayTask(index: index, state: state(of: task), slurm: facts(task, jobID: "\(jobID)_\(index)"))
            }
        )
    }

    private static func phase(of seen: JobObservation) -> Sighting.Phase {
        switch seen.state.state.phase {
        case .pending: .pending
        case .running, .completing: .running
        case .unknown: seen.startTime == nil ? .pending : .running
        // The queue forgets how a job ended; without the accounting record nothing is declared.
        case .ended where seen.awaitsAccounting: seen.startTime == nil ? .pending : .running
        case .ended(let ending): .ended(self.ending(ending, seen))
        }
    }

    private static func ending(_ ending: SlurmState.Ending, _ seen: JobObservation) -> JobEnding {
        let whole = EndingRules.ending(
            ending,
            exitCode: seen.exitCode,
            signal: seen.signal,
            cancelledBy: seen.state.cancelledBy
        )
        guard !seen.tasks.isEmpty, whole.state != .completed else { return whole }
        let bad = seen.tasks.filter { state(of: $0.value) != .completed }
        return JobEnding(
            state: whole.state,
            reason: "\(bad.count) of \(seen.tasks.count) array tasks did not complete. \(whole.reason ?? "")",
            cause: whole.cause
        )
    }

    private static func state(of task: JobObservation) -> JobState {
        switch phase(of: task) {
        case .pending: .pending
        case .running: .running
        case .ended(let ending): ending.state
        }
    }

    private static func reason(_ seen: JobObservation, _ phase: Sighting.Phase) -> String? {
        if seen.awaitsAccounting, seen.state.state.isEnded {
            return "Slurm says \(seen.state.text); the accounting record with the exit code has not come yet."
        }
        guard phase == .pending, let code = seen.reason else { return nil }
        return PendingReason(code: code).description
    }

    private static func facts(_ seen: JobObservation, jobID: String) -> SlurmFacts {
        var facts = SlurmFacts(jobId: jobID)
        facts.state = seen.state.text
        facts.exitCode = seen.exitCode
        facts.signal = seen.signal.flatMap { $0 > 0 ? $0 : nil }
        facts.reason = seen.reason
        facts.nodes = seen.nodes
        facts.partition = seen.partition
        facts.account = seen.account
        facts.qos = seen.qos
        facts.submitTime = seen.submitTime.map(Int64.init)
        facts.startTime = seen.startTime.map(Int64.init)
        facts.endTime = seen.endTime.map(Int64.init)
        facts.startEstimate = seen.startEstimate.map(Int64.init)
        facts.elapsedSeconds = seen.elapsedSeconds
        facts.queuePosition = seen.queuePosition
        facts.tresAllocated = seen.allocatedTRES
        facts.tresUsed = seen.usedTRES
        facts.raw = seen.rawRows
        return facts
    }
}
