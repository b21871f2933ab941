import Documents
import Foundation
import Testing

/// The thin path: a manifest in, a real job out.
@Suite("A first job", .timeLimit(.minutes(3)))
struct FirstJobTests {
    @Test("runs on the cluster, and its log and its outputs come home")
    func runsToTheEnd() async throws {
        let gateway = try await GatewayProcess().start()
        let api = API(gateway)
        let id = try await api.submit(
            """
            name: first
            script: |
              echo "on $(hostname)"; echo oops >&2
              mkdir -p out; printf 'a,b\\n' > out/table.csv
            outputs: ["out/*.csv"]
            resources: {memory: 100M, walltime: 2m}
            """
        )
        let job = try await api.wait(id)
        #expect(job["state"] == "completed")
        #expect(job["slurm"]?["exitCode"] == 0)
        #expect(job["slurm"]?["state"] == "COMPLETED")
        #expect(try await api.get("/api/v1/jobs/\(id)/logs/stdout").text.hasPrefix("on "))
        #expect(try await api.get("/api/v1/jobs/\(id)/logs/stderr").text == "oops\n")
        let outputs = try await api.get("/api/v1/jobs/\(id)/outputs").json["items"]?.arrayValue ?? []
        #expect(outputs.map { $0["path"] } == ["out/table.csv"])
        #expect(try await api.get("/api/v1/jobs/\(id)/outputs/out/table.csv").text == "a,b\n")
        let key = "ff-admin-\(id)-1"
        #expect(try await TestCluster.count(named: key) == 1)
    }

    @Test("that fails tells its exit code and why")
    func tellsTheExitCode() async throws {
        let gateway = try await GatewayProcess().start()
        let api = API(gateway)
        let id = try await api.submit("name: bad\ncommand: exit 3\nresources: {memory: 100M, walltime: 2m}")
        let job = try await api.wait(id)
        #expect(job["state"] == "failed")
        #expect(job["slurm"]?["exitCode"] == 3)
        #expect(job["reason"]?.stringValue?.contains("exit code 3") == true)
    }

    @Test("runs the same on PostgreSQL as on the embedded database, across a restart")
    func runsOnPostgreSQL() async throws {
        let server = TestCluster.variable("FARFIELD_TEST_POSTGRES")
        let name = "gateway_" + UUID().uuidString.lowercased().filter { $0 != "-" }
        let created = try await Command.run("/usr/bin/psql", ["-q", server, "-c", "CREATE DATABASE \(name)"])
        try #require(created.status == 0, "\(created.errors)")
        let address =
            server.split(separator: "/").dropLast().joined(separator: "/").replacing(":/", with: "://") + "/\(name)"
        let gateway = try await GatewayProcess(general: "database: \(address)").start()
        let id = try await API(gateway).submit("name: pg\ncommand: sleep 2\nresources: {memory: 50M, walltime: 2m}")
        #expect(gateway.stop(with: SIGTERM) == 0)
        try await gateway.start()
        let api = API(gateway)
        #expect(try await api.wait(id)["state"] == "completed")
        #expect(try await TestCluster.count(named: "ff-admin-\(id)-1") == 1)
        #expect(try await api.get("/health/ready").json["checks"]?.arrayValue?.first?["detail"] == "postgreSQL")
        gateway.stop()
        _ = try await Command.run("/usr/bin/psql", ["-q", server, "-c", "DROP DATABASE \(name) WITH (FORCE)"])
    }
}
