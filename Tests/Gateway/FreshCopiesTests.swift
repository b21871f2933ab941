import Storage
import Testing

@testable import Gateway

@Suite("Copies of what was read")
struct FreshCopiesTests {
    @Test("count until something is committed, and an older one never replaces a newer")
    func staleness() {
        let copies = FreshCopies<String>(most: 2)
        copies.keep("one", as: "a", at: 7)
        #expect(copies.value("a", at: 7) == "one")
        #expect(copies.value("a", at: 8) == nil)
        copies.keep("two", as: "a", at: 8)
        copies.keep("late", as: "a", at: 7)
        #expect(copies.value("a", at: 8) == "two")
        #expect(copies.value("a", at: 7) == nil)
        #expect(copies.value("a", at: nil) == nil)
        copies.keep("never", as: "b", at: nil)
        #expect(copies.value("b", at: nil) == nil)
        for name in ["b", "c", "d"] { copies.keep(name, as: name, at: 8) }
        #expect(["a", "b", "c", "d"].count { copies.value($0, at: 8) != nil } <= 2)
        #expect(copies.value("d", at: 8) == "d")
    }

    @Test("SQLite counts its commits before a writer goes on; PostgreSQL, which others may write, counts none")
    func commits() async throws {
        try await Engine.sqlite.withSpine { database, store in
            let before = try #require(database.commits)
            let job = sampleJob()
            try await database.transaction { try SubmissionStore.insert(job, dependencies: [], on: $0) }
            #expect(database.commits == before + 1)
            _ = try await database.read { try store.find(job.id, on: $0) }
            #expect(database.commits == before + 1)
        }
        try await Engine.postgreSQL.withSpine { database, _ in #expect(database.commits == nil) }
    }
}
