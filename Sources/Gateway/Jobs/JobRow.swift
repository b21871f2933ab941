internal import FoundationEssentials
internal import Storage

/// How a job stands in its table.
enum JobRow {
    static func job(_ row: Row) throws -> Job {
        let id = try row.text("id")
        guard let jobID = JobID(id), let state = JobState(rawValue: try row.text("state")),
            let submission = Job.Submission(rawValue: try row.text("submission"))
        else { throw StoredValueError(table: "jobs", id: id) }
        return Job(
            id: jobID,
            manifestText: try row.text("manifest"),
            name: try row.text("name"),
            site: try row.text("site"),
            lane: Lane(try row.text("lane")),
            keyOwner: try row.optionalText("key_owner"),
            template: try row.text("template"),
            templateDigest: try row.text("template_digest"),
            script: try row.text("script"),
            scriptDigest: try row.text("script_digest"),
            owner: try row.text("owner"),
            priority: Int(try row.integer("priority")),
            labels: try labels(try row.text("labels")),
            retries: .init(
                limit: Int(try row.integer("retry_limit")),
                causes: causes(try row.text("retry_causes"))
            ),
            createdAt: Timestamp(microseconds: try row.integer("created_at")),
            arrayCount: try row.optionalInteger("array_count").map(Int.init),
            isStagedFirst: try row.integer("staged_first") != 0,
            state: state,
            reason: try row.optionalText("reason"),
            attempt: Int(try row.integer("attempt")),
            submission: submission,
            isStaged: try row.integer("is_staged") != 0,
            cache: try cache(row),
            firstTriedAt: try moment(row, "first_tried_at"),
            lastTriedAt: try moment(row, "last_tried_at"),
            slurm: try row.optionalText("slurm").map { try decode(SlurmFacts.self, $0) },
            ending: try ending(row),
            cancelRequestedAt: try moment(row, "cancel_requested_at"),
            tasks: [:],
            stages: try row.optionalText("stages").map { try decode([JobStage].self, $0) } ?? [],
            updatedAt: Timestamp(microseconds: try row.integer("updated_at")),
            observedAt: try observedAt(row),
            isInSight: try row.integer("in_sight") != 0,
            finishedAt: try moment(row, "finished_at"),
            version: Int(try row.integer("version")),
            eventCount: Int(try row.integer("event_count"))
        )
    }

    /// A job in sight was seen at every look at its site.
    private static func observedAt(_ row: Row) throws -> Timestamp? {
        let own = try moment(row, "observed_at")
        guard try row.integer("in_sight") != 0, let look = try moment(row, "looked_at") else { return own }
        return own.map { max($0, look) } ?? look
    }

    static func task(_ row: Row) throws -> ArrayTask {
        guard let state = JobState(rawValue: try row.text("state")) else {
            throw StoredValueError(table: "job_tasks", id: try row.text("job_id"))
        }
        return ArrayTask(
            index: Int(try row.integer("task_index")),
            state: state,
            slurm: try decode(SlurmFacts.self, try row.text("slurm"))
        )
    }

    /// The values that change in a job's life, in the order of the UPDATE statement.
    static func changing(_ job: Job) -> [SQLValue] {
        [
            .text(job.state.rawValue), optional(job.reason), .integer(Int64(job.attempt)),
            .text(job.submission.rawValue), optional(job.firstTriedAt), optional(job.lastTriedAt),
            optional(job.slurm?.jobId), optional(job.slurm.map { text($0) }), optional(job.ending?.state.rawValue),
            optional(job.ending?.reason), optional(job.ending?.cause?.rawValue), optional(job.cancelRequestedAt),
            .integer(job.updatedAt.microseconds), optional(job.observedAt), optional(job.finishedAt),
            .integer(job.isInSight ? 1 : 0),
            .integer(Int64(job.version)), .integer(Int64(job.eventCount)),
            .integer(job.isStaged ? 1 : 0), optional(job.cache?.status.rawValue), optional(job.cache?.key),
            optional(job.cache?.scope), optional(job.cache?.job?.text), optional(job.cache?.reason),
            optional(job.cache?.computedAt), job.stages.isEmpty ? .null : .text(text(job.stages)),
        ]
    }

    static func optional(_ text: String?) -> SQLValue { text.map { .text($0) } ?? .null }

    static func optional(_ moment: Timestamp?) -> SQLValue { moment.map { .integer($0.microseconds) } ?? .null }

    static func text(_ value: some Encodable) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return (try? encoder.encode(value)).map { String(decoding: $0, as: UTF8.self) } ?? "{}"
    }

    private static func decode<Value: Decodable>(_ type: Value.Type, _ text: String) throws -> Value {
        try JSONDecoder().decode(type, from: Data(text.utf8))
    }

    /// Most jobs have none, and thousands of rows are read at a time.
    private static func labels(_ text: String) throws -> [String: String] {
        text == "{}" ? [:] : try decode([String: String].self, text)
    }

    private static func causes(_ text: String) -> [JobManifest.Retries.Cause] {
        text.split(separator: ",").compactMap { .init(rawValue: String($0)) }
    }

    static func moment(_ row: Row, _ column: String) throws -> Timestamp? {
        try row.optionalInteger(column).map { Timestamp(microseconds: $0) }
    }

    private static func cache(_ row: Row) throws -> JobCache? {
        guard let status = try row.optionalText("cache_status").flatMap(JobCache.Status.init(rawValue:)) else {
            return nil
        }
        return JobCache(
            status: status,
            key: try row.optionalText("cache_key"),
            scope: try row.optionalText("cache_scope"),
            job: try row.optionalText("cache_job").flatMap(JobID.init),
            computedAt: try moment(row, "cache_computed_at"),
            reason: try row.optionalText("cache_reason")
        )
    }

    private static func ending(_ row: Row) throws -> JobEnding? {
        guard let state = try row.optionalText("ending_state").flatMap(JobState.init(rawValue:)) else { return nil }
        return JobEnding(
            state: state,
            reason: try row.optionalText("ending_reason"),
            cause: try row.optionalText("ending_cause").flatMap(JobManifest.Retries.Cause.init(rawValue:))
        )
    }
}

/// A row that this version of the gateway cannot read.
struct StoredValueError: Error, CustomStringConvertible {
    let table: String
    let id: String
    var description: String { "the row \(id) of table \(table) holds a value this version does not know" }
}
