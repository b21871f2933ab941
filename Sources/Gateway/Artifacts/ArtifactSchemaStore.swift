package import Storage

/// The tables of artifacts and uploads, and how they came to be.
package enum ArtifactSchemaStore {
    /// Its steps; they come after those of the spine, whose table `job_outputs` they read.
    package static let migrations = [
        Migration(module: "artifacts", number: 1, name: "artifacts") { _ in
            [artifacts, references] + indexes + [known, held]
        },
        Migration(module: "artifacts", number: 2, name: "uploads") { _ in
            [uploads, "CREATE INDEX uploads_by_expiry ON uploads (expires_at)"]
        },
    ]

    /// `generation` counts changes of bytes and state: whoever judged bytes writes the verdict only over what it judged.
    ///
    /// `account` is the last one that held it, for the list of what would be freed.
    private static let artifacts = """
        CREATE TABLE artifacts (
            digest TEXT PRIMARY KEY,
            size BIGINT NOT NULL CHECK (size >= 0),
            block_digest TEXT,
            state TEXT NOT NULL CHECK (state IN ('arriving', 'stored', 'deleting', 'corrupt')),
            account TEXT,
            created_at BIGINT NOT NULL,
            last_used_at BIGINT NOT NULL,
            verified_at BIGINT,
            generation BIGINT NOT NULL
        )
        """

    private static let references = """
        CREATE TABLE artifact_references (
            digest TEXT NOT NULL REFERENCES artifacts (digest),
            kind TEXT NOT NULL CHECK (kind IN ('output', 'log', 'input', 'upload', 'result', 'pin')),
            holder TEXT NOT NULL,
            owner TEXT NOT NULL,
            account TEXT NOT NULL,
            name TEXT,
            created_at BIGINT NOT NULL,
            expires_at BIGINT,
            PRIMARY KEY (digest, kind, holder)
        )
        """

    private static let indexes = [
        "CREATE INDEX artifacts_by_age ON artifacts (created_at, digest)",
        "CREATE INDEX artifacts_unsettled ON artifacts (state) WHERE state <> 'stored'",
        "CREATE INDEX artifact_references_by_holder ON artifact_references (kind, holder)",
        "CREATE INDEX artifact_references_by_owner ON artifact_references (owner, digest)",
        "CREATE INDEX artifact_references_by_account ON artifact_references (account, digest)",
    ]

    /// What jobs brought home before there was this table.
    private static let known = """
        INSERT INTO artifacts (digest, size, state, account, created_at, last_used_at, generation)
        SELECT o.digest, MAX(o.size), 'stored', MAX(j.owner), MIN(j.created_at), MAX(j.updated_at), 1
        FROM job_outputs o JOIN jobs j ON j.id = o.job_id GROUP BY o.digest
        """

    private static let held = """
        INSERT INTO artifact_references (digest, kind, holder, owner, account, created_at)
        SELECT DISTINCT o.digest, o.role, o.job_id, j.owner, j.owner, j.created_at
        FROM job_outputs o JOIN jobs j ON j.id = o.job_id
        """

    /// `digest` is known as soon as all bytes are there; `finished_at` is set with the reference.
    ///
    /// `writer` is who appends now, until `writer_until` at the latest.
    private static let uploads = """
        CREATE TABLE uploads (
            id TEXT PRIMARY KEY,
            owner TEXT NOT NULL,
            account TEXT NOT NULL,
            name TEXT,
            metadata TEXT,
            length BIGINT NOT NULL CHECK (length >= 0),
            received BIGINT NOT NULL CHECK (received >= 0 AND received <= length),
            expected_digest TEXT,
            retention BIGINT,
            created_at BIGINT NOT NULL,
            expires_at BIGINT NOT NULL,
            digest TEXT,
            finished_at BIGINT,
            failure TEXT,
            writer TEXT,
            writer_until BIGINT
        )
        """
}
