import Dispatch
import Storage
import Synchronization
import Testing

/// Transactions: all or nothing, typed failures, many at once.
@Suite struct TransactionTests {
    private struct Stop: Error {}

    /// Counts how often bodies were begun.
    private final class Runs: Sendable {
        private let count = Mutex(0)

        func begin() -> Int {
            count.withLock { count in
                count += 1
                return count
            }
        }
    }

    private static let schema = [
        "CREATE TABLE parents (id BIGINT PRIMARY KEY)",
        """
        CREATE TABLE things (
            id BIGINT PRIMARY KEY,
            name TEXT NOT NULL,
            size BIGINT NOT NULL DEFAULT 0 CONSTRAINT things_size CHECK (size >= 0),
            parent BIGINT REFERENCES parents (id)
        )
        """,
        "CREATE UNIQUE INDEX things_name ON things (name)",
        "INSERT INTO things (id, name) VALUES (1, 'one')",
    ]

    private func withThings(_ engine: Engine, _ body: (any Database) async throws -> Void) async throws {
        try await engine.withDatabase { database in
            try await database.transaction { connection in
                for statement in Self.schema { try connection.execute(statement) }
            }
            try await body(database)
        }
    }

    private func names(_ database: any Database) async throws -> [String] {
        try await database.read { try $0.query("SELECT name FROM things ORDER BY id").map { try $0.text("name") } }
    }

    @Test(arguments: Engine.allCases)
    func aThrownErrorRollsBack(_ engine: Engine) async throws {
        try await withThings(engine) { database in
            await #expect(throws: Stop.self) {
                try await database.transaction { connection in
                    try connection.execute("INSERT INTO things (id, name) VALUES (2, 'two')")
                    throw Stop()
                }
            }
            let left = try await names(database)
            #expect(left == ["one"])
        }
    }

    @Test(
        arguments: Engine.allCases,
        [
            ("INSERT INTO things (id, name) VALUES (1, 'other')", StorageError.Constraint.unique),
            ("INSERT INTO things (id, name) VALUES (2, 'one')", .unique),
            ("INSERT INTO things (id, name, size) VALUES (2, 'two', -1)", .check),
            ("INSERT INTO things (id, name, parent) VALUES (2, 'two', 7)", .foreignKey),
            ("INSERT INTO things (id, name) VALUES (2, NULL)", .notNull),
        ]
    )
    func brokenRulesAreTyped(_ engine: Engine, _ example: (String, StorageError.Constraint)) async throws {
        try await withThings(engine) { database in
            let error = await #expect(throws: StorageError.self) {
                try await database.transaction { try $0.execute(example.0) }
            }
            guard case .constraint(let kind, let name, _) = error else {
                Issue.record("\(String(describing: error))")
                return
            }
            #expect(kind == example.1)
            if kind == .check { #expect(name == "things_size") }
            if kind == .notNull { #expect(name == "things.name") }
            #expect(error?.isTransient == false)
            #expect(error?.isUniqueViolation == (kind == .unique))
        }
    }

    @Test(arguments: Engine.allCases)
    func aSwallowedFailureSpoilsTheTransaction(_ engine: Engine) async throws {
        try await withThings(engine) { database in
            for goesOn in [true, false] {
                let error = await #expect(throws: StorageError.self) {
                    try await database.transaction { connection in
                        try connection.execute("INSERT INTO things (id, name) VALUES (2, 'two')")
                        _ = try? connection.execute("INSERT INTO things (id, name) VALUES (1, 'again')")
                        if goesOn { try connection.execute("INSERT INTO things (id, name) VALUES (3, 'three')") }
                    }
                }
                guard case .transactionSpoilt = error else {
                    Issue.record("\(String(describing: error))")
                    return
                }
            }
            let left = try await names(database)
            #expect(left == ["one"])
        }
    }

    @Test(arguments: Engine.allCases)
    func aSavepointTakesBackOnlyItself(_ engine: Engine) async throws {
        try await withThings(engine) { database in
            try await database.transaction { connection in
                try connection.execute("INSERT INTO things (id, name) VALUES (2, 'two')")
                #expect(throws: StorageError.self) {
                    try connection.savepoint {
                        try connection.execute("INSERT INTO things (id, name) VALUES (3, 'three')")
                        try connection.execute("INSERT INTO things (id, name) VALUES (1, 'again')")
                    }
                }
                try connection.savepoint {
                    try connection.execute("INSERT INTO things (id, name) VALUES (4, 'four')")
                }
            }
            let left = try await names(database)
            #expect(left == ["one", "two", "four"])
        }
    }

    @Test(arguments: Engine.allCases)
    func concurrentWritersLoseNothing(_ engine: Engine) async throws {
        try await withThings(engine) { database in
            try await withThrowingTaskGroup { group in
                for _ in 0..<50 {
                    group.addTask {
                        try await database.transaction { connection in
                            let size: Int64 =
                                try connection.first(
                                    "SELECT size FROM things WHERE id = 1" + connection.dialect.forUpdate
                                )?.integer("size") ?? -100
                            try connection.execute("UPDATE things SET size = $1 WHERE id = 1", [.integer(size + 1)])
                        }
                    }
                }
                try await group.waitForAll()
            }
            let row = try await database.read { try $0.first("SELECT size FROM things WHERE id = 1") }
            #expect(try row?.integer("size") == 50)
        }
    }

    /// Two transactions lock one row each, then want the other's: PostgreSQL ends one, and it is run again.
    @Test(.timeLimit(.minutes(1))) func deadlocksAreRetried() async throws {
        try await withThings(.postgreSQL) { database in
            try await database.transaction { try $0.execute("INSERT INTO things (id, name) VALUES (2, 'two')") }
            let runs = Runs()
            let arrivals = [DispatchSemaphore(value: 0), DispatchSemaphore(value: 0)]
            try await withThrowingTaskGroup { group in
                for number in 0..<2 {
                    group.addTask {
                        try await database.transaction { connection in
                            let update = "UPDATE things SET size = size + 1 WHERE id = $1"
                            try connection.execute(update, [SQLValue(number + 1)])
                            let isFirst = runs.begin() <= 2
                            if isFirst {
                                // Both hold their first row before either asks for its second.
                                arrivals[number].signal()
                                _ = arrivals[1 - number].wait(timeout: .now() + 10)
                            }
                            try connection.execute(update, [SQLValue(2 - number)])
                        }
                    }
                }
                try await group.waitForAll()
            }
            let rows = try await database.read { try $0.query("SELECT size FROM things") }
            #expect(try rows.map { try $0.integer("size") as Int64 } == [2, 2])
            #expect(runs.begin() == 4)
        }
    }

    @Test(arguments: Engine.allCases)
    func aWrongStatementIsShownWithoutItsParameters(_ engine: Engine) async throws {
        try await withThings(engine) { database in
            let error = await #expect(throws: StorageError.self) {
                try await database.read { try $0.query("SELECT nothing FROM nowhere WHERE a = $1", ["secret"]) }
            }
            guard case .statement(let sql, _, _) = error else {
                Issue.record("\(String(describing: error))")
                return
            }
            #expect(sql.contains("nowhere"))
            #expect(error?.description.contains("secret") == false)
        }
    }
}
