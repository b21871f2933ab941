internal import Documents
package import Storage

/// The table `job_events`.
package enum EventStore {
    /// Writes an event, and notes it for every webhook that hears of it.
    static func append(
        _ fact: JobEvents.Fact,
        sequence: Int,
        of job: Job,
        at now: Timestamp,
        on connection: any StorageConnection
    ) throws {
        try connection.execute(
            """
            INSERT INTO job_events (job_id, sequence, kind, happened_at, state, reason, data)
            VALUES ($1, $2, $3, $4, $5, $6, $7)
            """,
            [
                .text(job.id.text), .integer(Int64(sequence)), .text(fact.kind.rawValue), .integer(now.microseconds),
                .text(job.state.rawValue), JobRow.optional(job.reason), .text(fact.data.jsonText),
            ]
        )
        try WebhookDeliveryStore.note(fact.kind, sequence, of: job.id, at: now, on: connection)
    }

    /// Events of a job after a sequence number, oldest first.
    package static func events(
        of id: JobID,
        after sequence: Int,
        limit: Int,
        on connection: any StorageConnection
    ) throws -> [JobEvent] {
        try connection.query(
            "SELECT * FROM job_events WHERE job_id = $1 AND sequence > $2 ORDER BY sequence LIMIT $3",
            [.text(id.text), .integer(Int64(sequence)), .integer(Int64(limit))]
        ).map { row in
            guard let kind = JobEvent.Kind(rawValue: try row.text("kind")),
                let state = JobState(rawValue: try row.text("state"))
            else { throw StoredValueError(table: "job_events", id: id.text) }
            return JobEvent(
                sequence: Int(try row.integer("sequence")),
                kind: kind,
                job: id,
                at: Timestamp(microseconds: try row.integer("happened_at")),
                state: state,
                reason: try row.optionalText("reason"),
                data: try JSONValue(json: try row.text("data").utf8)
            )
        }
    }
}

extension EventStore {
    /// Whether no event of a job can follow, because it reached a final state.
    static func isOver(_ id: JobID, on connection: any StorageConnection) throws -> Bool {
        try connection.first("SELECT finished_at FROM jobs WHERE id = $1", [.text(id.text)])
            .map { try $0.optionalInteger("finished_at") as Int64? != nil } ?? true
    }
}
