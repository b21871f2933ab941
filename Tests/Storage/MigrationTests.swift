import Logging
import Storage
import Testing

/// Bringing a database to the schema of the program.
@Suite struct MigrationTests {
    private static let first = Migration(module: "birds", number: 1, name: "nests") { dialect in
        ["CREATE TABLE nests (id \(dialect.countedKey), eggs BIGINT NOT NULL)"]
    }
    private static let second = Migration(module: "birds", number: 2, name: "feathers") { dialect in
        ["CREATE TABLE feathers (colour TEXT, photo \(dialect.blobType))", "INSERT INTO nests (eggs) VALUES (3)"]
    }

    @Test(arguments: Engine.allCases)
    func stepsAreAppliedOnce(_ engine: Engine) async throws {
        try await engine.withDatabase { database in
            try await migrate(database, [Self.first], now: 1)
            try await migrate(database, [Self.first, Self.second], now: 2)
            try await migrate(database, [Self.first, Self.second], now: 3)
            let steps = try await database.read {
                try $0.query("SELECT number, name, applied_at FROM schema_migrations ORDER BY number")
            }
            #expect(steps.map(\.values) == [[1, "nests", 1], [2, "feathers", 2]])
            #expect(try await database.read { try $0.query("SELECT id, eggs FROM nests") }.map(\.values) == [[1, 3]])
        }
    }

    @Test(.timeLimit(.minutes(1)), arguments: Engine.allCases)
    func severalProgramsMayMigrateAtOnce(_ engine: Engine) async throws {
        try await engine.withLocation { location in
            try await withThrowingTaskGroup { group in
                for _ in 0..<4 {
                    group.addTask {
                        let database = try await location.open(logger: .init(label: "test"))
                        try await migrate(database, [Self.first, Self.second])
                        await database.close()
                    }
                }
                try await group.waitForAll()
            }
            let database = try await location.open(logger: .init(label: "test"))
            #expect(try await database.read { try $0.query("SELECT eggs FROM nests") }.count == 1)
            await database.close()
        }
    }

    @Test(arguments: Engine.allCases)
    func aNewerSchemaIsRefused(_ engine: Engine) async throws {
        try await engine.withDatabase { database in
            try await migrate(database, [Self.first, Self.second])
            await #expect(throws: StorageError.newerSchema(module: "birds", found: 2, known: 1)) {
                try await migrate(database, [Self.first])
            }
            let other = Migration(module: "fish", number: 1, name: "ponds") { _ in ["CREATE TABLE ponds (n BIGINT)"] }
            try await migrate(database, [other])
        }
    }

    @Test(arguments: Engine.allCases)
    func aFailedStepLeavesNothing(_ engine: Engine) async throws {
        let broken = Migration(module: "birds", number: 2, name: "broken") { _ in
            ["CREATE TABLE half (n BIGINT)", "CREATE NONSENSE"]
        }
        try await engine.withDatabase { database in
            await #expect(throws: StorageError.self) { try await migrate(database, [Self.first, broken]) }
            try await migrate(database, [Self.first, Self.second])
            await #expect(throws: StorageError.self) { try await database.read { try $0.query("SELECT * FROM half") } }
        }
    }

    @Test(arguments: Engine.allCases)
    func contradictionsAreRefused(_ engine: Engine) async throws {
        try await engine.withDatabase { database in
            await #expect(throws: StorageError.self) { try await migrate(database, [Self.second]) }
            await #expect(throws: StorageError.self) { try await migrate(database, [Self.second, Self.first]) }
            try await migrate(database, [Self.first])
            let renamed = Migration(module: "birds", number: 1, name: "other") { _ in [] }
            await #expect(throws: StorageError.self) { try await migrate(database, [renamed]) }
        }
    }
}
