package import Storage

/// The tables of webhooks, and how they came to be.
package enum WebhookSchemaStore {
    /// Its steps.
    package static let migrations = [
        Migration(module: "webhooks", number: 1, name: "webhooks") { _ in [webhooks, deliveries] + indexes }
    ]

    private static let webhooks = """
        CREATE TABLE webhooks (
            id TEXT PRIMARY KEY,
            url TEXT NOT NULL,
            secret TEXT NOT NULL,
            kinds TEXT NOT NULL,
            description TEXT NOT NULL,
            owner TEXT NOT NULL,
            created_at BIGINT NOT NULL,
            disabled_reason TEXT,
            failures BIGINT NOT NULL DEFAULT 0,
            failing_since BIGINT,
            failure TEXT,
            rest_until BIGINT
        )
        """

    /// One row for each event and webhook, written with the event; what is sent is made of the event's own row.
    ///
    /// No reference to the webhook: one that is removed in that moment must not make the event fail.
    private static let deliveries = """
        CREATE TABLE webhook_deliveries (
            webhook_id TEXT NOT NULL,
            job_id TEXT NOT NULL,
            sequence BIGINT NOT NULL,
            kind TEXT NOT NULL,
            state TEXT NOT NULL CHECK (state IN ('waiting', 'delivered', 'failed')),
            attempts BIGINT NOT NULL DEFAULT 0,
            created_at BIGINT NOT NULL,
            next_at BIGINT NOT NULL,
            last_at BIGINT,
            status BIGINT,
            error TEXT,
            PRIMARY KEY (webhook_id, job_id, sequence)
        )
        """

    private static let indexes = [
        """
        CREATE INDEX webhook_deliveries_waiting ON webhook_deliveries (webhook_id, created_at, job_id, sequence)
        WHERE state = 'waiting'
        """,
        "CREATE INDEX webhook_deliveries_latest ON webhook_deliveries (webhook_id, created_at)",
    ]
}
