import Documents
import Foundation
import Testing

/// Jobs are paid for: claimed when accepted, settled by what Slurm's own accounting says, to the second.
@Suite("Budgets", .timeLimit(.minutes(8)))
struct BudgetTests {
    private static let resources = "resources: {memory: 20M, walltime: 10m}"

    /// A gateway whose site is metered, with one project of so many SU.
    private func metered(_ units: String, site: String = TestCluster.site()) async throws -> (
        gateway: GatewayProcess, api: API, allocation: String
    ) {
        let gateway = try await GatewayProcess(sites: site).start()
        let api = API(gateway)
        let project = "{name: crab, title: Crab, contact: crab@example.org, members: [{person: anna, role: manager}]}"
        #expect(try await api.post("/api/v1/projects", project).status == 201)
        let wish = "{site: a, account: tg-bio1, granted: \(units), startsAt: 2020-01-01, endsAt: 2090-01-01}"
        let answer = try await api.post("/api/v1/projects/crab/allocations", wish)
        #expect(answer.status == 201, "\(answer.text)")
        return (gateway, api, try #require(answer.json["id"]?.stringValue))
    }

    private func settled(_ id: String, _ api: API) async throws -> JSONValue {
        try await eventually("\(id) is settled", within: .seconds(120)) {
            try await api.job(id)["cost"]?["settled"]?.isTrue == true
        }
        return try await api.job(id)
    }

    /// What sacct itself says of every attempt, requeue and array task of a job, in node-seconds.
    private func accounted(_ id: String) async throws -> Int {
        let names = (1...3).map { "ff-admin-\(id)-\($0)" }.joined(separator: ",")
        let rows = try await TestCluster.slurm(
            "sacct -a -n -P -X -D -S now-1days --name=\(names) -o AllocNodes,ElapsedRaw"
        ).output
        return rows.split(separator: "\n").reduce(0) { sum, line in
            let numbers = line.split(separator: "|").compactMap { Int($0) }
            return sum + (numbers.count == 2 ? numbers[0] * numbers[1] : 0)
        }
    }

    private func verify(_ gateway: GatewayProcess) async throws {
        let verdict = try await gateway.cli("ledger", "verify")
        #expect(verdict.status == 0, "\(verdict.output)")
    }

    @Test("what is used is what sacct says: array, requeue, cancelled, timed out, retried")
    func settlesTheTruth() async throws {
        let (gateway, api, allocation) = try await metered("1000")
        func submit(_ rest: String) async throws -> String {
            try await api.submit("name: paid\nproject: crab\ncache: off\n" + rest)
        }
        let array = try await submit("command: sleep 3\narray: {tasks: 0-3}\n\(Self.resources)")
        let cancelled = try await submit("command: sleep 300\n\(Self.resources)")
        let requeued = try await submit("command: sleep 8\n\(Self.resources)")
        let retried = try await submit(
            "command: sleep 2; exit 3\nretries: {limit: 1, on: [failed]}\nresources: {memory: 20M, walltime: 5m}"
        )
        let timed = try await submit("command: sleep 300\nresources: {memory: 20M, walltime: 1m}")
        try await api.wait(requeued, for: ["running"])
        let number = try #require(try await api.job(requeued)["slurm"]?["jobId"]?.stringValue)
        #expect(try await TestCluster.slurm("scontrol requeue \(number)").status == 0)
        try await api.wait(cancelled, for: ["running"])
        #expect(try await api.post("/api/v1/jobs/\(cancelled)/cancel", "").status < 300)
        var total = 0
        for id in [array, cancelled, requeued, retried, timed] {
            try await api.wait(id, within: .seconds(300))
            let cost = try #require(try await settled(id, api)["cost"])
            let truth = try await accounted(id)
            #expect(cost["nodeSeconds"]?.integerValue == truth, "\(id): \(cost.jsonText)")
            total += truth
        }
        #expect(total > 60)
        let usage = try await api.get("/api/v1/allocations/\(allocation)/usage").json
        #expect(Double(usage["allocation"]?["used"]?.jsonText ?? "") == (Double(total) / 0.0036).rounded() / 1_000_000)
        #expect(usage["allocation"]?["reserved"] == .number("0"))
        try await verify(gateway)
    }

    @Test("the account is the project's, and the refusal says by how much and whom to ask")
    func refusal() async throws {
        let (gateway, api, allocation) = try await metered("1")
        let dear = "name: dear\nproject: crab\ncommand: 'true'\nresources: {nodes: 2, walltime: 1h, memory: 20M}"
        let preview = try await api.post("/api/v1/jobs?dryRun=true", dear).json
        #expect(preview["script"]?.stringValue?.contains("--account=tg-bio1") == true)
        #expect(preview["price"]?["isCovered"] == false && preview["price"]?["worstCase"] == .number("2"))
        let refused = try await api.post("/api/v1/jobs", dear)
        let detail = try #require(refused.json["detail"]?.stringValue)
        #expect(refused.status == 409 && refused.json["type"]?.stringValue?.hasSuffix("/out-of-budget") == true)
        for part in ["up to 2 SU", "1 SU left", "1 SU too few", "anna", "crab@example.org", "2090-01-01"] {
            #expect(detail.contains(part), "\(detail)")
        }
        let other = try await api.post("/api/v1/jobs", dear.replacing("memory", with: "account: tg-gpu2, memory"))
        #expect(other.status == 422)
        // A job that is cancelled before it is sent gives back all it claimed.
        let waiting = "name: w\nproject: crab\ncommand: 'true'\n\(Self.resources)"
        let first = try await api.submit(waiting.replacing("'true'", with: "sleep 200"))
        let second = try await api.submit(waiting + "\ndependencies: [{job: \(first)}]")
        _ = try await api.post("/api/v1/jobs/\(second)/cancel", "")
        #expect(try await api.job(second)["cost"]?["state"] == "released")
        _ = try await api.post("/api/v1/jobs/\(first)/cancel", "")
        try await api.wait(first)
        _ = try await settled(first, api)
        let dry = try await gateway.cli("allocations", "ledger", allocation)
        #expect(dry.output.contains("release") && dry.output.contains("settle"), "\(dry.output)")
        try await verify(gateway)
    }

    @Test("nothing is lost or paid twice when the gateway is killed at any time")
    func kills() async throws {
        let (gateway, api, allocation) = try await metered("1000")
        var ids: Set<String> = []
        for round in 0..<4 {
            await withTaskGroup(of: String?.self) { group in
                for number in 0..<6 {
                    group.addTask {
                        let manifest = "name: k\nproject: crab\ncommand: sleep 1\ncache: off\n\(Self.resources)"
                        let key = ["Idempotency-Key": "k-\(round)-\(number)"]
                        return try? await api.submit(manifest, headers: key)
                    }
                }
                group.addTask {
                    gateway.stop(with: SIGKILL)
                    return nil
                }
                for await id in group { if let id { ids.insert(id) } }
            }
            try await gateway.start()
            for number in 0..<6 {
                let manifest = "name: k\nproject: crab\ncommand: sleep 1\ncache: off\n\(Self.resources)"
                ids.insert(try await api.submit(manifest, headers: ["Idempotency-Key": "k-\(round)-\(number)"]))
            }
        }
        #expect(ids.count == 24)
        // Killed again and again while jobs end and are settled.
        for _ in 0..<3 {
            try await api.wait(try #require(ids.randomElement()), within: .seconds(120))
            gateway.stop(with: SIGKILL)
            try await gateway.start()
        }
        var total = 0
        for id in ids {
            try await api.wait(id, within: .seconds(120))
            let cost = try #require(try await settled(id, api)["cost"])
            let truth = try await accounted(id)
            #expect(cost["nodeSeconds"]?.integerValue == truth)
            total += truth
        }
        let usage = try await api.get("/api/v1/allocations/\(allocation)/usage").json
        #expect(Double(usage["allocation"]?["used"]?.jsonText ?? "") == (Double(total) / 0.0036).rounded() / 1_000_000)
        try await verify(gateway)
    }

    @Test("Slurm's own figures stand beside ours, and what was run past the gateway shows as drift")
    func drift() async throws {
        let (gateway, api, allocation) = try await metered("1000")
        defer { gateway.stop() }
        let script = "sbatch --parsable --wait -A tg-bio1 -t 2 --mem=20M --wrap 'sleep 4' -o /dev/null"
        let past = try await TestCluster.slurm(
            "cd /tmp && runuser -u researcher1 -- env SLURM_CONF=$SLURM_CONF \(script)"
        )
        #expect(past.status == 0, "\(past.output)")
        #expect(try await api.post("/api/v1/allocations/\(allocation)/refresh", "").status == 202)
        try await eventually("Slurm was asked", within: .seconds(60)) {
            let usage = try await api.get("/api/v1/allocations/\(allocation)/usage").json
            return usage["drift"] != .null && usage["slurm"]?["problems"]?.arrayValue?.isEmpty == true
        }
        let usage = try await api.get("/api/v1/allocations/\(allocation)/usage").json
        #expect((Double(usage["drift"]?.jsonText ?? "") ?? 0) >= 4.0 / 3600)
        #expect(usage["slurm"]?["rawUsage"] != .null)
    }
}
