import CurlClient
import Foundation
import Logging
import SSHClient
import Slurm
import Storage
import Synchronization
import Testing

@testable import Gateway
@testable import TaskQueue

/// A clock that a test moves.
final class MovedClock: Sendable {
    private let moment = Mutex(Timestamp(seconds: 1_800_000_000))

    var now: Timestamp { moment.withLock { $0 } }
    var keeper: TimeKeeper { TimeKeeper { self.now } }
    var source: TimeSource { TimeSource(now: { self.now.microseconds }, sleep: { _ in }) }

    func move(to later: Timestamp) { moment.withLock { $0 = max($0, later) } }
}

/// A site on the test's clock: it cannot be reached for a while, and goes on working meanwhile.
private final class DistantSite: Site {
    struct State {
        var isCut = false
        /// The next submission arrives, and its answer is lost.
        var losesNextAnswer = false
        var jobs: [String: (slurmID: String, phase: Sighting.Phase)] = [:]
        var submissions: [String: Int] = [:]
        var attempts: [String: Int] = [:]
    }

    let configuration = DecisionTests.site("a")
    let state = Mutex(State())

    private static let cut = "cannot connect to h: connection timed out"

    /// Ends a job there.
    func end(_ key: String, _ ending: JobEnding) { state.withLock { $0.jobs[key]?.phase = .ended(ending) } }

    private func connected<T>(_ what: String, _ body: (inout State) -> T) throws(SiteFailure) -> T {
        let value: T? = state.withLock { state in
            state.attempts[what, default: 0] += 1
            return state.isCut ? nil : body(&state)
        }
        guard let value else { throw SiteFailure(reason: Self.cut, isTransient: true) }
        return value
    }

    func reach() async throws(SiteFailure) { try connected("reach") { _ in } }

    func submit(_ submissions: [Submission]) async -> [SubmissionAnswer] {
        submissions.map { submission in
            state.withLock { state in
                if state.isCut { return .notSubmitted(reason: Self.cut) }
                // Its marker lies in the job's folder.
                if let known = state.jobs[submission.key], !submission.resubmits {
                    return .accepted(slurmID: known.slurmID)
                }
                state.submissions[submission.key, default: 0] += 1
                let id = String(1000 + state.jobs.count)
                state.jobs[submission.key] = (id, .running)
                guard state.losesNextAnswer else { return .accepted(slurmID: id) }
                state.losesNextAnswer = false
                state.isCut = true
                return .unknown(reason: "the connection was lost")
            }
        }
    }

    func find(keys: [String], since: Timestamp, isThorough: Bool) async -> [SearchAnswer] {
        keys.map { key in
            state.withLock { state in
                if state.isCut { return .unknown(reason: Self.cut) }
                return state.jobs[key].map { .found(slurmID: $0.slurmID) } ?? .absent
            }
        }
    }

    func observe(_ jobs: [FollowedJob]) async -> SiteObservation {
        do {
            let answers = try connected("observe") { state in
                jobs.map { job -> (String, SiteObservation.Answer) in
                    guard let known = state.jobs[job.key] else { return (job.slurmID, .notVisible("", isWhole: true)) }
                    return (
                        job.slurmID,
                        .seen(
                            Sighting(phase: known.phase, facts: SlurmFacts(jobId: job.slurmID), reason: nil, tasks: [])
                        )
                    )
                }
            }
            let health = SiteHealth(state: .up, reason: nil)
            return SiteObservation(
                health: health,
                answers: Dictionary(uniqueKeysWithValues: answers),
                partitions: ["normal"]
            )
        } catch {
            return SiteObservation(
                health: SiteHealth(state: .down, reason: error.reason),
                answers: [:],
                partitions: nil
            )
        }
    }

    func cancel(slurmID: String) async throws(SiteFailure) {
        try connected("cancel") { state in
            for (key, job) in state.jobs where job.slurmID == slurmID {
                state.jobs[key]?.phase = .ended(JobEnding(state: .cancelled, reason: nil, cause: nil))
            }
        }
    }

    func read(_ path: String, key: String, offset: Int64, length: Int) async throws(SiteFailure) -> FilePart? {
        try connected("read") { _ in nil }
    }

    func list(_ globs: [String], key: String) async throws(SiteFailure) -> SiteListing {
        try connected("read") { _ in SiteListing(files: [], refused: [:], unmatched: []) }
    }

    func check() async -> [SiteCheck] { [] }
    func login() -> SiteLoginState? { nil }
    func beginLogin() -> SSHLogin? { nil }
    func close() async {}
}

/// The spine's tasks, done one after another on the test's clock.
private struct SlowSpine {
    let world: World
    let clock: MovedClock
    let queue: TaskStore
    let site: DistantSite

    init(_ database: any Database, _ site: DistantSite, _ clock: MovedClock) async throws {
        queue = TaskStore(time: clock.source)
        let tasks = JobTasks(queue: queue)
        world = World(
            database: database,
            store: JobStore(tasks: tasks, keeper: clock.keeper),
            tasks: tasks,
            sites: SiteDirectory(sites: [site]),
            artifacts: sampleLibrary(database),
            sources: RemoteSources(
                policy: .standard,
                client: HTTPClient(.init(userAgent: "test")),
                keeper: clock.keeper
            ),
            advice: .none(database, clock),
            limits: .standard,
            restoredAt: nil,
            keeper: clock.keeper,
            logger: Logger(label: "test")
        )
        (self.clock, self.site) = (clock, site)
        try await database.transaction { try tasks.follow(Lane(site: "a"), at: clock.now, on: $0) }
    }

