import Foundation

/// Brings a database to the schema this program knows, each step in a transaction of its own.
///
/// Several programs may do so at once: a lock makes them take turns. Modules that are not in the list are left alone.
/// - Parameters:
///   - database: The database to change.
///   - migrations: The steps of one or more modules, each module's in order.
///   - now: The time to note, in microseconds since 1970 UTC.
/// - Throws: ``StorageError/newerSchema(module:found:known:)`` before anything is changed, if the database is newer.
package func migrate(
    _ database: any Database,
    _ migrations: [Migration],
    now: Int64 = Int64(Date().timeIntervalSince1970 * 1_000_000)
) async throws {
    let known = try Schema(migrations)
    let applied = try await database.transaction { connection in
        try Schema.prepare(connection)
        return try known.check(Schema.applied(connection))
    }
    for migration in migrations where !applied.contains(Schema.Step(migration)) {
        try await database.transaction { connection in
            try Schema.prepare(connection)
            guard try !known.check(Schema.applied(connection)).contains(Schema.Step(migration)) else { return }
            for statement in migration.statements(connection.dialect) {
                try connection.execute(statement)
            }
            try connection.execute(
                "INSERT INTO schema_migrations (module, number, name, applied_at) VALUES ($1, $2, $3, $4)",
                [.text(migration.module), SQLValue(migration.number), .text(migration.name), .integer(now)]
            )
        }
    }
}

/// Compares a database with the schema this program knows and changes nothing.
///
/// - Parameters:
///   - database: the database to look at.
///   - migrations: the steps of one or more modules, each module's in order.
/// - Returns: the steps that were applied and those that are still to come, by name.
/// - Throws: ``StorageError/newerSchema(module:found:known:)`` when the database is newer than this program.
package func schemaStanding(
    _ database: any Database,
    _ migrations: [Migration]
) async throws -> (applied: [String], missing: [String]) {
    let known = try Schema(migrations)
    let applied = try await database.read { try known.check(Schema.applied($0)) }
    let names = migrations.map { (step: Schema.Step($0), name: "\($0.module) \($0.number)") }
    return (
        names.filter { applied.contains($0.step) }.map(\.name), names.filter { !applied.contains($0.step) }.map(\.name)
    )
}

/// The steps this program knows, checked once.
private struct Schema: Sendable {
    /// One step's place in its module.
    struct Step: Hashable {
        let module: String
        let number: Int
        let name: String

        init(_ migration: Migration) {
            module = migration.module
            number = migration.number
            name = migration.name
        }

        init(_ row: Row) throws {
            module = try row.text("module")
            number = try row.integer("number")
            name = try row.text("name")
        }
    }

    private let steps: [String: [Step]]

    init(_ migrations: [Migration]) throws {
        steps = Dictionary(grouping: migrations.map(Step.init), by: \.module)
        for (module, steps) in steps where steps.map(\.number) != Array(1...steps.count) {
            throw StorageError.wrongMigrations(detail: "\(module) is not numbered 1, 2, 3… in order")
        }
    }

    /// Takes the lock and makes the table of steps.
    static func prepare(_ connection: any StorageConnection) throws {
        try connection.lock("farfield.schema_migrations")
        if connection.dialect == .postgreSQL {
            try connection.execute("SET LOCAL statement_timeout = 0")
        }
        try connection.execute(
            """
            CREATE TABLE IF NOT EXISTS schema_migrations (
                module TEXT NOT NULL,
                number BIGINT NOT NULL,
                name TEXT NOT NULL,
                applied_at BIGINT NOT NULL,
                PRIMARY KEY (module, number)
            )
            """
        )
    }

    static func applied(_ connection: any StorageConnection) throws -> [Step] {
        try connection.query("SELECT module, number, name FROM schema_migrations ORDER BY module, number")
            .map(Step.init)
    }

    /// Compares what was applied with what is known, and returns it.
    func check(_ applied: [Step]) throws -> Set<Step> {
        for step in applied {
            guard let known = steps[step.module] else { continue }
            guard step.number <= known.count else {
                throw StorageError.newerSchema(
                    module: step.module,
                    found: applied.filter { $0.module == step.module }.map(\.number).max() ?? 0,
                    known: known.count
                )
            }
            guard known[step.number - 1] == step else {
                throw StorageError.wrongMigrations(
                    detail: "\(step.module) \(step.number) was applied as \"\(step.name)\""
                )
            }
        }
        return Set(applied)
    }
}
