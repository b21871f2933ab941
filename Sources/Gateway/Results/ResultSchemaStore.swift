internal import Storage

/// The tables of known results.
enum ResultSchemaStore {
    /// Every step from an empty database to the present one; steps are only ever added.
    static let migrations: [Migration] = [
        Migration(module: "results", number: 1, name: "results") { _ in tables }
    ]

    private static let tables = [
        """
        CREATE TABLE results (
            result_key TEXT NOT NULL,
            scope TEXT NOT NULL,
            job_id TEXT NOT NULL REFERENCES jobs (id),
            state TEXT NOT NULL CHECK (state IN ('current', 'superseded', 'differs', 'lost')),
            record TEXT NOT NULL,
            outputs_digest TEXT NOT NULL,
            seconds BIGINT NOT NULL,
            cpu_seconds BIGINT NOT NULL,
            size BIGINT NOT NULL,
            created_at BIGINT NOT NULL,
            PRIMARY KEY (result_key, scope, job_id)
        )
        """,
        "CREATE UNIQUE INDEX results_current ON results (result_key, scope) WHERE state = 'current'",
        "CREATE TABLE result_recipes (result_key TEXT PRIMARY KEY, recipe TEXT NOT NULL)",
        """
        CREATE TABLE result_flights (
            result_key TEXT NOT NULL,
            scope TEXT NOT NULL,
            job_id TEXT NOT NULL REFERENCES jobs (id),
            PRIMARY KEY (result_key, scope)
        )
        """,
        """
        CREATE TABLE result_lookups (
            job_id TEXT PRIMARY KEY REFERENCES jobs (id),
            looked_at BIGINT NOT NULL,
            outcome TEXT NOT NULL,
            seconds BIGINT NOT NULL,
            cpu_seconds BIGINT NOT NULL,
            size BIGINT NOT NULL
        )
        """,
        "CREATE INDEX jobs_joined ON jobs (cache_job) WHERE cache_status = 'joined'",
    ]
}
