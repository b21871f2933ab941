import Attestation
import Documents
import Foundation
import LanguageModels
import Logging
import ServiceLifecycle
import Storage
import Synchronization
import Testing

@testable import Gateway
@testable import Simulator

/// The engines a gateway keeps its tables in.
enum TestEngine: String, CaseIterable, CustomTestStringConvertible {
    case sqlite, postgreSQL

    var testDescription: String { rawValue }
}

/// A home folder and a database with a simulated site, on which a test runs the gateway again and again.
final class SimulatedInstallation: Sendable {
    let configuration: GatewayConfiguration
    private let scratch: ScratchDatabase?

    private init(_ engine: TestEngine, _ policy: SimulationPolicy) async throws {
        var configuration = GatewayConfiguration.standard
        configuration.home = NSTemporaryDirectory() + "simulator-" + UUID().uuidString
        configuration.templates = Self.root + "/templates"
        configuration.sites = [.simulated(policy)]
        // A walltime that is too short by the formula would be advised against before it could run out.
        configuration.advice.rejects = .never
        scratch = engine == .sqlite ? nil : try await Self.postgreSQL()
        if case .postgreSQL(let uri)? = scratch?.location { configuration.database = uri }
        self.configuration = configuration
    }

    /// The repository.
    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().path

    private static func postgreSQL() async throws -> ScratchDatabase {
        let uri = try #require(
            ProcessInfo.processInfo.environment["FARFIELD_TEST_POSTGRES"],
            "FARFIELD_TEST_POSTGRES is not set: run ./scripts/test, which starts a PostgreSQL for the tests"
        )
        let name = "simulator_" + UUID().uuidString.lowercased().filter { $0 != "-" }
        return try await ScratchDatabase.create(beside: try DatabaseLocation(uri), name: name)
    }

    /// Gives a body an empty installation, and removes it.
    static func with(
        _ engine: TestEngine = .sqlite,
        clock: SimulationPolicy.Clock = .instantly,
        slots: Int = 4,
        _ body: (SimulatedInstallation) async throws -> Void
    ) async throws {
        var policy = SimulationPolicy()
        policy.clock = clock
        policy.slots = slots
        let installation = try await SimulatedInstallation(engine, policy)
        let outcome: Result<Void, any Error>
        do { outcome = .success(try await body(installation)) } catch { outcome = .failure(error) }
        try? FileManager.default.removeItem(atPath: installation.configuration.home)
        try await installation.scratch?.remove()
        try outcome.get()
    }

    /// Runs a gateway, and stops it afterwards.
    func running<Value: Sendable>(
        asking adviser: Adviser? = nil,
        _ body: @Sendable @escaping (RunningGateway) async throws -> Value
    ) async throws -> Value {
        let runtime = try await GatewayRuntime.open(
            configuration,
            program: "farfield",
            makers: [SimulatorWing.maker],
            keeper: .system,
            logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
        )
        let wing = try await SimulatorWing.open(
            on: runtime.spine,
            asking: adviser ?? Adviser(runtime.spine.models)
        )
        var group = ServiceGroupConfiguration(
            services: runtime.longLived(with: wing.handlers).map { .init(service: $0) },
            logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
        )
        group.maximumGracefulShutdownDuration = .seconds(1)
        let services = ServiceGroup(configuration: group)
        let gateway = RunningGateway(runtime: runtime, folder: configuration.home + "/simulator/simulator")
        let outcome = await withTaskGroup(of: Result<Value, any Error>?.self) { tasks in
            tasks.addTask {
                try? await services.run()
                return nil
            }
            tasks.addTask {
                do { return .success(try await body(gateway)) } catch { return .failure(error) }
            }
            var outcome: Result<Value, any Error>?
            while outcome == nil, let next = await tasks.next() { outcome = next }
            tasks.cancelAll()
            return outcome
        }
        await runtime.close()
        return try #require(outcome).get()
    }
}

