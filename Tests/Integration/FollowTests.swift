import Documents
import Foundation
import Testing

/// What a job's end, its requeue and its array look like from outside.
@Suite("Following", .timeLimit(.minutes(12)))
struct FollowTests {
    private func run(_ manifest: String, _ gateway: GatewayProcess) async throws -> JSONValue {
        let api = API(gateway)
        return try await api.wait(try await api.submit(manifest))
    }

    @Test("tells signals, missing programs and refusals for what they are")
    func endings() async throws {
        let gateway = try await GatewayProcess().start()
        let signal = try await run("name: s\ncommand: kill -SEGV $$\nresources: {memory: 50M, walltime: 2m}", gateway)
        #expect(signal["state"] == "failed")
        #expect(signal["slurm"]?["signal"] == 11)
        #expect(signal["reason"]?.stringValue?.contains("SIGSEGV") == true)
        let missing = try await run(
            "name: m\ncommand: [no-such-program]\nresources: {memory: 50M, walltime: 2m}",
            gateway
        )
        #expect(missing["slurm"]?["exitCode"] == 127)
        #expect(missing["reason"]?.stringValue?.contains("not found") == true)
        let refused = try await run("name: r\ncommand: 'true'\nresources: {partition: nowhere}", gateway)
        #expect(refused["state"] == "failed")
        #expect(refused["slurm"] == .null)
        #expect(refused["reason"]?.stringValue?.lowercased().contains("partition") == true)
        let account = try await run("name: a\ncommand: 'true'\nresources: {account: nobody}", gateway)
        #expect(account["reason"]?.stringValue?.lowercased().contains("account") == true)
    }

    @Test("tells an array task by task")
    func arrays() async throws {
        let gateway = try await GatewayProcess().start()
        let job = try await run(
            """
            name: array
            command: 'test "$SLURM_ARRAY_TASK_ID" != 2'
            array: {tasks: "1-3", limit: 2}
            resources: {memory: 50M, walltime: 2m}
            """,
            gateway
        )
        #expect(job["state"] == "failed")
        #expect(job["array"]?["byState"] == ["completed": 2, "failed": 1])
        #expect(job["reason"]?.stringValue?.contains("1 of 3") == true)
        let id = try #require(job["id"]?.stringValue)
        let tasks = try await API(gateway).get("/api/v1/jobs/\(id)/tasks").json["items"]?.arrayValue ?? []
        #expect(tasks.map { $0["index"] } == [1, 2, 3])
        #expect(tasks.map { $0["state"] } == ["completed", "failed", "completed"])
        #expect(tasks[1]["slurm"]?["exitCode"] == 1)
    }

    @Test("keeps dependencies: afterok waits and is cancelled by a failure, afterany goes on")
    func dependencies() async throws {
        let gateway = try await GatewayProcess().start()
        let api = API(gateway)
        let first = try await api.submit("name: up\ncommand: sleep 2; exit 1\nresources: {memory: 50M, walltime: 2m}")
        func dependent(_ condition: String) async throws -> String {
            try await api.submit(
                "name: d\ncommand: 'true'\nresources: {memory: 50M, walltime: 2m}\ndependencies: [{job: \(first), condition: \(condition)}]"
            )
        }
        let (afterOK, afterAny) = (try await dependent("afterok"), try await dependent("afterany"))
        try await eventually("it says what it waits for") {
            try await api.job(afterOK)["reason"]?.stringValue?.contains("Waits for \(first)") == true
        }
        let cancelled = try await api.wait(afterOK)
        #expect(cancelled["state"] == "cancelled")
        #expect(cancelled["reason"]?.stringValue?.contains("afterok") == true)
        #expect(try await api.wait(afterAny)["state"] == "completed")
    }