    func submit(_ name: String) async throws -> Job {
        let job = sampleJob(name: name)
        try await world.database.transaction { connection in
            try SubmissionStore.insert(job, dependencies: [], on: connection)
            try world.store.apply(.ready, to: job.id, on: connection)
        }
        return job
    }

    func job(_ job: Job) async throws -> Job {
        try #require(try await world.database.read { try world.store.find(job.id, on: $0) })
    }

    /// Does everything that becomes due for so long.
    func live(for time: Duration) async throws {
        let end = clock.now + time
        let handlers = Pipeline(world: world).handlers
        while true {
            var isIdle = true
            for handler in handlers {
                let task = try await world.database.transaction { connection in
                    try queue.claim(kind: handler.kind, limit: 1, owner: "w", lease: .seconds(86_400), on: connection)
                        .first
                }
                guard let task else { continue }
                isIdle = false
                let outcome = try await handler.run(task)
                try await world.database.transaction { connection in
                    _ = try queue.settle(task, .outcome(outcome), pause: 0, on: connection)
                }
            }
            guard isIdle else { continue }
            let outlook = try await world.database.read { try queue.outlook(handlers.map(\.kind), on: $0) }
            guard let next = outlook.nextRun.values.min(), next <= end.microseconds else { break }
            clock.move(to: Timestamp(microseconds: next))
        }
        clock.move(to: end)
    }
}

@Suite("A site away for an hour", .timeLimit(.minutes(3)))
struct LongOutageTests {
    @Test("holds what waits, invents nothing, says since when, and heals", arguments: Engine.allCases)
    func anHour(engine: Engine) async throws {
        try await engine.withSpine { database, _ in
            let (site, clock) = (DistantSite(), MovedClock())
            let spine = try await SlowSpine(database, site, clock)
            let running = try await spine.submit("running")
            let cancelled = try await spine.submit("cancelled")
            try await spine.live(for: .seconds(120))
            #expect(try await spine.job(running).state == .running)
            #expect(try await spine.job(cancelled).state == .running)

            site.state.withLock { $0.losesNextAnswer = true }
            let lost = try await spine.submit("lost")
            try await spine.live(for: .seconds(1))
            let begun = clock.now
            let waiting = try await spine.submit("waiting")
            try await database.transaction { connection in
                try spine.world.store.apply(.cancelRequested, to: cancelled.id, on: connection)
            }
            site.state.withLock { $0.attempts = [:] }
            try await watch(spine, since: begun, running: running, waiting: waiting, lost: lost, cancelled: cancelled)

            site.state.withLock { $0.isCut = false }
            try await spine.live(for: .seconds(180))
            for job in [waiting, lost] {
                site.end(job.submissionKey, JobEnding(state: .completed, reason: nil, cause: nil))
            }
            try await spine.live(for: .seconds(300))
            #expect(try await spine.job(running).state == .completed)
            #expect(try await spine.job(cancelled).state == .cancelled)
            #expect(try await spine.job(waiting).state == .completed)
            #expect(try await spine.job(lost).state == .completed)
            let submissions = site.state.withLock { $0.submissions }
            #expect(submissions.count == 4)
            #expect(submissions.values.allSatisfy { $0 == 1 }, "\(submissions)")
            let record = try await database.read { try SiteStatusStore.find("a", on: $0) }
            #expect(record?.state == .up)
        }
    }

    /// Looks every minute of the hour.
    private func watch(
        _ spine: SlowSpine,
        since begun: Timestamp,
        running: Job,
        waiting: Job,
        lost: Job,
        cancelled: Job
    ) async throws {
        let (site, database) = (spine.site, spine.world.database)
        for minute in 1...60 {
            try await spine.live(for: .seconds(60))
            // It ends there, and nobody here can know.
            if minute == 20 { site.end(running.submissionKey, JobEnding(state: .completed, reason: nil, cause: nil)) }
            let record = try #require(try await database.read { try SiteStatusStore.find("a", on: $0) })
            #expect(record.state == .down && record.reason?.contains("timed out") == true)
            #expect(record.since >= begun + .seconds(-1) && record.since <= begun + .seconds(60))
            #expect(spine.clock.now - record.observedAt <= .seconds(31))
            let held = try await spine.job(waiting)
            #expect(held.state == .queued && held.reason?.contains("timed out") == true)
            let open = try await spine.job(lost)
            #expect(open.state == .staging && open.submission == .trying && open.reason != nil)
            let old = try await spine.job(running)
            #expect(old.state == .running && old.observedAt.map { $0 <= begun } == true)
            #expect(try await spine.job(cancelled).state == .running)
        }
        // It is called again and again, but not without end, and the events do not fill up.
        let attempts = site.state.withLock { $0.attempts }
        #expect(attempts.values.reduce(0, +) > 120)
        #expect(attempts.values.allSatisfy { $0 <= 800 }, "\(attempts)")
        for job in [running, waiting, lost, cancelled] {
            let events = try await database.read { try EventStore.events(of: job.id, after: 0, limit: 100, on: $0) }
            #expect(events.count < 10, "\(events)")
        }
    }
}
