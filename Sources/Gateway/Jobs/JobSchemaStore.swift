package import Storage

/// The tables of the spine, and how they came to be.
package enum GatewaySchema {
    /// Every step from an empty database to the present one; steps are only ever added.
    package static let migrations: [Migration] = [
        Migration(module: "gateway", number: 1, name: "jobs") { _ in jobs },
        Migration(module: "gateway", number: 2, name: "sites") { _ in sites },
        Migration(module: "gateway", number: 3, name: "looks") { _ in looks },
        Migration(module: "gateway", number: 4, name: "staging") { _ in staging },
        Migration(module: "gateway", number: 5, name: "nodes") { _ in
            ["CREATE TABLE job_nodes (job_id TEXT PRIMARY KEY REFERENCES jobs (id), facts TEXT NOT NULL)"]
        },
        Migration(module: "gateway", number: 6, name: "template texts") { _ in
            ["CREATE TABLE template_texts (digest TEXT PRIMARY KEY, name TEXT NOT NULL, text TEXT NOT NULL)"]
        },
        Migration(module: "gateway", number: 7, name: "outputs by digest") { _ in
            [
                "CREATE INDEX job_outputs_by_digest ON job_outputs (digest)",
                "CREATE INDEX jobs_answered ON jobs (cache_job) WHERE cache_status = 'hit'",
            ]
        },
        Migration(module: "gateway", number: 8, name: "jobs by owner") { _ in
            ["CREATE INDEX jobs_by_owner ON jobs (owner, id)"]
        },
        Migration(module: "gateway", number: 9, name: "stages") { _ in ["ALTER TABLE jobs ADD COLUMN stages TEXT"] },
    ]

    private static func list(_ states: [JobState]) -> String {
        states.map { "'\($0.rawValue)'" }.joined(separator: ", ")
    }

    private static var jobs: [String] {
        let final = list(JobState.allCases.filter(\.isFinal))
        return [
            """
            CREATE TABLE jobs (
                id TEXT PRIMARY KEY,
                name TEXT NOT NULL,
                site TEXT NOT NULL,
                template TEXT NOT NULL,
                owner TEXT NOT NULL,
                manifest TEXT NOT NULL,
                script TEXT NOT NULL,
                script_digest TEXT NOT NULL,
                labels TEXT NOT NULL,
                priority BIGINT NOT NULL,
                array_count BIGINT,
                retry_limit BIGINT NOT NULL,
                retry_causes TEXT NOT NULL,
                created_at BIGINT NOT NULL,
                state TEXT NOT NULL CHECK (state IN (\(list(JobState.allCases)))),
                reason TEXT,
                attempt BIGINT NOT NULL CHECK (attempt >= 1),
                submission TEXT NOT NULL CHECK (submission IN ('none', 'ready', 'trying', 'accepted')),
                first_tried_at BIGINT,
                last_tried_at BIGINT,
                slurm_job_id TEXT,
                slurm TEXT,
                ending_state TEXT,
                ending_reason TEXT,
                ending_cause TEXT,
                cancel_requested_at BIGINT,
                updated_at BIGINT NOT NULL,
                observed_at BIGINT,
                finished_at BIGINT,
                version BIGINT NOT NULL,
                event_count BIGINT NOT NULL,
                CHECK ((finished_at IS NOT NULL) = (state IN (\(final)))),
                CHECK (state NOT IN ('pending', 'running') OR (submission = 'accepted' AND slurm_job_id IS NOT NULL)),
                CHECK (state <> 'retrieving' OR ending_state IS NOT NULL)
            )
            """,
            "CREATE INDEX jobs_active ON jobs (site, state) WHERE finished_at IS NULL",
            "CREATE INDEX jobs_by_state ON jobs (state, id)",
            "CREATE TABLE job_labels (job_id TEXT NOT NULL REFERENCES jobs (id), key TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (job_id, key))",
            "CREATE INDEX job_labels_by_value ON job_labels (key, value, job_id)",
            """
            CREATE TABLE job_dependencies (
                job_id TEXT NOT NULL REFERENCES jobs (id),
                depends_on TEXT NOT NULL REFERENCES jobs (id),
                condition TEXT NOT NULL CHECK (condition IN ('afterok', 'afterany')),
                PRIMARY KEY (job_id, depends_on)
            )
            """,
            "CREATE INDEX job_dependencies_upstream ON job_dependencies (depends_on)",
            """
            CREATE TABLE job_tasks (
                job_id TEXT NOT NULL REFERENCES jobs (id),
                task_index BIGINT NOT NULL,
                state TEXT NOT NULL CHECK (state IN (\(list(JobState.allCases)))),
                slurm TEXT NOT NULL,
                PRIMARY KEY (job_id, task_index)
            )
            """,
            """
            CREATE TABLE job_events (
                job_id TEXT NOT NULL REFERENCES jobs (id),
                sequence BIGINT NOT NULL CHECK (sequence >= 1),
                kind TEXT NOT NULL,
                happened_at BIGINT NOT NULL,
                state TEXT NOT NULL,
                reason TEXT,
                data TEXT NOT NULL,
                PRIMARY KEY (job_id, sequence)
            )
            """,
            """
            CREATE TABLE job_outputs (
                job_id TEXT NOT NULL REFERENCES jobs (id),
                role TEXT NOT NULL CHECK (role IN ('output', 'log')),
                path TEXT NOT NULL,
                size BIGINT NOT NULL,
                digest TEXT NOT NULL,
                media_type TEXT NOT NULL,
                PRIMARY KEY (job_id, role, path)
            )
            """,
            """
            CREATE TABLE idempotency_keys (
                owner TEXT NOT NULL,
                idempotency_key TEXT NOT NULL,
                body_digest TEXT NOT NULL,
                job_id TEXT NOT NULL REFERENCES jobs (id),
                created_at BIGINT NOT NULL,
                PRIMARY KEY (owner, idempotency_key)
            )
            """,
        ]
    }

    /// A look that finds a thousand jobs unchanged writes one row, its own time, instead of a thousand.
    private static let looks = [
        "ALTER TABLE jobs ADD COLUMN in_sight BIGINT NOT NULL DEFAULT 0",
        "ALTER TABLE site_status ADD COLUMN looked_at BIGINT",
    ]

    /// What is settled before a job is submitted.
    private static let staging = [
        "ALTER TABLE jobs ADD COLUMN template_digest TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE jobs ADD COLUMN staged_first BIGINT NOT NULL DEFAULT 0",
        "ALTER TABLE jobs ADD COLUMN is_staged BIGINT NOT NULL DEFAULT 0",
        "ALTER TABLE jobs ADD COLUMN cache_status TEXT",
        "ALTER TABLE jobs ADD COLUMN cache_key TEXT",
        "ALTER TABLE jobs ADD COLUMN cache_scope TEXT",
        "ALTER TABLE jobs ADD COLUMN cache_job TEXT",
        "ALTER TABLE jobs ADD COLUMN cache_reason TEXT",
        "ALTER TABLE jobs ADD COLUMN cache_computed_at BIGINT",
    ]

    private static let sites = [
        """
        CREATE TABLE site_status (
            name TEXT PRIMARY KEY,
            state TEXT NOT NULL CHECK (state IN ('up', 'down', 'unknown')),
            reason TEXT,
            since BIGINT NOT NULL,
            observed_at BIGINT NOT NULL,
            partitions TEXT NOT NULL
        )
        """
    ]
}
