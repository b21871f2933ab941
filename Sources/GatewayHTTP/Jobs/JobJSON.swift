internal import Documents
internal import Gateway

/// How jobs, array tasks and events stand in answers.
enum JobJSON {
    static func job(_ stored: Job) -> JSONValue {
        let job = stored.presented
        let address = "/api/v1/jobs/\(job.id)"
        return [
            "id": .string(job.id.text), "name": .string(job.name), "site": .string(job.site),
            "state": .string(job.state.rawValue), "reason": text(job.reason), "template": .string(job.template),
            "labels": .object(job.labels.mapValues { .string($0) }), "priority": .integer(job.priority),
            "attempt": .integer(job.attempt), "owner": .string(job.owner), "scriptDigest": .string(job.scriptDigest),
            "cancelRequestedAt": moment(job.cancelRequestedAt), "slurm": job.slurm.map(slurm) ?? .null,
            "stages": .array(job.stages.map(stage)), "array": array(job), "cache": job.cache.map(cache) ?? .null,
            "cost": job.cost.map(BudgetJSON.cost) ?? .null,
            "advice": AdviceJSON.advice(job.advice),
            "approval": job.approval.map { ApprovalJSON.standing($0) } ?? .null,
            "createdAt": moment(job.createdAt), "updatedAt": moment(job.updatedAt),
            "observedAt": moment(job.observedAt), "finishedAt": moment(job.finishedAt),
            "links": [
                "self": .string(address), "cancel": .string("\(address)/cancel"),
                "logs": ["stdout": .string("\(address)/logs/stdout"), "stderr": .string("\(address)/logs/stderr")],
                "outputs": .string("\(address)/outputs"), "inputs": .string("\(address)/inputs"),
                "reproducibilityManifest": .string("\(address)/reproducibility-manifest"),
                "events": .string("\(address)/events"),
                "manifest": .string("\(address)/manifest"), "script": .string("\(address)/script"),
                "tasks": job.arrayCount == nil ? .null : .string("\(address)/tasks"),
            ],
        ]
    }

    private static func stage(_ stage: JobStage) -> JSONValue {
        [
            "name": .string(stage.name), "progress": .integer(stage.progress),
            "estimatedMinutes": stage.estimatedMinutes.map { .number("\($0)") } ?? .null,
            "startedAt": moment(stage.startedAt), "completedAt": moment(stage.completedAt),
            "steps": .array(stage.steps.map { ["name": .string($0.name), "at": moment($0.at)] }),
            "decisions": stage.decisions, "output": stage.output,
        ]
    }

    static func task(_ task: ArrayTask) -> JSONValue {
        ["index": .integer(task.index), "state": .string(task.state.rawValue), "slurm": slurm(task.slurm)]
    }

    private static func slurm(_ facts: SlurmFacts) -> JSONValue {
        [
            "jobId": .string(facts.jobId), "state": text(facts.state), "exitCode": number(facts.exitCode),
            "signal": number(facts.signal), "reason": text(facts.reason), "nodes": text(facts.nodes),
            "partition": text(facts.partition), "account": text(facts.account), "qos": text(facts.qos),
            "submitTime": seconds(facts.submitTime), "startTime": seconds(facts.startTime),
            "endTime": seconds(facts.endTime), "startEstimate": seconds(facts.startEstimate),
            "elapsedSeconds": number(facts.elapsedSeconds), "queuePosition": number(facts.queuePosition),
            "tresAllocated": .object(facts.tresAllocated.mapValues { .string($0) }),
            "tresUsed": .object(facts.tresUsed.mapValues { .string($0) }),
            "simulated": .boolean(facts.isSimulated == true),
        ]
    }

    private static func cache(_ cache: JobCache) -> JSONValue {
        [
            "status": .string(cache.status.rawValue), "job": text(cache.job?.text), "key": text(cache.key),
            "computedAt": moment(cache.computedAt), "visibleTo": text(cache.scope), "reason": text(cache.reason),
        ]
    }

    private static func array(_ job: Job) -> JSONValue {
        guard let count = job.arrayCount else { return .null }
        let counts = Dictionary(grouping: job.tasks.values, by: \.state.rawValue).mapValues {
            JSONValue.integer($0.count)
        }
        return ["tasks": .integer(count), "byState": .object(counts)]
    }

    static func moment(_ moment: Timestamp?) -> JSONValue { moment.map { .string($0.iso8601) } ?? .null }

    static func text(_ text: String?) -> JSONValue { text.map { .string($0) } ?? .null }

    private static func seconds(_ seconds: Int64?) -> JSONValue { moment(seconds.map { Timestamp(seconds: $0) }) }

    private static func number(_ number: Int?) -> JSONValue { number.map { .integer($0) } ?? .null }
}
