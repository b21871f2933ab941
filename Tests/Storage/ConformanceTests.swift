import Foundation
import Logging
import Storage
import Testing

/// What both engines promise.
@Suite struct ConformanceTests {
    @Test(arguments: Engine.allCases)
    func valuesComeBackAsTheyWere(_ engine: Engine) async throws {
        let values: [(String, SQLValue)] = [
            ("t", "plain"), ("t", "Ångström 星 👩‍🚀 e\u{301} ' \" $1 \\"), ("t", ""), ("t", .null),
            ("i", .integer(.max)), ("i", .integer(.min)), ("i", 0), ("i", .null),
            ("r", 0.1), ("r", .real(.greatestFiniteMagnitude)), ("r", .real(.leastNonzeroMagnitude)), ("r", -3.5),
            ("b", .blob(Array(0...255))), ("b", .blob([])), ("b", .null),
        ]
        try await engine.withDatabase { database in
            try await database.transaction { connection in
                try connection.execute(
                    "CREATE TABLE kinds (n BIGINT, t TEXT, i BIGINT, r DOUBLE PRECISION, b \(connection.dialect.blobType))"
                )
            }
            for (number, (column, value)) in values.enumerated() {
                let back = try await database.transaction { connection in
                    // $2 stands before $1: parameters go by number, not by place.
                    try connection.query(
                        "INSERT INTO kinds (\(column), n) VALUES ($2, $1) RETURNING \(column)",
                        [SQLValue(number), value]
                    ).first?.value(column)
                }
                #expect(back == value)
                let stored = try await database.read {
                    try $0.first("SELECT * FROM kinds WHERE n = $1", [SQLValue(number)])?.value(column)
                }
                #expect(stored == value)
            }
        }
    }

    @Test(arguments: Engine.allCases)
    func whatOneEngineCannotStoreBothRefuse(_ engine: Engine) async throws {
        try await engine.withDatabase { database in
            for value in [SQLValue.text("a\u{0}b"), .real(.nan), .real(.infinity)] {
                let error = await #expect(throws: StorageError.self) {
                    try await database.read { try $0.query("SELECT $1 AS x, $2 AS y", [1, value]) }
                }
                guard case .unusableValue(parameter: 2, _) = error else {
                    Issue.record("\(value.kind) gave \(String(describing: error))")
                    continue
                }
            }
        }
    }

    @Test(arguments: Engine.allCases)
    func expressionsHaveTheSameKinds(_ engine: Engine) async throws {
        try await engine.withDatabase { database in
            let row = try await database.transaction { connection in
                try connection.execute("CREATE TABLE numbers (n BIGINT)")
                try connection.execute("INSERT INTO numbers VALUES ($1), ($2)", [1, 2])
                return try connection.first(
                    """
                    SELECT COUNT(*) AS count, SUM(n) AS sum, MAX(n) AS max, 1 = 1 AS truth, AVG(n) AS mean,
                        CAST(NULL AS TEXT) AS absent FROM numbers WHERE n IN (\(SQLList.placeholders(from: 1, count: 2)))
                    """,
                    [1, 2]
                )
            }
            let found = try #require(row)
            #expect(try found.integer("count") == 2)
            #expect(try found.integer("sum") == 3)
            #expect(try found.integer("max") as Int == 2)
            #expect(try found.boolean("truth"))
            #expect(try found.real("mean") == 1.5)
            #expect(try found.optionalText("absent") == nil)
            #expect(throws: StorageError.column(name: "count", expected: "text", found: "integer")) {
                try found.text("count")
            }
            #expect(throws: StorageError.self) { try found.integer("unknown") }
        }
    }

    @Test(arguments: Engine.allCases)
    func wholeNumbersInARealColumnAreReadAsReal(_ engine: Engine) async throws {
        try await engine.withDatabase { database in
            let row = try await database.transaction { connection in
                try connection.execute("CREATE TABLE t (r DOUBLE PRECISION)")
                return try connection.first("INSERT INTO t VALUES ($1) RETURNING r", [-3.0])
            }
            #expect(try row?.real("r") == -3)
        }
    }

    @Test(arguments: Engine.allCases)
    func rowsChangedAreCounted(_ engine: Engine) async throws {
        try await engine.withDatabase { database in
            let counts = try await database.transaction { connection in
                [
                    try connection.execute("CREATE TABLE t (n BIGINT)"),
                    try connection.execute("INSERT INTO t VALUES (1), (2), (3)"),
                    try connection.execute("UPDATE t SET n = n + 1 WHERE n > $1", [1]),
                    try connection.execute("CREATE INDEX t_n ON t (n)"),
                    try connection.execute("DELETE FROM t WHERE n = $1", [99]),
                ]
            }
            #expect(counts == [0, 3, 2, 0, 0])
        }
    }

    @Test(arguments: Engine.allCases)
    func likeTellsCases(_ engine: Engine) async throws {
        try await engine.withDatabase { database in
            let row = try await database.read { try $0.first("SELECT 'abc' LIKE 'A%' AS same") }
            #expect(try row?.boolean("same") == false)
        }
    }

    @Test(arguments: Engine.allCases)
    func readsMayNotWrite(_ engine: Engine) async throws {
        try await engine.withDatabase { database in
            try await database.transaction { try $0.execute("CREATE TABLE t (n BIGINT)") }
            await #expect(throws: StorageError.self) {
                try await database.read { try $0.execute("INSERT INTO t VALUES (1)") }
            }
            #expect(try await database.read { try $0.query("SELECT n FROM t") }.isEmpty)
        }
    }

    @Test(arguments: Engine.allCases)
    func aClosedDatabaseSaysSo(_ engine: Engine) async throws {
        try await engine.withLocation { location in
            let database = try await location.open(logger: .init(label: "test"))
            let signals = database.signals("anything")
            await database.close()
            await #expect(throws: StorageError.self) { try await database.read { try $0.query("SELECT 1") } }
            var ended = 0
            for await _ in signals { ended += 1 }
            #expect(ended <= 1)
        }
    }

    @Test func sqliteIsAsDurableAsWasAskedFor() async throws {
        try await Engine.sqlite.withDatabase { database in
            let pragmas = try await database.transaction { connection in
                try ["synchronous", "foreign_keys"].map { try connection.first("PRAGMA \($0)")?.values ?? [] }
            }
            #expect(pragmas == [[2], [1]])
        }
    }

    @Test(arguments: ["", ":memory:", "mysql://host/name"])
    func unknownLocationsAreRefused(_ text: String) {
        #expect(throws: StorageError.self) { try DatabaseLocation(text) }
    }

    @Test func locationsAreRead() throws {
        #expect(try DatabaseLocation("sqlite:///var/lib/a.db") == .sqlite(path: "/var/lib/a.db"))
        #expect(try DatabaseLocation("sqlite:a.db") == .sqlite(path: "a.db"))
        #expect(try DatabaseLocation("data/a.db") == .sqlite(path: "data/a.db"))
        #expect(try DatabaseLocation("postgresql://h/n") == .postgreSQL(uri: "postgresql://h/n"))
    }

    @Test func anEmptyListMatchesNothing() async throws {
        #expect(SQLList.placeholders(from: 3, count: 3) == "$3,$4,$5")
        for engine in Engine.allCases {
            try await engine.withDatabase { database in
                let rows = try await database.read {
                    try $0.query("SELECT 1 AS one WHERE 1 IN (\(SQLList.placeholders(from: 1, count: 0)))")
                }
                #expect(rows.isEmpty)
            }
        }
    }
}
