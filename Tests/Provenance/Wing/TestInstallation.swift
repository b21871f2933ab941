import Attestation
import Documents
import Foundation
import Logging
import Storage
import Synchronization
import Testing

@testable import Gateway
@testable import Provenance

/// The engines a gateway keeps its tables in.
enum TestEngine: String, CaseIterable, CustomTestStringConvertible {
    case sqlite, postgreSQL

    var testDescription: String { rawValue }
}

/// A home folder and a database, on which a test opens the wing of provenance again and again.
final class TestInstallation: Sendable {
    let configuration: Mutex<GatewayConfiguration>
    let clock = TestClock()
    private let scratch: ScratchDatabase?

    private init(_ engine: TestEngine) async throws {
        var configuration = GatewayConfiguration.standard
        configuration.home = NSTemporaryDirectory() + "provenance-" + UUID().uuidString
        configuration.provenance.url = "https://gw.example.org"
        scratch = engine == .sqlite ? nil : try await Self.postgreSQL()
        if case .postgreSQL(let uri)? = scratch?.location { configuration.database = uri }
        self.configuration = Mutex(configuration)
    }

    private static func postgreSQL() async throws -> ScratchDatabase {
        let uri = try #require(
            ProcessInfo.processInfo.environment["FARFIELD_TEST_POSTGRES"],
            "FARFIELD_TEST_POSTGRES is not set: run ./scripts/test, which starts a PostgreSQL for the tests"
        )
        let name = "wing_" + UUID().uuidString.lowercased().filter { $0 != "-" }
        return try await ScratchDatabase.create(beside: try DatabaseLocation(uri), name: name)
    }

    /// Gives a body an empty installation, and removes it.
    static func with(
        _ engine: TestEngine = .sqlite,
        _ body: (TestInstallation) async throws -> Void
    ) async throws {
        let installation = try await TestInstallation(engine)
        let outcome: Result<Void, any Error>
        do { outcome = .success(try await body(installation)) } catch { outcome = .failure(error) }
        try? FileManager.default.removeItem(atPath: installation.home)
        try await installation.scratch?.remove()
        try outcome.get()
    }

    /// Changes what the operator decided, for the next start.
    func configure(_ change: (inout GatewayConfiguration) -> Void) { configuration.withLock { change(&$0) } }

    var home: String { configuration.withLock { $0.home } }

    /// The key files of a use.
    func keyFiles(_ use: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: home).filter { $0.hasPrefix("\(use)-") }.sorted()
    }

    /// Opens the spine and the wing, as a gateway that starts, and closes them afterwards.
    func opened<Value>(_ body: (ProvenanceWing, Spine) async throws -> Value) async throws -> Value {
        let runtime = try await GatewayRuntime.open(
            configuration.withLock { $0 },
            program: "farfield",
            keeper: clock.keeper,
            logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
        )
        let outcome: Result<Value, any Error>
        do {
            outcome = .success(try await body(try await ProvenanceWing.open(on: runtime.spine), runtime.spine))
        } catch { outcome = .failure(error) }
        await runtime.close()
        return try outcome.get()
    }
}

/// A clock that goes when it is told to.
final class TestClock: Sendable {
    private let moment = Mutex(Timestamp(seconds: 1_790_000_000))

    var keeper: TimeKeeper { TimeKeeper { self.moment.withLock { $0 } } }

    func advance(_ duration: Duration) { moment.withLock { $0 = $0 + duration } }
}

extension ManifestLog {
    /// Adds so many entries, in one transaction.
    func fill(_ count: Int, _ spine: Spine) async throws {
        let last = try await spine.database.transaction { connection in
            var last: Added?
            for number in 0..<count {
                last = try append(Array("entry \(number)".utf8), at: spine.keeper.now(), on: connection)
            }
            return last
        }
        if let last { try remember(last) }
    }
}

/// A document as a request brings it.
func request(_ value: JSONValue) throws -> Document { try Document(json: value.jsonBytes()) }

/// The admin.
let testAdmin = Gateway.Person(name: "admin", isAdmin: true)
