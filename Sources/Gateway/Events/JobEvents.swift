internal import Documents
internal import LanguageModels

/// Which facts a change of a job amounts to; a pure comparison of before and after.
enum JobEvents {
    /// A fact without its sequence number.
    struct Fact: Sendable, Hashable {
        let kind: JobEvent.Kind
        let data: JSONValue
    }

    /// The first fact of every job, with the members that programs written for a pipeline look for.
    static func submission(of job: Job) -> Fact {
        let opinion = job.advice?.opinion
        return Fact(
            kind: .submitted,
            data: [
                "jobId": .string(job.id.text), "userId": .string(job.owner),
                "timestamp": .string(job.createdAt.iso8601), "site": .string(job.site), "name": .string(job.name),
                "llmValidationScore": opinion.map { .integer($0.confidence) } ?? .null,
                "adviceSource": opinion.map { .string($0.source.rawValue) } ?? .null,
            ]
        )
    }

    static func between(_ before: Job, _ after: Job) -> [Fact] {
        var facts: [Fact] = []
        if before.cancelRequestedAt == nil, after.cancelRequestedAt != nil {
            facts.append(Fact(kind: .cancelRequested, data: [:]))
        }
        if after.attempt != before.attempt {
            facts.append(Fact(kind: .attempt, data: ["attempt": .integer(after.attempt), "previous": details(before)]))
        }
        facts += JobStageEvents.between(before, after)
        if after.state != before.state {
            facts += JobStageEvents.ending(after)
            facts.append(Fact(kind: .state, data: details(after)))
        } else if shown(after) != shown(before) {
            facts.append(Fact(kind: .progress, data: details(after)))
        }
        return facts
    }

    /// What a person following the job would want to be told about.
    private static func shown(_ job: Job) -> [String?] {
        [
            job.reason, job.slurm?.jobId, job.slurm?.state, job.slurm?.reason, job.slurm?.nodes,
            job.slurm?.queuePosition.map(String.init), job.slurm?.startEstimate.map { String($0) },
            "\(counts(job))", job.stages.last.map { "\($0.name) \($0.progress)" },
        ]
    }

    static func counts(_ job: Job) -> [JobState: Int] {
        Dictionary(grouping: job.tasks.values, by: \.state).mapValues(\.count)
    }

    private static func details(_ job: Job) -> JSONValue {
        var data: [String: JSONValue] = [:]
        if let slurm = job.slurm {
            data["slurmJobId"] = .string(slurm.jobId)
            let texts = [("slurmState", slurm.state), ("slurmReason", slurm.reason), ("nodes", slurm.nodes)]
            for (key, value) in texts { data[key] = value.map { .string($0) } }
            let numbers = [
                ("exitCode", slurm.exitCode), ("signal", slurm.signal), ("queuePosition", slurm.queuePosition),
                ("elapsedSeconds", slurm.elapsedSeconds),
            ]
            for (key, value) in numbers { data[key] = value.map { .integer($0) } }
            data["startTime"] = slurm.startTime.map { .string(Timestamp(seconds: $0).iso8601) }
            data["startEstimate"] = slurm.startEstimate.map { .string(Timestamp(seconds: $0).iso8601) }
        }
        if let cache = job.cache, cache.key != nil {
            data["cache"] = .object(
                ["status": .string(cache.status.rawValue)]
                    .merging(cache.job.map { ["job": .string($0.text)] } ?? [:]) { $1 }
            )
        }
        if let stage = job.stages.last {
            data["stage"] = .string(stage.name)
            data["stageStep"] = stage.steps.last.map { .string($0.name) }
            data["stageProgress"] = .integer(stage.progress)
        }
        if let total = job.arrayCount {
            let counts = counts(job).map { ($0.key.rawValue, JSONValue.integer($0.value)) }
            data["array"] = ["tasks": .integer(total), "byState": .object(Dictionary(uniqueKeysWithValues: counts))]
        }
        return .object(data)
    }
}
