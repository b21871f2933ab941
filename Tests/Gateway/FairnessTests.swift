import Documents
import Foundation
import Storage
import Testing

@testable import Gateway

@Suite("Fair shares")
struct FairShareTests {
    private static func share(_ owner: String, _ waiting: Int, _ priorityClass: PriorityClass = .normal) -> WaitingShare
    {
        WaitingShare(owner: owner, priorityClass: priorityClass, waiting: waiting)
    }

    @Test("somebody's first job does not wait for another's ten thousand")
    func firstJob() {
        let turns = FairShare.turns(
            [Self.share("many", 10_000), Self.share("one", 1)],
            used: [:],
            rooms: [:],
            limit: 100
        )
        #expect(turns.count == 100)
        #expect(turns.prefix(2).contains { $0.owner == "one" })
    }

    @Test("who used little lately goes before who used much, until both have used the same")
    func lateComer() {
        let turns = FairShare.turns(
            [Self.share("a", 50), Self.share("b", 50)],
            used: ["a": 10, "b": 0],
            rooms: [:],
            limit: 30
        )
        #expect(turns.prefix(10).allSatisfy { $0.owner == "b" })
        #expect(abs(turns.count { $0.owner == "a" } + 10 - turns.count { $0.owner == "b" }) <= 1)
    }

    @Test("a higher class goes first, whoever it is of")
    func classes() {
        let turns = FairShare.turns(
            [Self.share("a", 3, .low), Self.share("b", 2, .urgent), Self.share("a", 2)],
            used: ["b": 1000],
            rooms: [:],
            limit: 10
        )
        #expect(turns.map(\.priorityClass) == [.urgent, .urgent, .normal, .normal, .low, .low, .low])
    }

    @Test("hold for any people, uses, rooms and numbers: nobody is passed over, nothing is made up, no room exceeded")
    func properties() {
        var random = SystemRandomNumberGenerator()
        for _ in 0..<300 {
            let owners = (0..<Int.random(in: 1...12, using: &random)).map { "p\($0)" }
            let shares = owners.flatMap { owner in
                PriorityClass.allCases.map { Self.share(owner, Int.random(in: 0...20, using: &random), $0) }
            }
            var used: [String: Double] = [:]
            var rooms: [String: Int] = [:]
            for owner in owners {
                used[owner] = Double.random(in: 0...20, using: &random)
                if Bool.random(using: &random) { rooms[owner] = Int.random(in: 0...15, using: &random) }
            }
            let limit = Int.random(in: 0...200, using: &random)
            let turns = FairShare.turns(shares, used: used, rooms: rooms, limit: limit)
            #expect(turns == FairShare.turns(shares.shuffled(), used: used, rooms: rooms, limit: limit))
            #expect(turns.count <= limit)
            #expect(turns.map(\.priorityClass) == turns.map(\.priorityClass).sorted(by: >))
            for share in shares {
                let given = turns.count { $0.owner == share.owner && $0.priorityClass == share.priorityClass }
                #expect(given <= share.waiting)
            }
            for (owner, room) in rooms { #expect(turns.count { $0.owner == owner } <= room) }
            // Whatever could go does, as far as the limit allows.
            let possible = owners.map { owner in
                min(rooms[owner] ?? .max, shares.filter { $0.owner == owner }.reduce(0) { $0 + $1.waiting })
            }.reduce(0, +)
            #expect(turns.count == min(limit, possible))
        }
    }

    @Test(
        "half of the use is forgotten in each half-life",
        arguments: [(0, 8.0), (3600, 4.0), (1800, 5.656854), (10_800, 1.0)]
    )
    func decay(seconds: Int, left: Double) {
        #expect(abs(FairShare.decayed(8, after: .seconds(seconds)) - left) < 0.0001)
    }

    @Test("of long ago nothing is left, and a clock that was set back makes nobody's use larger")
    func decayAtTheEnds() {
        #expect(FairShare.decayed(1e9, after: .seconds(86_400 * 365)) == 0)
        #expect(FairShare.decayed(8, after: .seconds(-5)) == 8)
    }

    @Test(
        "classes are bands of the priority, the same in SQL",
        arguments: [
            (0, PriorityClass.low), (29, .low), (30, .normal), (50, .normal), (89, .normal), (90, .urgent),
            (100, .urgent),
        ]
    )
    func bands(priority: Int, expected: PriorityClass) async throws {
        #expect(PriorityClass(priority: priority) == expected)
        try await Engine.sqlite.withSpine { database, _ in
            let row = try await database.read { connection in
                try connection.first(
                    "SELECT \(PriorityClass.column) AS class FROM (SELECT \(priority) AS priority) AS one"
                )
            }
            #expect(try row?.integer("class") == expected.rawValue)
        }
    }

    @Test("only admins go first")
    func urgent() throws {
        try PriorityClass.require(95, for: Person(name: "a", isAdmin: true))
        try PriorityClass.require(89, for: Person(name: "r", isAdmin: false))
        let error = #expect(throws: GatewayError.self) {
            try PriorityClass.require(90, for: Person(name: "r", isAdmin: false))
        }
        #expect(error?.kind == .invalidManifest)
        #expect(error?.faults.map(\.path) == ["/priority"])
    }
}

