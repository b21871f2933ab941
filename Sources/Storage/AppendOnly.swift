/// Tables of which no row is ever changed or removed, by the database's own rules.
package enum AppendOnly {
    /// Statements that make a table refuse changes and removals.
    ///
    /// - Parameters:
    ///   - table: its name.
    ///   - dialect: the engine.
    /// - Returns: statements for a migration.
    package static func statements(table: String, _ dialect: Dialect) -> [String] {
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