    @Test("tries again under a new key when the manifest says so")
    func retries() async throws {
        let gateway = try await GatewayProcess().start()
        let job = try await run(
            "name: again\ncommand: exit 1\nretries: {limit: 1, on: [failed]}\nresources: {memory: 50M, walltime: 2m}",
            gateway
        )
        #expect(job["state"] == "failed")
        #expect(job["attempt"] == 2)
        let id = try #require(job["id"]?.stringValue)
        #expect(try await TestCluster.count(named: "ff-admin-\(id)-1") == 1)
        #expect(try await TestCluster.count(named: "ff-admin-\(id)-2") == 1)
        let events = try await API(gateway).get("/api/v1/jobs/\(id)/events").json["items"]?.arrayValue ?? []
        #expect(events.contains { $0["type"] == "job.attempt" })
        #expect(events.compactMap { $0["sequence"]?.integerValue } == Array(1...events.count))
    }

    @Test("a job that Slurm queues again stays one job, and a held one stays in sight")
    func requeueAndHold() async throws {
        let gateway = try await GatewayProcess().start()
        let api = API(gateway)
        let manifest = "name: rq\ncommand: sleep 4\nresources: {memory: 50M, walltime: 2m}"
        let (requeued, held) = (try await api.submit(manifest), try await api.submit(manifest))
        let running = try await api.wait(requeued, for: ["running"])
        let slurmID = try #require(running["slurm"]?["jobId"]?.stringValue)
        #expect(try await TestCluster.slurm("scontrol requeue \(slurmID)").status == 0)
        let heldID = try #require(try await api.wait(held, for: ["running"])["slurm"]?["jobId"]?.stringValue)
        #expect(try await TestCluster.slurm("scontrol requeuehold \(heldID)").status == 0)
        try await eventually("the held job is told as such", within: .seconds(60)) {
            let job = try await api.job(held)
            return job["state"] == "pending"
                && job["slurm"]?["reason"]?.stringValue?.lowercased().contains("held") == true
        }
        #expect(try await api.wait(requeued, within: .seconds(240))["state"] == "completed")
        #expect(try await api.get("/api/v1/jobs/\(requeued)").json["slurm"]?["jobId"]?.stringValue == slurmID)
        _ = try await TestCluster.slurm("scontrol release \(heldID)")
        #expect(try await api.wait(held, within: .seconds(240))["state"] == "completed")
    }

    @Test("GPUs and containers are there inside the job")
    func gpusAndContainers() async throws {
        let gateway = try await GatewayProcess().start()
        let gpu = try await run(
            "name: g\ncommand: 'test -n \"$CUDA_VISIBLE_DEVICES\"'\nresources: {partition: gpu-a100, gpus: {type: a100, count: 2}, memory: 50M, walltime: 2m}",
            gateway
        )
        #expect(gpu["state"] == "completed", "\(gpu.jsonText)")
        #expect(gpu["slurm"]?["tresAllocated"]?["gres/gpu"] == "2")
        let image = TestCluster.variable("FARFIELD_CLUSTER") + "/images/busybox"
        let container = try await run(
            "name: c\ncommand: [/bin/sh, -c, 'pwd; echo inside > result.txt']\ncontainer: {image: \(image)}\noutputs: [result.txt]\nresources: {memory: 100M, walltime: 2m}",
            gateway
        )
        #expect(container["state"] == "completed", "\(container.jsonText)")
        let id = try #require(container["id"]?.stringValue)
        #expect(try await API(gateway).get("/api/v1/jobs/\(id)/outputs/result.txt").text == "inside\n")
    }

    @Test("looks at a site no more often for thirty jobs than for one")
    func batchedLooks() async throws {
        let gateway = try await GatewayProcess().start()
        let api = API(gateway)
        let started = ContinuousClock.now
        var ids: [String] = []
        for number in 0..<30 {
            ids.append(
                try await api.submit("name: n\(number)\ncommand: 'true'\nresources: {memory: 50M, walltime: 2m}")
            )
        }
        for id in ids { #expect(try await api.wait(id)["state"] == "completed") }
        let metrics = try await api.get("/metrics").text
        let line = try #require(metrics.split(separator: "\n").first { $0.hasPrefix("farfield_site_looks_total{") })
        let looks = try #require(Double(line.split(separator: " ").last ?? ""))
        // At most one look in 300 ms, the site's floor, whatever the number of jobs.
        #expect(looks <= Double((ContinuousClock.now - started) / .milliseconds(300)) + 2)
    }
}
