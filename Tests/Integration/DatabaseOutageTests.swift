import Foundation
import Storage
import Testing

/// PostgreSQL goes away under load, and its schema is changed under gateways that run.
@Suite("Database outages", .serialized, .timeLimit(.minutes(5)))
struct DatabaseOutageTests {
    @Test("a newer gateway's additive migration under load: the older ones go on, and a newly started one is refused")
    func rollingUpgrade() async throws {
        try await SharedInstallation.with { installation in
            let gateways = try (0..<2).map { _ in try installation.gateway() }
            for gateway in gateways { try await gateway.start() }
            let clients = SubmittingClients()
            try await clients.submit(4, to: gateways) {
                try await Task.sleep(for: .seconds(1))
                try await Self.migrateAsANewerGatewayWould(installation)
                try await Task.sleep(for: .seconds(2))
            }
            try await clients.expectAllOnce(gateways[1])
            #expect(await clients.statuses.keys.sorted() == [202])
            let refusal = await #expect(throws: StartFailure.self) { try await installation.gateway().start() }
            let log = refusal?.log ?? ""
            #expect(log.contains("run a newer version"), "\(log)")
        }
    }

    /// Further columns everywhere, each with a default or empty, and the notes of it.
    private static func migrateAsANewerGatewayWould(_ installation: SharedInstallation) async throws {
        let number = try await installation.sql(
            "SELECT MAX(number) + 1 AS next FROM schema_migrations WHERE module = 'gateway'"
        )
        let next = try #require(try number.first?.integer("next") as Int64?)
        try await installation.sql(
            "ALTER TABLE jobs ADD COLUMN future TEXT",
            "ALTER TABLE job_events ADD COLUMN future BIGINT NOT NULL DEFAULT 7",
            "ALTER TABLE tasks ADD COLUMN future TEXT",
            "ALTER TABLE site_status ADD COLUMN future TEXT",
            "CREATE TABLE future_things (id TEXT PRIMARY KEY)",
            "INSERT INTO schema_migrations (module, number, name, applied_at) VALUES ('gateway', \(next), 'future', 0)"
        )
    }

    @Test("restarted under load, politely and by kill -9: at worst 503 with Retry-After, every accepted job runs once")
    func restarts() async throws {
        let server = PrivatePostgres()
        try await server.start()
        let installation = try SharedInstallation(uri: server.uri)
        let gateways = try (0..<2).map { _ in try installation.gateway() }
        for gateway in gateways { try await gateway.start() }
        let clients = SubmittingClients()
        try await clients.submit(4, to: gateways) {
            for end in PrivatePostgres.End.allCases {
                try await Task.sleep(for: .seconds(1))
                try await server.stop(end)
                try await Task.sleep(for: .seconds(2))
                try await server.start()
            }
        }
        try await clients.expectAllOnce(gateways[0])
        #expect(await clients.statuses[503] != nil, "the outage was not noticed at all")
        let jobs = try await installation.sql("SELECT COUNT(*) AS number FROM jobs")
        let ids = await clients.ids
        #expect(try jobs.first?.integer("number") == ids.count)
        for gateway in gateways { gateway.stop(with: SIGKILL) }
        try await server.remove()
    }

    @Test("started before PostgreSQL is there: it says what it waits for, and comes up")
    func startsBeforePostgreSQL() async throws {
        let server = PrivatePostgres()
        let installation = try SharedInstallation(uri: server.uri)
        let gateway = try installation.gateway()
        async let started = gateway.start()
        try await eventually("it says what it waits for") { gateway.log.contains("waiting for PostgreSQL") }
        try await server.start()
        _ = try await started
        #expect(try await API(gateway).get("/health/ready").status == 200)
        gateway.stop()
        try await server.remove()
    }
}

/// A PostgreSQL server that one test starts and kills.
struct PrivatePostgres {
    /// How it goes down.
    enum End: CaseIterable {
        case politely, killed
    }

    private let folder = "/var/tmp/farfield-postgres-" + UUID().uuidString
    private let port: Int
    /// Where its database is.
    var uri: String { "postgresql://farfield@127.0.0.1:\(port)/postgres" }

    init() { port = (try? FreePort.find()) ?? 0 }

    func start() async throws {
        // After kill -9 the server's children must be gone before a new one starts.
        try await eventually("PostgreSQL starts") {
            try await shell("postgres_up '\(folder)' \(port) fsync=off").status == 0
        }
    }

    func stop(_ end: End) async throws {
        switch end {
        case .politely: try #require(try await shell("postgres_down '\(folder)'").status == 0)
        case .killed:
            let killed = try await Command.shell("kill -9 $(head -1 '\(folder)/data/postmaster.pid')")
            try #require(killed.status == 0, "\(killed.errors)")
        }
    }

    func remove() async throws {
        _ = try await shell("postgres_down '\(folder)'; rm -rf '\(folder)'")
    }

    /// A server inherits no descriptor: `Process` takes a program for running as long as one of its own is open.
    private func shell(_ line: String) async throws -> CommandResult {
        try await Command.shell(
            """
            . scripts/lib/postgres.sh
            (for number in $(ls /proc/self/fd); do [ "$number" -le 2 ] || eval "exec $number>&-"; done
            \(line))
            """
        )
    }
}
