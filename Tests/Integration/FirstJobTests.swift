import Documents
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
        let key = "ff-\(id)-1"
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
}
