package import Storage

/// The tables of approvals, and how they came to be.
package enum ApprovalSchemaStore {
    /// Every step; steps are only ever added.
    package static let migrations: [Migration] = [
        Migration(module: "approvals", number: 1, name: "approvals") { dialect in
            standing + approvals + decisions + AppendOnly.statements(table: "approval_decisions", dialect)
        }
    ]

    private static let standing = [
        """
        CREATE TABLE standing_approvals (
            id TEXT PRIMARY KEY,
            person TEXT,
            project TEXT,
            site TEXT,
            template TEXT,
            partition_name TEXT,
            most_each BIGINT NOT NULL CHECK (most_each >= 0),
            most_in_all BIGINT NOT NULL CHECK (most_in_all >= 0),
            used BIGINT NOT NULL CHECK (used >= 0 AND used <= most_in_all),
            expires_at BIGINT NOT NULL,
            granted_by TEXT NOT NULL,
            created_at BIGINT NOT NULL,
            reason TEXT,
            revoked_at BIGINT,
            revoked_by TEXT,
            CHECK (person IS NOT NULL OR project IS NOT NULL OR site IS NOT NULL OR template IS NOT NULL
                OR partition_name IS NOT NULL),
            CHECK (person IS NULL OR person <> granted_by)
        )
        """
    ]

    private static var approvals: [String] {
        let states = Approval.State.allCases.map { "'\($0.rawValue)'" }.joined(separator: ", ")
        return [
            """
            CREATE TABLE approvals (
                id TEXT PRIMARY KEY,
                job_id TEXT NOT NULL REFERENCES jobs (id),
                owner TEXT NOT NULL,
                state TEXT NOT NULL CHECK (state IN (\(states))),
                reasons TEXT NOT NULL,
                needed BIGINT NOT NULL CHECK (needed >= 1),
                given BIGINT NOT NULL CHECK (given >= 0),
                covered TEXT NOT NULL,
                digest TEXT NOT NULL,
                cost BIGINT NOT NULL,
                changed TEXT NOT NULL,
                created_at BIGINT NOT NULL,
                expires_at BIGINT NOT NULL,
                decided_at BIGINT,
                valid_until BIGINT,
                sent_at BIGINT,
                standing_id TEXT REFERENCES standing_approvals (id),
                CHECK ((state = 'open') = (decided_at IS NULL)),
                CHECK (state <> 'approved' OR (given >= needed AND valid_until IS NOT NULL))
            )
            """,
            "CREATE UNIQUE INDEX approvals_open ON approvals (job_id) WHERE state = 'open'",
            "CREATE INDEX approvals_by_job ON approvals (job_id, id)",
            "CREATE INDEX approvals_by_state ON approvals (state, id)",
        ]
    }

    private static let decisions = [
        """
        CREATE TABLE approval_decisions (
            approval_id TEXT NOT NULL REFERENCES approvals (id),
            person TEXT NOT NULL,
            choice TEXT NOT NULL CHECK (choice IN ('approved', 'refused')),
            reason TEXT,
            digest TEXT NOT NULL,
            decided_at BIGINT NOT NULL,
            standing_id TEXT REFERENCES standing_approvals (id),
            PRIMARY KEY (approval_id, person)
        )
        """
    ]
}