@Suite("The gateway's own queue")
struct SendingTests {
    private func add(
        _ owner: String,
        _ count: Int,
        priority: Int = 50,
        _ database: any Database,
        _ store: JobStore
    ) async throws {
        try await database.transaction { connection in
            for _ in 0..<count {
                let job = sampleJob(owner: owner, priority: priority)
                try SubmissionStore.insert(job, dependencies: [], on: connection)
                try store.apply(.ready, to: job.id, on: connection)
            }
        }
    }

    private func rules(active: Int? = nil, person: Int? = nil) -> SendingRules {
        SendingRules(lane: Lane(site: "a"), maximumActive: active, maximumPerPerson: person)
    }

    @Test("sends by turns, urgent ones first, and a person's own by priority", arguments: Engine.allCases)
    func order(engine: Engine) async throws {
        try await engine.withSpine { database, store in
            try await add("many", 20, database, store)
            try await add("many", 1, priority: 60, database, store)
            try await add("few", 2, database, store)
            try await add("boss", 1, priority: 95, database, store)
            let next = try await database.read { try store.submitting(rules(), limit: 6, on: $0) }
            #expect(next.jobs.map(\.owner) == ["boss", "few", "many", "few", "many", "many"])
            #expect(next.jobs.first { $0.owner == "many" }?.priority == 60)
            #expect(next.hindrance == nil)
        }
    }

    @Test("remembers who was served, so that the next turn is another's", arguments: Engine.allCases)
    func memory(engine: Engine) async throws {
        try await engine.withSpine { database, store in
            try await add("early", 5, database, store)
            try await database.transaction { connection in
                for job in try store.claim(
                    try store.submitting(rules(), limit: 3, on: connection).jobs,
                    rules(),
                    on: connection
                ) {
                    try store.apply(.submitting, to: job.id, on: connection)
                }
            }
            try await add("late", 5, database, store)
            let next = try await database.read { try store.submitting(rules(), limit: 8, on: $0) }
            #expect(next.jobs.prefix(3).allSatisfy { $0.submission == .trying })
            #expect(next.jobs.dropFirst(3).prefix(2).map(\.owner) == ["late", "late"])
        }
    }

