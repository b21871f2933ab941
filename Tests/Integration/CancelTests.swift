import Documents
import Testing

/// Cancelling works at every state and tells the truth.
@Suite("Cancelling", .timeLimit(.minutes(4)))
struct CancelTests {
    private func cancel(_ id: String, _ api: API) async throws -> API.Answer {
        try await api.post("/api/v1/jobs/\(id)/cancel", "")
    }

    @Test("before anything was sent, while it waits, while it runs, and an array")
    func everyState() async throws {
        let gateway = try await GatewayProcess().start()
        let api = API(gateway)
        let long = "command: sleep 300\nresources: {memory: 50M, walltime: 10m}"
        let running = try await api.submit("name: r\n\(long)")
        let waiting = try await api.submit("name: w\n\(long)\ndependencies: [{job: \(running)}]")
        let pending = try await api.submit("name: p\ncommand: 'true'\nresources: {account: TG-SPENT, walltime: 1h}")
        let array = try await api.submit("name: a\n\(long)\narray: {tasks: 0-5, limit: 1}")
        #expect(try await cancel(waiting, api).json["state"] == "cancelled")
        try await api.wait(running, for: ["running"])
        let stuck = try await api.wait(pending, for: ["pending"])
        #expect(stuck["slurm"]?["jobId"] != .null)
        try await api.wait(array, for: ["running"])
        for id in [running, pending, array] { #expect(try await cancel(id, api).status == 202) }
        for id in [running, pending, array] {
            let job = try await api.wait(id)
            #expect(job["state"] == "cancelled", "\(job.jsonText)")
        }
        #expect(try await TestCluster.slurm("squeue -h -t PD,R -n ff-admin-\(array)-1").output.isEmpty)
        let again = try await cancel(running, api)
        #expect(again.status == 409)
        #expect(again.json["type"]?.stringValue?.hasSuffix("/conflict") == true)
    }

    @Test("a cancellation that races the end tells what Slurm says")
    func races() async throws {
        let gateway = try await GatewayProcess().start()
        let api = API(gateway)
        var ids: [String] = []
        for round in 0..<8 {
            let id = try await api.submit(
                "name: race\ncommand: sleep 0.\(round)\nresources: {memory: 50M, walltime: 2m}"
            )
            try await api.wait(id, for: finalStates.union(["pending", "running", "retrieving"]))
            _ = try await cancel(id, api)
            ids.append(id)
        }
        for id in ids {
            let job = try await api.wait(id)
            let number = try #require(job["slurm"]?["jobId"]?.stringValue)
            let said = try await TestCluster.slurm("sacct -a -n -P -X -j \(number) -o State").output
            let expected =
                said.hasPrefix("COMPLETED") ? "completed" : said.hasPrefix("CANCELLED") ? "cancelled" : "failed"
            #expect(job["state"]?.stringValue == expected, "Slurm says \(said)")
        }
    }
}
