package import Storage

/// The queue's table.
package enum TaskQueueSchema {
    /// The steps of module `tasks`.
    package static let migrations = [
        Migration(module: "tasks", number: 1, name: "tasks", statements: { [table($0)] + indexes })
    ]

    /// The table of all tasks.
    ///
    /// `claims` counts how often the task was leased: owner and count together name one lease.
    /// `attempts` counts the runs begun since the last success.
    /// `rerun_at` is set when the task was asked for again while it ran.
    private static func table(_ dialect: Dialect) -> String {
        """
        CREATE TABLE tasks (
            id \(dialect.countedKey),
            kind TEXT NOT NULL,
            task_key TEXT,
            payload TEXT NOT NULL,
            priority BIGINT NOT NULL,
            state TEXT NOT NULL CONSTRAINT tasks_state CHECK (state IN ('waiting', 'running', 'dead')),
            run_at BIGINT NOT NULL,
            rerun_at BIGINT,
            attempts BIGINT NOT NULL DEFAULT 0 CONSTRAINT tasks_attempts CHECK (attempts >= 0),
            maximum_attempts BIGINT NOT NULL CONSTRAINT tasks_maximum CHECK (maximum_attempts >= 1),
            timeout_seconds BIGINT NOT NULL CONSTRAINT tasks_timeout CHECK (timeout_seconds >= 1),
            claims BIGINT NOT NULL DEFAULT 0,
            lease_owner TEXT,
            lease_expires_at BIGINT,
            cancel_requested BIGINT NOT NULL DEFAULT 0 CONSTRAINT tasks_cancel CHECK (cancel_requested IN (0, 1)),
            last_error TEXT,
            created_at BIGINT NOT NULL,
            updated_at BIGINT NOT NULL,
            CONSTRAINT tasks_lease CHECK (
                (state = 'running' AND lease_owner IS NOT NULL AND lease_expires_at IS NOT NULL)
                OR (state <> 'running' AND lease_owner IS NULL AND lease_expires_at IS NULL
                    AND rerun_at IS NULL AND cancel_requested = 0))
        )
        """
    }

    private static let indexes = [
        """
        CREATE UNIQUE INDEX tasks_living_key ON tasks (kind, task_key)
        WHERE task_key IS NOT NULL AND state IN ('waiting', 'running')
        """,
        "CREATE INDEX tasks_order ON tasks (kind, priority DESC, run_at, id) WHERE state = 'waiting'",
        "CREATE INDEX tasks_time ON tasks (kind, run_at) WHERE state = 'waiting'",
        "CREATE INDEX tasks_lease_expiry ON tasks (lease_expires_at) WHERE state = 'running'",
        "CREATE INDEX tasks_dead ON tasks (updated_at) WHERE state = 'dead'",
    ]
}
