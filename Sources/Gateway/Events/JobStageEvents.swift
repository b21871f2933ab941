internal import Documents

/// The facts about a job's stages and its end, with the members that programs written for a pipeline look for.
enum JobStageEvents {
    /// Stages that began or ended between two sightings, each once, in their order.
    static func between(_ before: Job, _ after: Job) -> [JobEvents.Fact] {
        guard after.stages != before.stages else { return [] }
        // The last sighting of an attempt may begin the next one: what it tells is of the attempt before.
        return after.stages.flatMap { stage -> [JobEvents.Fact] in
            let earlier = before.stages.first { $0.name == stage.name }
            var facts: [JobEvents.Fact] = []
            if earlier == nil { facts.append(.init(kind: .stageStarted, data: started(stage, of: before))) }
            if earlier?.completedAt == nil, stage.completedAt != nil {
                facts.append(.init(kind: .stageCompleted, data: completed(stage, of: before)))
            }
            return facts
        }
    }

    /// What is told of a job's end besides its state: nothing where it was cancelled.
    static func ending(_ job: Job) -> [JobEvents.Fact] {
        switch job.state {
        case .completed:
            let took = (job.finishedAt ?? job.updatedAt) - job.createdAt
            let minutes = (took / .seconds(60) * 100).rounded() / 100
            return [
                .init(
                    kind: .completed,
                    data: [
                        "jobId": .string(job.id.text), "totalDurationMinutes": .number("\(minutes)"),
                        "resultUrl": .string("/api/v1/jobs/\(job.id)/outputs"),
                    ]
                )
            ]
        case .failed, .timedOut:
            let stage = job.stages.last { $0.completedAt == nil }
            return [
                .init(
                    kind: .failed,
                    data: [
                        "jobId": .string(job.id.text), "reason": job.reason.map { .string($0) } ?? .null,
                        "stage": stage.map { .string($0.name) } ?? .null,
                    ]
                )
            ]
        default: return []
        }
    }

    private static func started(_ stage: JobStage, of job: Job) -> JSONValue {
        [
            "jobId": .string(job.id.text), "stage": .string(stage.name), "attempt": .integer(job.attempt),
            "estimatedDurationMinutes": stage.estimatedMinutes.map { .number("\($0)") } ?? .null,
            "startedAt": .string(stage.startedAt.iso8601),
        ]
    }

    private static func completed(_ stage: JobStage, of job: Job) -> JSONValue {
        [
            "jobId": .string(job.id.text), "stage": .string(stage.name), "attempt": .integer(job.attempt),
            "startedAt": .string(stage.startedAt.iso8601),
            "completedAt": stage.completedAt.map { .string($0.iso8601) } ?? .null,
            "decisions": stage.decisions, "output": stage.output,
        ]
    }
}
