internal import Documents
internal import FoundationEssentials
internal import Storage

/// The table `webhook_deliveries`: the outbox of events.
enum WebhookDeliveryStore {
    /// The channel that tells that there is something to send.
    static let channel = "webhooks"

    /// Notes an event for every webhook that hears of its kind, in the transaction that writes the event.
    static func note(
        _ kind: JobEvent.Kind,
        _ sequence: Int,
        of job: JobID,
        at now: Timestamp,
        on connection: any StorageConnection
    ) throws {
        let webhooks = try WebhookStore.hearing(kind, on: connection)
        for webhook in webhooks {
            try connection.execute(
                """
                INSERT INTO webhook_deliveries (webhook_id, job_id, sequence, kind, state, created_at, next_at)
                VALUES ($1, $2, $3, $4, 'waiting', $5, $5)
                """,
                [
                    .text(webhook.text), .text(job.text), .integer(Int64(sequence)), .text(kind.rawValue),
                    .integer(now.microseconds),
                ]
            )
        }
        if !webhooks.isEmpty { try connection.signal(channel, "") }
    }

    /// The oldest delivery that is due, with what is sent.
    static func next(
        of webhook: WebhookID,
        at now: Timestamp,
        source: String,
        on connection: any StorageConnection
    ) throws -> (delivery: WebhookDelivery, body: String)? {
        let row = try connection.first(
            """
            SELECT d.*, j.name, j.site, j.owner, j.labels FROM webhook_deliveries d JOIN jobs j ON j.id = d.job_id
            WHERE d.webhook_id = $1 AND d.state = 'waiting' AND d.next_at <= $2
            ORDER BY d.created_at, d.job_id, d.sequence LIMIT 1
            """,
            [.text(webhook.text), .integer(now.microseconds)]
        )
        guard let row else { return nil }
        let delivery = try delivery(row)
        let subject = CloudEvent.Subject(
            name: try row.text("name"),
            site: try row.text("site"),
            owner: try row.text("owner"),
            labels: try JSONDecoder().decode([String: String].self, from: Data(try row.text("labels").utf8))
        )
        let events = try EventStore.events(of: delivery.job, after: delivery.sequence - 1, limit: 1, on: connection)
        guard let event = events.first else {
            throw StoredValueError(table: "webhook_deliveries", id: delivery.message)
        }
        return (delivery, CloudEvent.text(event, of: subject, message: delivery.message, source: source))
    }

    /// When the next waiting delivery is due; nil when nothing waits.
    static func nextTime(of webhook: WebhookID, on connection: any StorageConnection) throws -> Timestamp? {
        let row = try connection.first(
            "SELECT MIN(next_at) AS moment FROM webhook_deliveries WHERE webhook_id = $1 AND state = 'waiting'",
            [.text(webhook.text)]
        )
        return try row.flatMap { try JobRow.moment($0, "moment") }
    }

    /// Notes an attempt.
    static func settle(
        _ delivery: WebhookDelivery,
        of webhook: WebhookID,
        _ state: WebhookDelivery.State,
        status: Int?,
        error: String?,
        at now: Timestamp,
        next: Timestamp,
        on connection: any StorageConnection
    ) throws {
        try connection.execute(
            """
            UPDATE webhook_deliveries SET state = $4, attempts = attempts + 1, last_at = $5, next_at = $6, status = $7,
                error = $8
            WHERE webhook_id = $1 AND job_id = $2 AND sequence = $3
            """,
            [
                .text(webhook.text), .text(delivery.job.text), .integer(Int64(delivery.sequence)),
                .text(state.rawValue), .integer(now.microseconds), .integer(next.microseconds), SQLValue(status),
                SQLValue(error),
            ]
        )
    }

    /// A webhook's deliveries, the latest first.
    static func list(
        of webhook: WebhookID,
        state: WebhookDelivery.State?,
        limit: Int,
        on connection: any StorageConnection
    ) throws -> [WebhookDelivery] {
        let only = state == nil ? "" : "AND state = $3"
        return try connection.query(
            """
            SELECT * FROM webhook_deliveries WHERE webhook_id = $1 \(only)
            ORDER BY created_at DESC, job_id DESC, sequence DESC LIMIT $2
            """,
            [.text(webhook.text), .integer(Int64(limit))] + (state.map { [.text($0.rawValue)] } ?? [])
        ).map(delivery)
    }

    /// Forgets what was delivered, or given up, before a moment.
    static func forget(
        of webhook: WebhookID,
        deliveredBefore: Timestamp,
        failedBefore: Timestamp,
        on connection: any StorageConnection
    ) throws {
        try connection.execute(
            """
            DELETE FROM webhook_deliveries WHERE webhook_id = $1
                AND ((state = 'delivered' AND created_at < $2) OR (state = 'failed' AND created_at < $3))
            """,
            [
                .text(webhook.text), .integer(deliveredBefore.microseconds), .integer(failedBefore.microseconds),
            ]
        )
    }

    /// Forgets what was noted for webhooks in the moment of their removal.
    static func forgetOrphans(on connection: any StorageConnection) throws {
        try connection.execute("DELETE FROM webhook_deliveries WHERE webhook_id NOT IN (SELECT id FROM webhooks)")
    }

    /// How many deliveries wait, of all webhooks.
    static func waiting(on connection: any StorageConnection) throws -> Int {
        let row = try connection.first("SELECT COUNT(*) AS number FROM webhook_deliveries WHERE state = 'waiting'")
        return try row?.integer("number") ?? 0
    }

    private static func delivery(_ row: Row) throws -> WebhookDelivery {
        guard let job = JobID(try row.text("job_id")), let kind = JobEvent.Kind(rawValue: try row.text("kind")),
            let state = WebhookDelivery.State(rawValue: try row.text("state"))
        else { throw StoredValueError(table: "webhook_deliveries", id: try row.text("job_id")) }
        return WebhookDelivery(
            job: job,
            sequence: try row.integer("sequence"),
            kind: kind,
            state: state,
            attempts: try row.integer("attempts"),
            createdAt: Timestamp(microseconds: try row.integer("created_at")),
            nextAt: Timestamp(microseconds: try row.integer("next_at")),
            lastAt: try JobRow.moment(row, "last_at"),
            status: try row.optionalInteger("status"),
            error: try row.optionalText("error")
        )
    }
}
