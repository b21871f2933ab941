import Documents
import Foundation
import Storage
import TestSupport
import Testing

/// What else a site has to do with, at a simulated one: other gateways, budgets, records.
@Suite("A simulated site among the others", .timeLimit(.minutes(3)))
struct SimulatedPartnersTests {
    private func manifest(_ more: String = "") throws -> String {
        let path = Repository.root + "/manifests/radio-pipeline.yaml"
        return more + "\n"
            + (try String(contentsOfFile: path, encoding: .utf8).replacing("image_size: 512", with: "image_size: 128"))
    }

    @Test("several gateways on one PostgreSQL play each job once, also when one of them is killed")
    func severalGateways() async throws {
        try await SharedInstallation.with { installation in
            let site = "  - {name: simulator, kind: simulator, clock: 600, slots: 2}"
            let first = try await installation.gateway(sites: site).start()
            let second = try await installation.gateway(sites: site).start()
            let apis = [API(first), API(second)]
            var ids: [String] = []
            for number in 0..<4 { ids.append(try await apis[number % 2].submit(try manifest("cache: off"))) }
            let watched = ids[0]
            try await eventually("a stage has ended", within: .seconds(60)) {
                let job = try await apis[1].get("/api/v1/jobs/\(watched)").json
                return job["stages"]?.arrayValue?.first?["completedAt"]?.stringValue != nil
            }
            first.stop(with: SIGKILL)
            for id in ids {
                let job = try await apis[1].wait(id, within: .seconds(120))
                #expect(job["state"] == "completed" && job["attempt"] == 1, "\(job["reason"]?.stringValue ?? "")")
                let events =
                    try await apis[1].get("/api/v1/jobs/\(id)/events?limit=500").json["items"]?.arrayValue ?? []
                for kind in ["job.stage_started", "job.stage_completed"] {
                    #expect(events.count { $0["type"]?.stringValue == kind } == 3, "\(kind)")
                }
            }
            let rows = try await installation.sql("SELECT submission_key, id FROM simulated_jobs ORDER BY id")
            #expect(try rows.map { try $0.integer("id") } == [1, 2, 3, 4])
            #expect(second.stop() == 0)
        }
    }

    @Test("a metered simulator is paid for what was simulated, to the second; a failure's attempts are paid, too")
    func budgets() async throws {
        let site = "  - {name: simulator, kind: simulator, clock: instantly, chargeRates: {default: 2}}"
        let gateway = try await GatewayProcess(sites: site).start()
        let api = API(gateway)
        let project = "{name: sky, title: Sky, contact: pi@example.org, members: [{person: admin, role: manager}]}"
        #expect(try await api.post("/api/v1/projects", project).status == 201)
        let grant = "{site: simulator, account: sky-1, granted: 100, startsAt: 2020-01-01, endsAt: 2090-01-01}"
        #expect(try await api.post("/api/v1/projects/sky/allocations", grant).status == 201)
        let retried = try manifest("retries: {limit: 1, on: [nodeFailure]}").replacing(
            "parameters:",
            with: "parameters:\n  fault: node_failure"
        )
        for text in [try manifest(), retried] {
            let id = try await api.submit(text)
            let job = try await api.wait(id)
            #expect(job["state"] == "completed", "\(job["reason"]?.stringValue ?? "")")
            try await eventually("it is settled", within: .seconds(60)) {
                try await api.job(id)["cost"]?["settled"]?.isTrue == true
            }
            let cost = try #require(try await api.job(id)["cost"])
            let elapsed = try #require(job["slurm"]?["elapsedSeconds"]?.integerValue)
            let seconds = try #require(cost["nodeSeconds"]?.integerValue)
            if job["attempt"] == 1 { #expect(seconds == elapsed) } else { #expect(seconds > elapsed) }
            // Two SU for a node-hour, in millionths, rounded up.
            let used = try #require(cost["used"].flatMap(Self.number))
            #expect(abs(used - Double(seconds) * 2 / 3600) < 0.000_002)
        }
        let verdict = try await gateway.cli("ledger", "verify")
        #expect(verdict.status == 0, "\(verdict.output)")
        #expect(gateway.stop() == 0)
    }

    @Test("what a rule decided in the place of a model that is away answers no other job")
    func substitutes() async throws {
        let gateway = try await GatewayProcess(
            sites: "  - {name: simulator, kind: simulator, clock: instantly}",
            general: "models: [{name: away, url: 'http://127.0.0.1:1', model: m}]"
        ).start()
        let api = API(gateway)
        for _ in 0..<2 {
            let job = try await api.wait(try await api.submit(try manifest()), within: .seconds(60))
            #expect(job["state"] == "completed", "\(job["reason"]?.stringValue ?? "")")
            #expect(job["cache"]?["status"] == "miss")
            let decided = job["stages"]?.arrayValue?.first?["decisions"]
            #expect(decided?["source"] == "heuristic")
            #expect(decided?["modelFailure"]?.stringValue?.hasPrefix("provider_unavailable.") == true)
        }
        #expect(gateway.stop() == 0)
    }

    private static func number(_ value: JSONValue) -> Double? {
        guard case .number(let text) = value else { return nil }
        return Double(text)
    }

    @Test("the signed record says that it was simulated, and a reader is told so when it is verified")
    func record() async throws {
        let gateway = try await GatewayProcess(sites: "  - {name: simulator, kind: simulator, clock: instantly}")
            .start()
        let api = API(gateway)
        let id = try await api.submit(try manifest())
        #expect(try await api.wait(id)["state"] == "completed")
        try await eventually("it is certified", within: .seconds(30)) {
            try await api.get("/api/v1/jobs/\(id)/reproducibility-manifest").status == 200
        }
        let crate = try await api.get("/api/v1/jobs/\(id)/reproducibility-manifest").text
        #expect(crate.contains("It was SIMULATED"))
        let folder = gateway.home + "/record"
        #expect(try await gateway.cli("manifest", "get", id, "--all", folder).status == 0)
        let keys = try await gateway.cli("keys", "--json")
        try keys.output.write(toFile: gateway.home + "/keys.json", atomically: true, encoding: .utf8)
        let verdict = try await gateway.cli(
            "manifest",
            "verify",
            folder,
            "--keys",
            gateway.home + "/keys.json",
            "--identity",
            gateway.url
        )
        #expect(verdict.status == 0, "\(verdict.output)\(verdict.errors)")
        #expect(verdict.output.contains("SIMULATED: nothing was computed on a cluster"))
        // The same manifest again is answered by the known result, and its record says the same.
        let again = try await api.submit(try manifest())
        #expect(try await api.wait(again)["cache"]?["status"] == "hit")
        try await eventually("it is certified, too", within: .seconds(30)) {
            try await api.get("/api/v1/jobs/\(again)/reproducibility-manifest").status == 200
        }
        #expect(
            try await api.get("/api/v1/jobs/\(again)/reproducibility-manifest").text.contains("It was SIMULATED")
        )
        #expect(gateway.stop() == 0)
    }
}
