import Foundation
import Logging

/// Copies of PostgreSQL databases through `pg_dump` and `pg_restore`.
struct PostgreSQLCopy: Sendable {
    let uri: String
    let logger: Logger

    /// Runs `pg_dump` on an exported snapshot (PostgreSQL manual, 9.27.5) and reads from the same snapshot.
    func write<T: Sendable>(
        to path: String,
        reading body: @escaping @Sendable (any StorageConnection) throws -> T
    ) async throws -> T {
        let program = try PostgreSQLProgram("pg_dump", uri: uri)
        return try await withDatabase { database in
            // The body runs on a connection's own thread, which may block.
            try await database.read { connection in
                try connection.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
                let row = try connection.first("SELECT pg_export_snapshot() AS snapshot")
                let snapshot = try row?.text("snapshot") ?? ""
                let value = try body(connection)
                try program.run(["--format=custom", "--snapshot=\(snapshot)", "--file=\(path)", "--no-password"])
                return value
            }
        }
    }

    /// Whether the schema in use has no table; an error when other clients are connected.
    func isEmpty() async throws -> Bool {
        try await withDatabase { database in
            let (tables, others) = try await database.read { connection in
                (try Self.tables(connection).count, try Self.others(connection))
            }
            guard others == 0 else {
                let clients = others == 1 ? "1 other client uses" : "\(others) other clients use"
                throw StorageError.configuration(detail: "\(clients) the database; stop every gateway first")
            }
            return tables == 0
        }
    }

    /// Fills the database; tables that are there move to a schema whose name ends with the suffix.
    func restore(_ path: String, keepingOldAs suffix: String?) async throws {
        let program = try PostgreSQLProgram("pg_restore", uri: uri)
        if try await isEmpty() == false {
            guard let suffix else { throw StorageError.configuration(detail: "the database is not empty") }
            try await moveAside(to: "farfield" + suffix)
        }
        try await Blocking.run {
            try program.run(
                ["--exit-on-error", "--single-transaction", "--no-owner", "--no-privileges", "--no-password"]
                    + ["--dbname=\(program.databaseName)", path]
            )
        }
    }

    private func moveAside(to schema: String) async throws {
        let name = schema.map { $0.isASCII && ($0.isLetter || $0.isNumber) ? String($0.lowercased()) : "_" }.joined()
        try await withDatabase { database in
            try await database.transaction { connection in
                try connection.execute("CREATE SCHEMA \(name)")
                for table in try Self.tables(connection) {
                    try connection.execute("ALTER TABLE \(table) SET SCHEMA \(name)")
                }
                for function in try Self.functions(connection) {
                    try connection.execute("ALTER FUNCTION \(function) SET SCHEMA \(name)")
                }
            }
        }
    }

    /// The tables of the schema in use, quoted.
    private static func tables(_ connection: any StorageConnection) throws -> [String] {
        try connection.query(
            """
            SELECT quote_ident(table_schema) || '.' || quote_ident(table_name) AS name FROM information_schema.tables
            WHERE table_schema = current_schema() AND table_type = 'BASE TABLE' ORDER BY table_name
            """
        ).map { try $0.text("name") }
    }

    /// The functions of the schema in use that triggers call, quoted: those of append-only tables.
    private static func functions(_ connection: any StorageConnection) throws -> [String] {
        try connection.query(
            """
            SELECT quote_ident(nspname) || '.' || quote_ident(proname) || '()' AS name
            FROM pg_proc JOIN pg_namespace ON pg_namespace.oid = pronamespace
            WHERE nspname = current_schema() AND prorettype = 'trigger'::regtype ORDER BY proname
            """
        ).map { try $0.text("name") }
    }

    private static func others(_ connection: any StorageConnection) throws -> Int {
        let row = try connection.first(
            """
            SELECT COUNT(*) AS number FROM pg_stat_activity
            WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
            """
        )
        return try row?.integer("number") ?? 0
    }

    private func withDatabase<T: Sendable>(_ body: (PostgreSQLDatabase) async throws -> T) async throws -> T {
        let database = try await PostgreSQLDatabase.open(uri: uri, connections: 1, logger: logger)
        do {
            let value = try await body(database)
            await database.close()
            return value
        } catch {
            await database.close()
            throw error
        }
    }
}
