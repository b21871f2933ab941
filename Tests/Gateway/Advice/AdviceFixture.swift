import Attestation
import CurlClient
import Documents
import Foundation
import LanguageModels
import Logging
import SSHClient
import Storage
import Synchronization
import Testing

@testable import Gateway
@testable import TaskQueue

/// A site that is never called, with a formula.
struct FormulaSite: Site {
    let configuration: SiteConfiguration
    let minutes: Double?

    func estimatedMinutes(of manifest: JobManifest) -> Double? { minutes }
    func reach() async throws(SiteFailure) {}
    func submit(_ submissions: [Submission]) async -> [SubmissionAnswer] {
        submissions.map { _ in .notSubmitted(reason: "never") }
    }
    func find(keys: [String], since: Timestamp, isThorough: Bool) async -> [SearchAnswer] { keys.map { _ in .absent } }
    func observe(_ jobs: [FollowedJob]) async -> SiteObservation {
        SiteObservation(health: SiteHealth(state: .up, reason: nil), answers: [:], partitions: nil)
    }
    func cancel(slurmID: String) async throws(SiteFailure) {}
    func read(_ path: String, key: String, offset: Int64, length: Int) async throws(SiteFailure) -> FilePart? { nil }
    func list(_ globs: [String], key: String) async throws(SiteFailure) -> SiteListing {
        SiteListing(files: [], refused: [:], unmatched: [])
    }
    func check() async -> [SiteCheck] { [] }
    func login() -> SiteLoginState? { nil }
    func beginLogin() -> SSHLogin? { nil }
    func close() async {}
}

/// What a scripted model says, and what it was asked.
final class ScriptedAnswers: Sendable {
    enum Line: Sendable {
        case answer(JSONValue, AnswerSource)
        case failure(ModelFailure)
    }

    let lines: Mutex<[Line]>
    let asked = Mutex<[(question: StructuredQuestion, budget: Duration)]>([])

    init(_ lines: [Line]) { self.lines = Mutex(lines) }

    var ask: AdviceDesk.Ask {
        { question, budget async throws(ModelFailure) in
            self.asked.withLock { $0.append((question, budget)) }
            let line = self.lines.withLock { $0.isEmpty ? nil : $0.removeFirst() }
            switch line {
            case .answer(let value, let source)?:
                return ModelAnswer(
                    value: value,
                    source: source,
                    endpoint: "local",
                    model: "mistral",
                    digest: "sha256:7",
                    promptTokens: nil,
                    answerTokens: nil,
                    took: .seconds(1)
                )
            case .failure(let failure)?: throw failure
            case nil: throw ModelFailure(.providerUnavailable(.timeout), "the budget is over")
            }
        }
    }

    static func verdict(_ isValid: Bool, _ feedback: String = "", confidence: Int = 90, minutes: Int = 12) -> Line {
        .answer(
            [
                "isValid": .boolean(isValid), "feedback": .string(feedback), "confidence": .integer(confidence),
                "estimatedMinutes": .integer(minutes), "reasoning": "A usual job.",
            ],
            .model
        )
    }

    static let slow = Line.failure(ModelFailure(.providerUnavailable(.timeout), "the budget is over"))
}

/// Submissions to a simulated site and to a cluster, with models that a test scripts.
struct AdviceFixture: Sendable {
    let clock = MovedClock()
    let database: any Database
    let queue: TaskStore
    let desk: AdviceDesk
    let jobs: JobService
    let world: World
    let approvals: ApprovalService

    init(
        _ database: any Database,
        models: ScriptedAnswers? = nil,
        formula: Double? = nil,
        approvals rules: ApprovalPolicy = .none,
        _ change: (inout AdvicePolicy) -> Void = { _ in }
    ) {
        var policy = AdvicePolicy.standard
        change(&policy)
        var simulated = DecisionTests.site("sim")
        (simulated.kind, simulated.isChosenByGateway) = (.simulator, false)
        let sites: [any Site] = [
            FormulaSite(configuration: DecisionTests.site("a"), minutes: nil),
            FormulaSite(configuration: simulated, minutes: formula),
        ]
        self.database = database
        queue = TaskStore(time: clock.source)
        desk = Self.desk(database, queue, models, policy, clock)
        let tasks = JobTasks(queue: queue)
        world = World(
            database: database,
            store: JobStore(tasks: tasks, keeper: clock.keeper),
            tasks: tasks,
            sites: SiteDirectory(sites: sites),
            artifacts: sampleLibrary(database, keeper: clock.keeper),
            sources: RemoteSources(
                policy: .standard,
                client: HTTPClient(.init(userAgent: "test")),
                keeper: clock.keeper
            ),
            approvals: rules,
            advice: desk,
            limits: .standard,
            restoredAt: nil,
            keeper: clock.keeper,
            logger: Logger(label: "test")
        )
        approvals = ApprovalService(database: database, desk: world.approvals)
        jobs = Self.jobs(world)
    }

