import CurlClient
import Documents
import Foundation
import Logging
import Storage
import Testing

/// A PostgreSQL database and a home folder, on which the gateways of one test work together.
final class SharedInstallation: Sendable {
    /// Where the database is.
    let uri: String
    /// The home folder.
    let home: String

    init(uri: String) throws {
        self.uri = uri
        home = NSTemporaryDirectory() + "farfield-home-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: home, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: home) }

    /// Gives `body` an empty installation on the tests' server and removes its database afterwards.
    static func with(_ body: (SharedInstallation) async throws -> Void) async throws {
        let origin = try DatabaseLocation(TestCluster.variable("FARFIELD_TEST_POSTGRES"))
        let name = "gateways_" + UUID().uuidString.lowercased().filter { $0 != "-" }
        let scratch = try await ScratchDatabase.create(beside: origin, name: name)
        guard case .postgreSQL(let uri) = scratch.location else { throw CocoaError(.featureUnsupported) }
        let outcome: Result<Void, any Error>
        do {
            outcome = .success(try await body(SharedInstallation(uri: uri)))
        } catch {
            outcome = .failure(error)
        }
        try await scratch.remove()
        try outcome.get()
    }

    /// A gateway of this installation, not yet started.
    func gateway(
        sites: String = TestCluster.site(),
        general: String = "",
        home: String? = nil
    ) throws -> GatewayProcess {
        try GatewayProcess(sites: sites, general: "database: \(uri)\n\(general)", state: home ?? self.home)
    }

    /// Runs statements on the database, in one transaction.
    ///
    /// - Returns: the rows of the last one.
    @discardableResult
    func sql(_ statements: String...) async throws -> [Row] {
        let database = try await DatabaseLocation(uri).open(connections: 1, logger: Logger(label: "test"))
        do {
            let rows = try await database.transaction { connection in
                try statements.map { try connection.query($0) }.last ?? []
            }
            await database.close()
            return rows
        } catch {
            await database.close()
            throw error
        }
    }
}

/// Clients that submit one job after another until they are told to stop, each with a key of its own.
actor SubmittingClients {
    /// A manifest of a job that ends at once.
    static let manifest = "name: load\ncommand: 'true'\nresources: {memory: 20M, walltime: 2m}"

    private var isStopped = false
    /// The accepted jobs.
    private(set) var ids: [String] = []
    /// Every status seen, and how often; -1 is a connection that failed.
    private(set) var statuses: [Int: Int] = [:]
    /// Answers that break the promise, in words.
    private(set) var faults: [String] = []

    /// Lets `body` happen while clients submit at the gateways in turn, then waits for their last answers.
    func submit(_ count: Int, to gateways: [GatewayProcess], while body: () async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<count {
                group.addTask { try await self.client(gateways.map(API.init), first: number) }
            }
            do { try await body() } catch {
                isStopped = true
                throw error
            }
            isStopped = true
            try await group.waitForAll()
        }
    }

    /// Submits; a refused request is sent again with its key until it is accepted.
    private func client(_ gateways: [API], first: Int) async throws {
        var turn = first
        while !isStopped {
            let key = UUID().uuidString
            let end = ContinuousClock.now + .seconds(60)
            while await !self.try(gateways[turn % gateways.count], key) {
                guard ContinuousClock.now < end else { throw WaitFailure(description: "no gateway accepts a job") }
                turn += 1
                try await Task.sleep(for: .milliseconds(100))
            }
            turn += 1
            try await Task.sleep(for: .milliseconds(200))
        }
    }

    private func `try`(_ api: API, _ key: String) async -> Bool {
        guard
            let answer = try? await api.post("/api/v1/jobs", Self.manifest, headers: ["Idempotency-Key": key])
        else {
            statuses[-1, default: 0] += 1
            return false
        }
        statuses[answer.status, default: 0] += 1
        switch answer.status {
        case 202:
            if let id = answer.json["id"]?.stringValue { ids.append(id) }
            return true
        case 503 where answer.headers["Retry-After"] != nil:
            return false
        default:
            faults.append("\(answer.status): \(answer.text)")
            return false
        }
    }

    /// Waits for all jobs and counts their Slurm jobs: every one completed, with one each.
    func expectAllOnce(_ gateway: GatewayProcess) async throws {
        let api = API(gateway)
        #expect(faults.isEmpty, "\(faults)")
        #expect(Set(ids).count == ids.count)
        for id in ids {
            let job = try await api.wait(id, within: .seconds(120))
            #expect(job["state"] == "completed", "\(job.jsonText)")
            #expect(try await TestCluster.count(named: "ff-admin-\(id)-1") == 1)
        }
        print("submitting clients: \(ids.count) jobs, answers \(statuses.sorted { $0.key < $1.key })")
    }
}
