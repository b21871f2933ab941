package import Storage

/// The table `audit`: append-only, each line bound to the one before by its digest.
package enum AuditStore {
    /// Its steps.
    package static let migrations = [
        Migration(module: "audit", number: 1, name: "audit") { dialect in
            [
                """
                CREATE TABLE audit (
                    sequence BIGINT PRIMARY KEY CHECK (sequence >= 1),
                    written_at BIGINT NOT NULL,
                    action TEXT NOT NULL,
                    object_kind TEXT NOT NULL,
                    object_id TEXT NOT NULL,
                    person TEXT NOT NULL,
                    previous TEXT NOT NULL UNIQUE,
                    line TEXT NOT NULL,
                    digest TEXT NOT NULL UNIQUE
                )
                """,
                "CREATE INDEX audit_by_object ON audit (object_kind, object_id, sequence)",
                "CREATE INDEX audit_by_person ON audit (person, sequence)",
                "CREATE INDEX audit_by_action ON audit (action, sequence)",
            ] + AppendOnly.statements(table: "audit", dialect)
        }
    ]

    /// Appends an entry in the caller's transaction; lines of transactions under way wait for one another here, so
    /// this is the last thing a transaction does.
    ///
    /// - Returns: the line.
    @discardableResult
    package static func append(
        _ entry: AuditEntry,
        at now: Timestamp,
        on connection: any StorageConnection
    ) throws -> AuditLine {
        try connection.lock("audit")
        let last = try connection.first("SELECT sequence, digest FROM audit ORDER BY sequence DESC LIMIT 1")
        let line = try AuditLine.seal(
            entry,
            sequence: (last?.integer("sequence") ?? 0) + 1,
            previous: last?.text("digest") ?? AuditLine.origin,
            at: now
        )
        try connection.execute(
            """
            INSERT INTO audit (sequence, written_at, action, object_kind, object_id, person, previous, line, digest)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
            """,
            [
                .integer(line.sequence), .integer(now.microseconds), .text(entry.action), .text(entry.object.kind),
                .text(entry.object.id), .text(entry.person.name), .text(line.previous), .text(line.text),
                .text(line.digest),
            ]
        )
        return line
    }
}

/// Tables of which no row is ever changed or removed, by the database's own rules.
enum AppendOnly {
    /// Statements that make a table refuse changes and removals.
    static func statements(table: String, _ dialect: Dialect) -> [String] {
        switch dialect {
        case .sqlite:
            ["UPDATE", "DELETE"].map { verb in
                """
                CREATE TRIGGER \(table)_no_\(verb.lowercased()) BEFORE \(verb) ON \(table)
                BEGIN SELECT RAISE(ABORT, '\(table) is append-only'); END
                """
            }
        case .postgreSQL:
            [
                """
                CREATE FUNCTION \(table)_is_append_only() RETURNS trigger LANGUAGE plpgsql AS
                $body$ BEGIN RAISE EXCEPTION '\(table) is append-only'; END $body$
                """,
                """
                CREATE TRIGGER \(table)_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON \(table)
                FOR EACH STATEMENT EXECUTE FUNCTION \(table)_is_append_only()
                """,
            ]
        }
    }
}
