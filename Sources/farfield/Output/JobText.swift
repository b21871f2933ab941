import FoundationEssentials

/// A job in words: one line for lists and progress, all of it for the detail view.
struct JobText {
    let job: Wire.Job
    let now: Date

    /// How long it ran, or has been running; `nil` before it starts.
    var runTime: String? {
        guard let slurm = job.slurm else { return nil }
        if job.state == "running", let start = slurm.startTime { return Moment.elapsed(from: start, to: now) }
        if let seconds = slurm.elapsedSeconds { return Moment.elapsed(seconds) }
        guard let start = slurm.startTime, let end = slurm.endTime else { return nil }
        return Moment.elapsed(from: start, to: end)
    }

    /// How long it has waited for its start; `nil` once it has started or ended.
    var waitTime: String? {
        guard ["queued", "held", "staging", "pending"].contains(job.state) else { return nil }
        return (job.slurm?.submitTime ?? job.createdAt).map { Moment.elapsed(from: $0, to: now) }
    }

    /// `3 of 10 completed, 2 running`.
    var arrayProgress: String? {
        guard let array = job.array else { return nil }
        let counts = array.byState ?? [:]
        let others = Wire.states.filter { $0 != "completed" }.compactMap { state in
            counts[state].flatMap { $0 > 0 ? "\($0) \(state)" : nil }
        }
        return (["\(counts["completed"] ?? 0) of \(array.tasks) completed"] + others).joined(separator: ", ")
    }

    /// `exit code 3`, `signal 9`, or neither.
    var ending: String? {
        if let signal = job.slurm?.signal, signal != 0 { return "signal \(signal)" }
        return job.slurm?.exitCode.map { "exit code \($0)" }
    }

    /// What is worth knowing while it is on its way, after the state.
    var progress: [String] { facts(time: waitTime.map { "waiting \($0)" } ?? runTime) }

    /// The same without what changes by the second.
    var change: [String] { facts(time: nil) }

    private func facts(time: String?) -> [String] {
        let slurm = job.slurm
        let isWaiting = waitTime != nil
        return [
            slurm.flatMap { slurm in slurm.jobId.map { "\(slurm.teller) \($0)" } },
            time,
            isWaiting ? slurm?.queuePosition.map { "position \($0)" } : slurm?.nodes.map { "on \($0)" },
            isWaiting ? slurm?.startEstimate.map { "start expected \(Moment.text($0))" } : nil,
            arrayProgress,
            job.state == "running" ? job.stages?.last.map(Self.stage) : nil,
            job.reason ?? slurm?.reason.flatMap { $0 == "None" ? nil : $0 },
        ].compactMap { $0.map(printable) }
    }

    /// The detail view, name and value.
    var details: [(name: String, value: String)] {
        let slurm = job.slurm
        let rows: [(String, String?)] = [
            ("id", job.id), ("name", job.name), ("state", job.state), ("reason", job.reason), ("site", job.site),
            ("template", job.template), ("attempt", job.attempt.map(String.init)),
            ("priority", job.priority.map(String.init)),
            ("labels", Self.pairs(job.labels)), ("array", arrayProgress), ("cache", cache),
            ("advice", job.advice?.lines.first), ("later advice", job.advice?.lateLine),
            ("such jobs", job.advice?.statistics?.line),
            ("\(slurm?.teller ?? "") id", slurm?.jobId),
            ("\(slurm?.teller ?? "") state", slurm?.state), ("\(slurm?.teller ?? "") reason", slurm?.reason),
            ("partition", slurm?.partition),
            ("account", slurm?.account), ("qos", slurm?.qos), ("nodes", slurm?.nodes),
            ("queue position", slurm?.queuePosition.map(String.init)), ("ended with", ending),
            ("waiting", waitTime), ("elapsed", runTime), ("allocated", Self.pairs(slurm?.tresAllocated)),
            ("used", Self.pairs(slurm?.tresUsed)),
        ]
        let times: [(String, Date?)] = [
            ("created", job.createdAt), ("submitted", slurm?.submitTime), ("start expected", slurm?.startEstimate),
            ("started", slurm?.startTime), ("ended", slurm?.endTime), ("cancel requested", job.cancelRequestedAt),
            ("finished", job.finishedAt), ("as of", job.observedAt),
        ]
        let stages: [(String, String?)] = (job.stages ?? []).map { stage in
            let end = stage.completedAt.map { " to \(Moment.text($0))" } ?? ""
            return ("stage", Self.stage(stage) + (stage.startedAt.map { ", \(Moment.text($0))\(end)" } ?? ""))
        }
        return (rows + stages + times.map { ($0.0, $0.1.map(Moment.text)) }).compactMap { name, value in
            value.flatMap { $0.isEmpty ? nil : (name, printable($0)) }
        }
    }

    /// `hit, from job_01hzy…, visible to user:ada`.
    private var cache: String? {
        guard let cache = job.cache else { return nil }
        let whence = cache.job.map { (cache.status == "hit" ? "from " : "with ") + $0 }
        let reason = ["off", "notCacheable"].contains(cache.status) ? cache.reason : nil
        let when = cache.computedAt.map { "computed \(Moment.text($0))" }
        return [cache.status, whence, when, cache.visibleTo.map { "visible to \($0)" }, reason].compactMap(\.self)
            .joined(separator: ", ")
    }

    /// `ALPHACAL 66 % (POLYNOMIAL_FIT)`.
    private static func stage(_ stage: Wire.Stage) -> String {
        "\(stage.name) \(stage.progress) %" + (stage.steps?.last.map { " (\($0.name))" } ?? "")
    }

    private static func pairs(_ values: [String: String]?) -> String? {
        values?.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: " ")
    }
}
