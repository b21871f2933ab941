import Logging
import Storage
import Testing

/// Wake-ups: on commit only, and again after a lost connection.
@Suite(.timeLimit(.minutes(1))) struct SignalTests {
    private struct Stop: Error {}

    @Test(arguments: Engine.allCases)
    func signalsArriveOnCommitOnly(_ engine: Engine) async throws {
        try await engine.withDatabase { database in
            var signals = database.signals("a \"b\" C").makeAsyncIterator()
            #expect(await signals.next() == "", "the first payload says that listening has begun")
            _ = try? await database.transaction { connection in
                try connection.signal("a \"b\" C", "rolled back")
                throw Stop()
            }
            try await database.transaction { connection in
                try connection.signal("a \"b\" C", "kept")
                try connection.signal("a \"b\" C", "kept")
                try connection.signal("elsewhere", "not ours")
                _ = try? connection.savepoint {
                    try connection.signal("a \"b\" C", "taken back")
                    throw Stop()
                }
                try connection.signal("a \"b\" C", "ü")
            }
            #expect(await signals.next() == "kept")
            #expect(await signals.next() == "ü")
            try await database.transaction { try $0.signal("a \"b\" C", "last") }
            #expect(await signals.next() == "last")
        }
    }

    @Test(arguments: Engine.allCases)
    func overlongSignalsAreRefused(_ engine: Engine) async throws {
        try await engine.withDatabase { database in
            await #expect(throws: StorageError.self) {
                try await database.transaction { try $0.signal("c", String(repeating: "x", count: 8000)) }
            }
            await #expect(throws: StorageError.self) {
                try await database.transaction { try $0.signal(String(repeating: "c", count: 64), "x") }
            }
        }
    }

    @Test func signalsCrossProcessesOnPostgreSQL() async throws {
        try await Engine.postgreSQL.withLocation { location in
            let first = try await location.open(logger: .init(label: "test"))
            let second = try await location.open(logger: .init(label: "test"))
            var signals = first.signals("news").makeAsyncIterator()
            #expect(await signals.next() == "")
            try await second.transaction { try $0.signal("news", "from afar") }
            #expect(await signals.next() == "from afar")
            await first.close()
            await second.close()
        }
    }

    @Test func lostConnectionsAreRegained() async throws {
        try await Engine.postgreSQL.withLocation { location in
            let database = try await location.open(connections: 3, logger: .init(label: "test"))
            let killer = try await location.open(connections: 1, logger: .init(label: "test"))
            var signals = database.signals("news").makeAsyncIterator()
            #expect(await signals.next() == "")
            try await database.transaction { try $0.execute("CREATE TABLE t (n BIGINT)") }
            let killed = try await killer.transaction {
                try $0.query(
                    """
                    SELECT pg_terminate_backend(pid) AS done FROM pg_stat_activity
                    WHERE datname = current_database() AND pid <> pg_backend_pid()
                    """
                ).count
            }
            #expect(killed >= 2)
            try await database.transaction { try $0.execute("INSERT INTO t VALUES (1)") }
            #expect(try await database.read { try $0.query("SELECT n FROM t") }.count == 1)
            #expect(await signals.next() == "", "after the loss: anything may have been missed")
            try await database.transaction { try $0.signal("news", "again") }
            #expect(await signals.next() == "again")
            await database.close()
            await killer.close()
        }
    }

    @Test func anUnreachableServerIsUnavailable() async throws {
        let location = try DatabaseLocation("postgresql://nobody@127.0.0.1:1/nothing")
        let error = await #expect(throws: StorageError.self) { try await location.open(logger: .init(label: "test")) }
        guard case .unavailable = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }
}
