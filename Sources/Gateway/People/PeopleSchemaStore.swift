package import Storage

/// The tables of people and of how they prove who they are.
package enum PeopleSchemaStore {
    /// Its steps.
    package static let migrations = [
        Migration(module: "people", number: 1, name: "people") { _ in [people, tokens, sessions] + indexes }
    ]

    private static let people = """
        CREATE TABLE people (
            name TEXT PRIMARY KEY,
            issuer TEXT,
            subject TEXT,
            email TEXT,
            display_name TEXT,
            role TEXT NOT NULL CHECK (role IN ('reader', 'researcher', 'admin')),
            projects TEXT NOT NULL,
            created_at BIGINT NOT NULL,
            seen_at BIGINT,
            disabled_at BIGINT,
            signed_out_at BIGINT,
            UNIQUE (issuer, subject),
            CHECK ((issuer IS NULL) = (subject IS NULL))
        )
        """

    private static let tokens = """
        CREATE TABLE api_tokens (
            id TEXT PRIMARY KEY,
            person TEXT NOT NULL REFERENCES people (name),
            digest TEXT NOT NULL UNIQUE,
            label TEXT NOT NULL,
            scopes TEXT NOT NULL,
            role TEXT NOT NULL CHECK (role IN ('reader', 'researcher', 'admin')),
            created_at BIGINT NOT NULL,
            created_by TEXT NOT NULL,
            expires_at BIGINT,
            last_used_at BIGINT,
            revoked_at BIGINT,
            revoked_by TEXT
        )
        """

    /// `sign_in` is the digest of what a login at a provider began with: a second session of the same is refused.
    private static let sessions = """
        CREATE TABLE sessions (
            id TEXT PRIMARY KEY,
            digest TEXT NOT NULL UNIQUE,
            person TEXT NOT NULL REFERENCES people (name),
            token_id TEXT REFERENCES api_tokens (id),
            sign_in TEXT UNIQUE,
            scopes TEXT NOT NULL,
            role TEXT NOT NULL CHECK (role IN ('reader', 'researcher', 'admin')),
            projects TEXT NOT NULL,
            created_at BIGINT NOT NULL,
            expires_at BIGINT NOT NULL,
            seen_at BIGINT NOT NULL,
            ended_at BIGINT
        )
        """

    private static let indexes = [
        "CREATE INDEX api_tokens_by_person ON api_tokens (person, created_at)",
        "CREATE INDEX sessions_by_person ON sessions (person)",
        "CREATE INDEX sessions_by_end ON sessions (expires_at)",
    ]
}