/// A gateway that runs, as a test talks to it.
struct RunningGateway: Sendable {
    let runtime: GatewayRuntime
    let folder: String

    var site: SimulatorSite {
        let spine = runtime.spine
        let ground = SiteGround(
            database: spine.database,
            queue: spine.queue,
            tasks: spine.tasks,
            home: spine.configuration.home,
            models: spine.models,
            keeper: spine.keeper,
            logger: spine.logger
        )
        return SimulatorSite(configuration: spine.configuration.sites[0], ground: ground)
    }

    /// Submits a job with these parameters.
    func submit(_ parameters: [String: JSONValue], _ more: [String: JSONValue] = [:]) async throws -> Job {
        let all: JSONValue = .object(
            parameters.merging(["dataset": "J1230+1223", "image_size": 64]) { first, _ in first }
        )
        let manifest: [String: JSONValue] = [
            "apiVersion": "farfield/v1", "name": "test", "site": "simulator", "template": "radio-pipeline",
            "command": "radio-pipeline", "parameters": all,
            "outputs": ["*.json", "image.*", "preview.png", "*.vot", "*.ecsv"],
            "cache": "off",
        ]
        let bytes = JSONValue.object(manifest.merging(more) { $1 }).jsonBytes()
        let answer = try await runtime.services.jobs.submit(
            try Document(json: bytes),
            bodyDigest: SHA256Digest(of: bytes),
            idempotencyKey: nil,
            by: Gateway.Person(name: "admin", isAdmin: true)
        )
        guard case .accepted(let job) = answer else { throw Unexpected(text: "\(answer)") }
        return job
    }

    /// Waits until a job is as a test wants it.
    func wait(_ id: JobID, until isReached: (Job) -> Bool = { $0.state.isFinal }) async throws -> Job {
        let deadline = ContinuousClock.now + .seconds(60)
        while ContinuousClock.now < deadline {
            let job = try await runtime.services.jobs.job(id)
            if isReached(job) { return job }
            if job.state.isFinal { throw Unexpected(text: "it ended: \(job.state) \(job.reason ?? "")") }
            try await Task.sleep(for: .milliseconds(20))
        }
        let job = try await runtime.services.jobs.job(id)
        throw Unexpected(text: "after a minute it is \(job.state): \(job.reason ?? "")")
    }

    /// The outputs that came home, by name.
    func outputs(_ id: JobID) async throws -> [String: SHA256Digest] {
        let outputs = try await runtime.services.outputs.list(id)
        return Dictionary(outputs.map { ($0.path, $0.digest) }) { first, _ in first }
    }

    /// The text of an output.
    func text(_ name: String, of id: JobID) async throws -> [UInt8] {
        let output = try await runtime.services.outputs.output(id, path: name)
        return try await runtime.services.outputs.read(output.digest, offset: 0, length: Int(output.size))
    }

    /// A log, as it came home.
    func log(_ job: Job, _ name: String) throws -> String {
        try String(contentsOfFile: "\(folder)/\(job.submissionKey)/\(name).log", encoding: .utf8)
    }

    func events(_ id: JobID) async throws -> [JobEvent] {
        try await runtime.services.jobs.events(of: id, after: 0, limit: 500)
    }
}

struct Unexpected: Error, CustomStringConvertible {
    let text: String
    var description: String { text }
}

extension SiteConfiguration {
    static func simulated(_ policy: SimulationPolicy = SimulationPolicy()) -> SiteConfiguration {
        var site = SiteConfiguration(
            name: "simulator",
            kind: .simulator,
            simulation: policy,
            host: "simulator",
            workFolder: "~/farfield",
            maxSessions: 5,
            searchPath: [],
            partition: "simulated",
            account: nil,
            qos: nil,
            pollFastest: .milliseconds(50),
            pollSlowest: .milliseconds(200),
            resubmitAfter: .seconds(120),
            commandDeadline: .seconds(60),
            isChosenByGateway: false
        )
        site.maximumActive = nil
        return site
    }
}
