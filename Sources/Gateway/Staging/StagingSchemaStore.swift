internal import Storage

/// The tables of inputs, of copies at sites, and of job folders there.
enum StagingSchemaStore {
    /// Every step from an empty database to the present one; steps are only ever added.
    static let migrations: [Migration] = [
        Migration(module: "staging", number: 1, name: "inputs and copies") { _ in tables }
    ]

    private static let tables = [
        """
        CREATE TABLE job_inputs (
            job_id TEXT NOT NULL REFERENCES jobs (id),
            position BIGINT NOT NULL,
            path TEXT NOT NULL,
            source TEXT NOT NULL,
            kind TEXT NOT NULL CHECK (kind IN ('bytes', 'siteFile', 'siteFolder')),
            digest TEXT NOT NULL,
            size BIGINT NOT NULL,
            place TEXT,
            seen TEXT,
            PRIMARY KEY (job_id, position, path)
        )
        """,
        "CREATE INDEX job_inputs_by_digest ON job_inputs (digest)",
        """
        CREATE TABLE site_copies (
            site TEXT NOT NULL,
            digest TEXT NOT NULL,
            size BIGINT NOT NULL,
            modified BIGINT NOT NULL,
            verified_at BIGINT NOT NULL,
            last_used_at BIGINT NOT NULL,
            PRIMARY KEY (site, digest)
        )
        """,
        "CREATE INDEX site_copies_by_use ON site_copies (site, last_used_at)",
        "CREATE INDEX site_copies_by_digest ON site_copies (digest)",
        """
        CREATE TABLE job_folders (
            folder TEXT PRIMARY KEY,
            job_id TEXT NOT NULL REFERENCES jobs (id),
            site TEXT NOT NULL,
            account TEXT NOT NULL,
            size BIGINT NOT NULL,
            ended_at BIGINT NOT NULL,
            keep_seconds BIGINT
        )
        """,
        "CREATE INDEX job_folders_by_end ON job_folders (site, ended_at)",
    ]
}