    /// The same with another desk.
    private init(_ other: AdviceFixture, _ desk: AdviceDesk) {
        (database, queue, approvals, world) = (other.database, other.queue, other.approvals, other.world)
        (self.desk, jobs) = (desk, Self.jobs(other.world, desk))
    }

    func advised(by desk: AdviceDesk) -> AdviceFixture { AdviceFixture(self, desk) }

    /// Asks for late advice as a submission does.
    func plan(_ job: JobID) async throws {
        let request = TaskRequest(kind: TaskKind.adviseLate, key: job.text, payload: "{}")
        try await database.transaction { try queue.enqueue(request, on: $0) }
    }

    private static func desk(
        _ database: any Database,
        _ queue: TaskStore,
        _ models: ScriptedAnswers?,
        _ policy: AdvicePolicy,
        _ clock: MovedClock
    ) -> AdviceDesk {
        AdviceDesk(
            policy: policy,
            hasModels: models != nil,
            ask: models?.ask ?? ScriptedAnswers([]).ask,
            health: { [] },
            database: database,
            queue: queue,
            isKept: true,
            keeper: clock.keeper
        )
    }

    private static func jobs(_ world: World, _ advice: AdviceDesk? = nil) -> JobService {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        return JobService(
            database: world.database,
            store: world.store,
            tasks: world.tasks,
            admission: Admission(
                sites: world.sites,
                templates: TemplateCatalog(folder: root.appendingPathComponent("templates").path)
            ),
            sources: .standard,
            budget: Budget(database: world.database, keeper: world.keeper),
            results: world.results,
            approvals: world.approvals,
            advice: advice ?? world.advice,
            artifacts: world.artifacts,
            backlog: Backlog(limit: 1000),
            caps: .standard,
            keeper: world.keeper,
            feed: EventFeed(database: world.database)
        )
    }

    static let ada = Person(name: "ada", role: .researcher)

    /// A job of ada's at a site.
    func submit(
        _ site: String = "sim",
        _ more: String = "command: 'true'",
        nodes: Int = 1,
        insists: Bool = false,
        key: String? = nil
    ) async throws -> Job {
        let text = "name: x\nsite: \(site)\nresources: {walltime: 10m, nodes: \(nodes)}\n\(more)"
        let answer = try await jobs.submit(
            try Document(yaml: text),
            bodyDigest: SHA256Digest(of: text.utf8),
            idempotencyKey: key,
            by: Self.ada,
            insists: insists
        )
        guard case .accepted(let job) = answer else { throw CocoaError(.featureUnsupported) }
        return job
    }

    /// Does the next waiting late advice; nil when there is none.
    @discardableResult
    func adviseLate(with models: ScriptedAnswers) async throws -> TaskOutcome? {
        let task = try await database.transaction { connection in
            try queue.claim(kind: TaskKind.adviseLate, limit: 1, owner: "w", lease: .seconds(60), on: connection).first
        }
        guard let task else { return nil }
        let desk = Self.desk(database, queue, models, .standard, clock)
        let handler = LateAdvice(desk: desk, store: jobs.store, logger: Logger(label: "test"))
        let outcome = try await handler.run(task)
        try await database.transaction { connection in
            _ = try queue.settle(task, .outcome(outcome), pause: 0, on: connection)
        }
        return outcome
    }

    func events(of job: JobID) async throws -> [JobEvent] {
        try await database.read { try EventStore.events(of: job, after: 0, limit: 100, on: $0) }
    }

    func count(_ table: String) async throws -> Int {
        try await database.read { Int(try $0.first("SELECT COUNT(*) AS n FROM \(table)")?.integer("n") ?? 0) }
    }

    /// Lets jobs of somebody's have run at the simulated site for so long, in minutes; negative for those that failed.
    func past(_ minutes: [Double], owner: String = "ada") async throws {
        for value in minutes {
            var job = sampleJob(owner: owner)
            job.state = value < 0 ? .failed : .completed
            job.finishedAt = clock.now
            let facts = JobRow.text(SlurmFacts(jobId: "1").running(for: abs(value)))
            let written = job
            try await database.transaction { connection in
                try SubmissionStore.insert(written, dependencies: [], on: connection)
                try connection.execute(
                    "UPDATE jobs SET site = 'sim', slurm = $2 WHERE id = $1",
                    [.text(written.id.text), .text(facts)]
                )
            }
        }
    }
}

extension SlurmFacts {
    fileprivate func running(for minutes: Double) -> SlurmFacts {
        var facts = self
        facts.elapsedSeconds = Int(minutes * 60)
        return facts
    }
}

extension AdviceDesk {
    /// A desk without models.
    static func none(_ database: any Database, _ clock: MovedClock) -> AdviceDesk {
        AdviceDesk(
            policy: .standard,
            hasModels: false,
            ask: ScriptedAnswers([]).ask,
            health: { [] },
            database: database,
            queue: TaskStore(time: clock.source),
            isKept: true,
            keeper: clock.keeper
        )
    }
}
