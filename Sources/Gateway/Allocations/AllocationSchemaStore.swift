package import Storage

/// The tables of projects, allocations and their ledger, and how they came to be.
package enum AllocationSchemaStore {
    /// Its steps.
    package static let migrations = [
        Migration(module: "allocations", number: 1, name: "projects, allocations, ledger") { dialect in
            [projects, members, allocations, transactions(dialect), entries, costs, usage, figures] + indexes
                + ["ledger_transactions", "ledger_entries", "job_usage"].flatMap {
                    AppendOnly.statements(table: $0, dialect)
                }
        }
    ]

    private static let projects = """
        CREATE TABLE projects (
            name TEXT PRIMARY KEY,
            title TEXT NOT NULL,
            contact TEXT,
            created_at BIGINT NOT NULL
        )
        """

    private static let members = """
        CREATE TABLE project_members (
            project TEXT NOT NULL REFERENCES projects (name),
            person TEXT NOT NULL,
            role TEXT NOT NULL CHECK (role IN ('manager', 'member')),
            PRIMARY KEY (project, person)
        )
        """

    /// The sums stand here too, so that one statement decides who gets the last unit.
    private static let allocations = """
        CREATE TABLE allocations (
            id TEXT PRIMARY KEY,
            project TEXT NOT NULL REFERENCES projects (name),
            site TEXT NOT NULL,
            account TEXT NOT NULL,
            starts_at BIGINT NOT NULL,
            ends_at BIGINT NOT NULL CHECK (ends_at > starts_at),
            is_suspended BIGINT NOT NULL DEFAULT 0 CHECK (is_suspended IN (0, 1)),
            created_at BIGINT NOT NULL,
            granted BIGINT NOT NULL DEFAULT 0,
            available BIGINT NOT NULL DEFAULT 0,
            reserved BIGINT NOT NULL DEFAULT 0,
            used BIGINT NOT NULL DEFAULT 0,
            CHECK (granted = available + reserved + used)
        )
        """

    private static func transactions(_ dialect: Dialect) -> String {
        """
        CREATE TABLE ledger_transactions (
            number \(dialect.countedKey),
            at BIGINT NOT NULL,
            kind TEXT NOT NULL CHECK (kind IN ('grant', 'adjust', 'reserve', 'settle', 'release')),
            allocation TEXT NOT NULL REFERENCES allocations (id),
            job TEXT,
            attempts BIGINT,
            person TEXT NOT NULL,
            note TEXT,
            CHECK ((job IS NULL) = (kind IN ('grant', 'adjust')))
        )
        """
    }

    private static let entries = """
        CREATE TABLE ledger_entries (
            transaction_number BIGINT NOT NULL REFERENCES ledger_transactions (number),
            line BIGINT NOT NULL,
            account TEXT NOT NULL CHECK (account IN ('granted', 'available', 'reserved', 'used')),
            amount BIGINT NOT NULL,
            PRIMARY KEY (transaction_number, line)
        )
        """

    /// One row for each job of a metered site: its price, and what became of it.
    private static let costs = """
        CREATE TABLE job_costs (
            job TEXT PRIMARY KEY,
            allocation TEXT NOT NULL REFERENCES allocations (id),
            project TEXT NOT NULL,
            site TEXT NOT NULL,
            account TEXT NOT NULL,
            partition_name TEXT,
            rate BIGINT NOT NULL,
            nodes BIGINT NOT NULL,
            tasks BIGINT NOT NULL,
            walltime BIGINT NOT NULL,
            attempts BIGINT NOT NULL,
            reserved BIGINT NOT NULL,
            used BIGINT,
            node_seconds BIGINT,
            state TEXT NOT NULL CHECK (state IN ('reserved', 'settled', 'released')),
            reserved_at BIGINT NOT NULL,
            ended_at BIGINT,
            due_at BIGINT,
            looks BIGINT NOT NULL DEFAULT 0,
            settled_at BIGINT,
            note TEXT
        )
        """

    /// The rows of Slurm's accounting that a settlement counted: its evidence.
    private static let usage = """
        CREATE TABLE job_usage (
            job TEXT NOT NULL,
            line BIGINT NOT NULL,
            attempt BIGINT NOT NULL,
            slurm_id TEXT NOT NULL,
            state TEXT NOT NULL,
            partition_name TEXT NOT NULL,
            nodes BIGINT NOT NULL,
            elapsed BIGINT NOT NULL,
            started_at BIGINT,
            ended_at BIGINT,
            PRIMARY KEY (job, line)
        )
        """

    /// What Slurm itself said of an allocation's account, the last time.
    private static let figures = """
        CREATE TABLE allocation_figures (
            allocation TEXT PRIMARY KEY REFERENCES allocations (id),
            tried_at BIGINT NOT NULL,
            problem TEXT,
            observed_at BIGINT,
            figures TEXT
        )
        """

    private static let indexes = [
        "CREATE INDEX project_members_by_person ON project_members (person)",
        "CREATE INDEX allocations_by_site ON allocations (site, project)",
        "CREATE INDEX allocations_by_project ON allocations (project, id)",
        "CREATE INDEX ledger_by_allocation ON ledger_transactions (allocation, number)",
        "CREATE UNIQUE INDEX ledger_one_reservation ON ledger_transactions (job) WHERE kind = 'reserve'",
        "CREATE UNIQUE INDEX ledger_one_settlement ON ledger_transactions (job) WHERE kind IN ('settle', 'release')",
        "CREATE INDEX job_costs_due ON job_costs (site, due_at) WHERE state = 'reserved' AND due_at IS NOT NULL",
        "CREATE INDEX job_costs_by_allocation ON job_costs (allocation, settled_at)",
    ]
}
