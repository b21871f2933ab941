import Documents
import Foundation
import Logging
import Storage
import TaskQueue
import Testing

@testable import Gateway

/// The two engines; a missing PostgreSQL is a failure, never a silent skip.
enum Engine: String, CaseIterable {
    case sqlite, postgreSQL

    /// Gives a body an empty database with the spine's tables.
    func withSpine(_ body: (any Database, JobStore) async throws -> Void) async throws {
        let origin: DatabaseLocation
        switch self {
        case .sqlite: origin = .sqlite(path: NSTemporaryDirectory() + "origin")
        case .postgreSQL:
            let uri = try #require(
                ProcessInfo.processInfo.environment["FARFIELD_TEST_POSTGRES"],
                "FARFIELD_TEST_POSTGRES is not set: run ./scripts/test, which starts a PostgreSQL for the tests"
            )
            origin = try DatabaseLocation(uri)
        }
        let name = "spine_" + UUID().uuidString.lowercased().filter { $0 != "-" }
        let scratch = try await ScratchDatabase.create(beside: origin, name: name)
        let database = try await scratch.location.open(logger: Logger(label: "test"))
        let outcome: Result<Void, any Error>
        do {
            try await migrate(database, GatewayRuntime.migrations)
            let store = JobStore(tasks: JobTasks(queue: TaskStore()), keeper: .system)
            outcome = .success(try await body(database, store))
        } catch {
            outcome = .failure(error)
        }
        await database.close()
        try await scratch.remove()
        try outcome.get()
    }
}

@Suite("The job store")
struct JobStoreTests {
    @Test("writes a change, its event and the next task together", arguments: Engine.allCases)
    func writesTogether(engine: Engine) async throws {
        try await engine.withSpine { database, store in
            let job = sampleJob()
            try await database.transaction { connection in
                try SubmissionStore.insert(job, dependencies: [], on: connection)
                try store.apply(.ready, to: job.id, on: connection)
                try store.apply(.submitting, to: job.id, on: connection)
            }
            let (stored, events, tasks) = try await database.read { connection in
                (
                    try store.find(job.id, on: connection),
                    try EventStore.events(of: job.id, after: 0, limit: 10, on: connection),
                    try TaskStore().counts(on: connection)
                )
            }
            #expect(stored?.state == .staging)
            #expect(stored?.submission == .trying)
            #expect(events.map(\.kind) == [.state])
            #expect(events.map(\.state) == [.staging])
            #expect(tasks.map(\.kind) == [TaskKind.submit])
        }
    }

    @Test("leaves nothing behind when the transaction fails", arguments: Engine.allCases)
    func leavesNothing(engine: Engine) async throws {
        struct Failure: Error {}
        try await engine.withSpine { database, store in
            let job = sampleJob()
            try await database.transaction { try SubmissionStore.insert(job, dependencies: [], on: $0) }
            await #expect(throws: Failure.self) {
                try await database.transaction { connection in
                    try store.apply(.ready, to: job.id, on: connection)
                    throw Failure()
                }
            }
            let counts = try await database.read { try TaskStore().counts(on: $0) }
            #expect(counts.isEmpty)
            #expect(try await database.read { try store.find(job.id, on: $0) }?.submission == Job.Submission.none)
        }
    }

    @Test("reads back what it wrote, facts and array tasks included", arguments: Engine.allCases)
    func readsBack(engine: Engine) async throws {
        try await engine.withSpine { database, store in
            let job = sampleJob(retries: .init(limit: 2, causes: [.timeout, .failed]), arrayCount: 2)
            var facts = SlurmFacts(jobId: "7")
            facts.state = "RUNNING"
            facts.tresAllocated = ["cpu": "2"]
            facts.nodes = "a-n[1-2]"
            let task = ArrayTask(index: 1, state: .failed, slurm: facts)
            let seen = Sighting(phase: .running, facts: facts, reason: "because", tasks: [task])
            try await database.transaction { connection in
                try SubmissionStore.insert(job, dependencies: [], on: connection)
                for input in [JobInput.ready, .submitting, .accepted(slurmID: "7"), .observed(seen)] {
                    try store.apply(input, to: job.id, on: connection)
                }
            }
            let stored = try #require(try await database.read { try store.find(job.id, on: $0) })
            #expect(stored.slurm == facts)
            #expect(stored.retries == job.retries)
            #expect(stored.reason == "because")
            #expect(try await database.read { try store.arrayTasks(of: job.id, on: $0) } == [1: task])
        }
    }

    @Test("pages through a list without losing or repeating a job", arguments: Engine.allCases)
    func pages(engine: Engine) async throws {
        try await engine.withSpine { database, _ in
            let jobs = (0..<7).map { sampleJob(name: "n\($0 % 2)") }
            try await database.transaction { connection in
                for job in jobs { try SubmissionStore.insert(job, dependencies: [], on: connection) }
            }
            var seen: [JobID] = []
            var cursor: String?
            repeat {
                let query = JobQuery(limit: 3, cursor: cursor)
                let page = try await database.read { try JobListStore.page(query, on: $0) }
                seen += page.items.map(\.id)
                cursor = page.next
            } while cursor != nil
            #expect(seen.map(\.text) == jobs.map(\.id.text).sorted(by: >))
            let odd = try await database.read { try JobListStore.page(JobQuery(name: "n1"), on: $0) }
            #expect(odd.items.count == 3)
        }
    }

    @Test("gives the trying jobs of a site before the ready ones, then by priority", arguments: Engine.allCases)
    func ordersSubmissions(engine: Engine) async throws {
        try await engine.withSpine { database, store in
            let (trying, ready, waiting) = (sampleJob(), sampleJob(), sampleJob())
            try await database.transaction { connection in
                for job in [trying, ready, waiting] {
                    try SubmissionStore.insert(job, dependencies: [], on: connection)
                }
                try store.apply(.ready, to: ready.id, on: connection)
                try store.apply(.ready, to: trying.id, on: connection)
                try store.apply(.submitting, to: trying.id, on: connection)
            }
            let found = try await database.read { try store.submitting(lane: Lane(site: "a"), limit: 10, on: $0) }
            #expect(found.map(\.id) == [trying.id, ready.id])
        }
    }

    @Test("refuses a row that breaks the state machine's invariants", arguments: Engine.allCases)
    func refusesBadRows(engine: Engine) async throws {
        try await engine.withSpine { database, _ in
            let job = sampleJob()
            try await database.transaction { try SubmissionStore.insert(job, dependencies: [], on: $0) }
            for change in [
                "state = 'running'", "state = 'completed'", "state = 'dreaming'", "finished_at = 1",
                "state = 'retrieving'",
            ] {
                await #expect(throws: StorageError.self, "\(change)") {
                    try await database.transaction { try $0.execute("UPDATE jobs SET \(change)") }
                }
            }
        }
    }
}
