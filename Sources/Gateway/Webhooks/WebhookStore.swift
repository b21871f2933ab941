internal import Storage

/// The table `webhooks`.
enum WebhookStore {
    private static let columns = """
        id, url, kinds, description, owner, created_at, disabled_reason, failures, failing_since, failure, rest_until,
        (SELECT COUNT(*) FROM webhook_deliveries WHERE webhook_id = webhooks.id AND state = 'waiting') AS waiting
        """

    static func insert(_ webhook: Webhook, secret: WebhookSecret, on connection: any StorageConnection) throws {
        try connection.execute(
            """
            INSERT INTO webhooks (id, url, secret, kinds, description, owner, created_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7)
            """,
            [
                .text(webhook.id.text), .text(webhook.url), .text(secret.text), .text(text(webhook.kinds)),
                .text(webhook.description), .text(webhook.owner), .integer(webhook.createdAt.microseconds),
            ]
        )
    }

    /// All webhooks, the oldest first.
    static func all(on connection: any StorageConnection) throws -> [Webhook] {
        try connection.query("SELECT \(columns) FROM webhooks ORDER BY created_at, id").map(webhook)
    }

    static func find(_ id: WebhookID, on connection: any StorageConnection) throws -> Webhook? {
        try connection.first("SELECT \(columns) FROM webhooks WHERE id = $1", [.text(id.text)]).map(webhook)
    }

    static func secret(of id: WebhookID, on connection: any StorageConnection) throws -> WebhookSecret? {
        try connection.first("SELECT secret FROM webhooks WHERE id = $1", [.text(id.text)])
            .flatMap { WebhookSecret(try $0.text("secret")) }
    }

    /// The webhooks that hear of a kind of events now.
    static func hearing(_ kind: JobEvent.Kind, on connection: any StorageConnection) throws -> [WebhookID] {
        try connection.query("SELECT id, kinds FROM webhooks WHERE disabled_reason IS NULL ORDER BY id").compactMap {
            row in
            let kinds = try Self.kinds(row)
            return kinds.isEmpty || kinds.contains(kind) ? WebhookID(try row.text("id")) : nil
        }
    }

    /// Removes a webhook and everything that waits for it.
    ///
    /// - Returns: whether there was one.
    static func remove(_ id: WebhookID, on connection: any StorageConnection) throws -> Bool {
        try connection.execute("DELETE FROM webhook_deliveries WHERE webhook_id = $1", [.text(id.text)])
        return try connection.execute("DELETE FROM webhooks WHERE id = $1", [.text(id.text)]) > 0
    }

    /// The receiver answered.
    static func noteReached(_ id: WebhookID, on connection: any StorageConnection) throws {
        try connection.execute(
            """
            UPDATE webhooks SET failures = 0, failing_since = NULL, failure = NULL, rest_until = NULL
            WHERE id = $1 AND failures > 0
            """,
            [.text(id.text)]
        )
    }

    /// The receiver could not be reached, and is left alone until a moment.
    static func noteAway(
        _ id: WebhookID,
        _ reason: String,
        at now: Timestamp,
        until rest: Timestamp,
        on connection: any StorageConnection
    ) throws {
        try connection.execute(
            """
            UPDATE webhooks SET failures = failures + 1, failing_since = COALESCE(failing_since, $2), failure = $3,
                rest_until = $4
            WHERE id = $1
            """,
            [.text(id.text), .integer(now.microseconds), .text(reason), .integer(rest.microseconds)]
        )
    }

    /// Nothing more is sent; what waited is given up.
    static func disable(_ id: WebhookID, _ reason: String, on connection: any StorageConnection) throws {
        try connection.execute(
            "UPDATE webhooks SET disabled_reason = $2, rest_until = NULL WHERE id = $1",
            [.text(id.text), .text(reason)]
        )
        try connection.execute(
            """
            UPDATE webhook_deliveries SET state = 'failed', error = COALESCE(error, $2)
            WHERE webhook_id = $1 AND state = 'waiting'
            """,
            [.text(id.text), .text("the webhook was disabled: \(reason)")]
        )
    }

    /// Makes it active, and lets everything that was given up be sent again.
    static func resume(_ id: WebhookID, at now: Timestamp, on connection: any StorageConnection) throws {
        try connection.execute(
            """
            UPDATE webhooks SET disabled_reason = NULL, failures = 0, failing_since = NULL, failure = NULL,
                rest_until = NULL
            WHERE id = $1
            """,
            [.text(id.text)]
        )
        try connection.execute(
            """
            UPDATE webhook_deliveries SET state = 'waiting', attempts = 0, next_at = $2
            WHERE webhook_id = $1 AND state <> 'delivered'
            """,
            [.text(id.text), .integer(now.microseconds)]
        )
    }

    /// Active webhooks that have something to send now.
    static func due(at now: Timestamp, on connection: any StorageConnection) throws -> [WebhookID] {
        try connection.query(
            """
            SELECT id FROM webhooks
            WHERE disabled_reason IS NULL AND (rest_until IS NULL OR rest_until <= $1) AND EXISTS (
                SELECT 1 FROM webhook_deliveries
                WHERE webhook_id = webhooks.id AND state = 'waiting' AND next_at <= $1)
            ORDER BY id
            """,
            [.integer(now.microseconds)]
        ).compactMap { WebhookID(try $0.text("id")) }
    }

    private static func webhook(_ row: Row) throws -> Webhook {
        let text = try row.text("id")
        guard let id = WebhookID(text) else { throw StoredValueError(table: "webhooks", id: text) }
        return Webhook(
            id: id,
            url: try row.text("url"),
            kinds: try kinds(row),
            description: try row.text("description"),
            owner: try row.text("owner"),
            createdAt: Timestamp(microseconds: try row.integer("created_at")),
            disabledReason: try row.optionalText("disabled_reason"),
            failures: try row.integer("failures"),
            failingSince: try JobRow.moment(row, "failing_since"),
            failure: try row.optionalText("failure"),
            restUntil: try JobRow.moment(row, "rest_until"),
            waiting: try row.integer("waiting")
        )
    }

    private static func text(_ kinds: [JobEvent.Kind]) -> String { kinds.map(\.rawValue).joined(separator: " ") }

    private static func kinds(_ row: Row) throws -> [JobEvent.Kind] {
        try row.text("kinds").split(separator: " ").compactMap { JobEvent.Kind(rawValue: String($0)) }
    }
}