    @Test("never holds more at a site than it may, and says that the site is full", arguments: Engine.allCases)
    func room(engine: Engine) async throws {
        try await engine.withSpine { database, store in
            try await add("a", 10, database, store)
            let rules = rules(active: 4)
            let next = try await database.read { try store.submitting(rules, limit: 100, on: $0) }
            #expect(next.jobs.count == 4)
            #expect(next.hindrance == .site)
            // Several senders at once, each with the same look at what waits.
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<6 {
                    group.addTask {
                        try await database.transaction { connection in
                            let all = try store.submitting(self.rules(), limit: 100, on: connection).jobs
                            for job in try store.claim(all, rules, on: connection) {
                                try store.apply(.submitting, to: job.id, on: connection)
                            }
                        }
                    }
                }
                try await group.waitForAll()
            }
            #expect(try await database.read { try FairShareStore.active(site: "a", on: $0) } == 4)
            let after = try await database.read { try store.submitting(rules, limit: 100, on: $0) }
            #expect(after.jobs.allSatisfy { $0.submission == .trying })
            #expect(after.hindrance == .site)
        }
    }

    @Test("holds back who has enough at sites, and nobody else; admins are not counted", arguments: Engine.allCases)
    func people(engine: Engine) async throws {
        try await engine.withSpine { database, store in
            for owner in ["a", "b", "admin"] { try await add(owner, 5, database, store) }
            try await database.transaction { try FairShareStore.note(owner: "admin", isExempt: true, on: $0) }
            let rules = rules(person: 2)
            let next = try await database.read { try store.submitting(rules, limit: 100, on: $0) }
            #expect(next.jobs.count { $0.owner == "admin" } == 5)
            #expect(next.jobs.count { $0.owner == "a" } == 2)
            #expect(next.jobs.count { $0.owner == "b" } == 2)
            #expect(next.hindrance == .people(["a", "b"]))
        }
    }

    @Test("fifty submitters at once do not exceed a person's cap", arguments: Engine.allCases)
    func queued(engine: Engine) async throws {
        try await engine.withSpine { database, _ in
            let caps = PersonalCaps(queued: 7, active: nil)
            let person = Person(name: "eager", isAdmin: false)
            let refused = try await withThrowingTaskGroup(of: Bool.self) { group in
                for _ in 0..<50 {
                    group.addTask {
                        do {
                            try await database.transaction { connection in
                                try SubmissionStore.insert(sampleJob(owner: "eager"), dependencies: [], on: connection)
                                try caps.require(person, on: connection)
                            }
                            return false
                        } catch let error as GatewayError where error.kind == .tooManyJobs {
                            return true
                        }
                    }
                }
                return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
            #expect(refused == 43)
            #expect(try await database.read { try FairShareStore.queued(owner: "eager", on: $0) } == 7)
        }
    }

    @Test("reads the next of 50,000 waiting jobs by its index", arguments: Engine.allCases)
    func plan(engine: Engine) async throws {
        try await engine.withSpine { database, store in
            let turn = Turn(owner: "a", priorityClass: .normal)
            for owner in ["a", "b", "c"] { try await add(owner, 1, database, store) }
            try await database.transaction { connection in
                let names = try #require(try connection.first("SELECT * FROM jobs LIMIT 1")).columns
                let values = names.map { $0 == "id" ? "SUBSTR(jobs.id, 1, LENGTH(jobs.id) - 6) || (100000 + i)" : $0 }
                    .joined(separator: ", ")
                try connection.execute(
                    """
                    WITH RECURSIVE numbers (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM numbers WHERE i < 16666)
                    INSERT INTO jobs (\(names.joined(separator: ", "))) SELECT \(values) FROM jobs, numbers
                    """
                )
                try connection.execute("ANALYZE jobs")
            }
            let word = engine == .sqlite ? "EXPLAIN QUERY PLAN" : "EXPLAIN"
            let plan = try await database.transaction { connection in
                try connection.query(
                    word + " " + FairShareStore.nextText,
                    [.text("a"), .integer(Int64(turn.priorityClass.rawValue)), .text(turn.owner), .integer(10)]
                ).map { "\($0)" }.joined()
            }
            #expect(plan.contains("jobs_ready"))
            #expect(!plan.contains("TEMP B-TREE") && !plan.contains("Sort"))
            #expect(try await database.read { try store.submitting(rules(), limit: 100, on: $0) }.jobs.count == 100)
        }
    }
}
