internal import Documents
internal import Gateway
internal import Slurm

/// Turns a simulated job's rows into what the spine understands, in the words Slurm would use.
///
/// Moments are those of the gateway's clock; how long something ran is simulated time.
enum SimulatedSightings {
    static func sighting(
        _ job: SimulatedJob,
        _ stages: [SimulatedStage],
        _ clock: SimulationPolicy.Clock,
        queuePosition: Int?,
        at now: Timestamp
    ) -> Sighting {
        let elapsed = elapsed(job, stages, clock, at: now)
        let phase = phase(job)
        return Sighting(
            phase: phase,
            facts: facts(job, elapsed: elapsed, queuePosition: queuePosition),
            reason: phase == .pending ? job.reason.map { PendingReason(code: $0).description } : nil,
            stages: stages.map { stage($0, job, elapsed, clock, at: now) }
        )
    }

    /// Simulated milliseconds since it began: never beyond what has been played.
    static func elapsed(
        _ job: SimulatedJob,
        _ stages: [SimulatedStage],
        _ clock: SimulationPolicy.Clock,
        at now: Timestamp
    ) -> Int64 {
        if let ran = job.ranMilliseconds { return ran }
        guard let startedAt = job.startedAt, let last = stages.last else { return 0 }
        return min(clock.elapsed(since: startedAt, at: now), last.ruin?.at ?? last.endsAt)
    }

    private static func phase(_ job: SimulatedJob) -> Sighting.Phase {
        switch job.state.phase {
        case .ended(let ending):
            return .ended(
                EndingRules.ending(ending, exitCode: job.exitCode, signal: nil, cancelledBy: nil)
            )
        case .pending: return .pending
        case .running, .completing, .unknown: return .running
        }
    }

    private static func facts(_ job: SimulatedJob, elapsed: Int64, queuePosition: Int?) -> SlurmFacts {
        var facts = SlurmFacts(jobId: "\(job.id)")
        facts.state = job.state.rawValue
        // As Slurm has it: its kernel's killer is told as 0:125.
        facts.signal = job.state == .outOfMemory ? 125 : nil
        facts.exitCode = job.isEnded && job.state != .cancelled ? job.exitCode : nil
        facts.reason = job.reason
        facts.nodes = job.startedAt == nil ? nil : node
        facts.partition = job.request.partition
        facts.account = job.request.account
        facts.qos = job.request.qos
        facts.submitTime = job.submittedAt.seconds
        facts.startTime = job.startedAt?.seconds
        facts.endTime = job.endedAt?.seconds
        facts.elapsedSeconds = job.startedAt == nil ? nil : Int(elapsed / 1000)
        facts.queuePosition = queuePosition
        if job.startedAt != nil {
            facts.tresAllocated = [
                "cpu": "\(job.request.cpus)", "gres/gpu": "\(job.request.gpus)", "mem": "\(job.request.memory)M",
                "node": "1",
            ]
        }
        facts.isSimulated = true
        facts.raw = [
            "simulated|\(job.id)|\(job.key)|\(job.state.rawValue)|\(facts.nodes ?? "None assigned")|\(elapsed / 1000)"
        ]
        return facts
    }

    /// The one node there is.
    static let node = "sim001"

    private static func stage(
        _ stage: SimulatedStage,
        _ job: SimulatedJob,
        _ elapsed: Int64,
        _ clock: SimulationPolicy.Clock,
        at now: Timestamp
    ) -> JobStage {
        let latest = stage.completedAt ?? job.endedAt ?? now
        return JobStage(
            name: stage.agent.stage,
            estimatedMinutes: (Double(stage.lasts) / 600).rounded() / 100,
            startedAt: stage.begunAt,
            completedAt: stage.completedAt,
            progress: stage.progress(at: elapsed),
            steps: stage.moments.filter { $0.at <= elapsed }.map { moment in
                let reached = stage.begunAt + clock.duration(moment.at - stage.beginsAt)
                return JobStage.Step(name: moment.name, at: min(reached, latest))
            },
            decisions: stage.decisions.json,
            output: stage.output.flatMap { try? JSONValue(json: $0.utf8) } ?? .null,
            // Another time the model may answer, and decide otherwise than the rule that stood in for it.
            mayDiffer: stage.decisions.failure == nil ? nil : true
        )
    }
}
