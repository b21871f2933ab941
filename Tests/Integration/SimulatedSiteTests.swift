import Documents
import Foundation
import TestSupport
import Testing

/// A gateway with a simulated site and no cluster at all.
@Suite("A gateway without a cluster", .timeLimit(.minutes(3)))
struct SimulatedSiteTests {
    private func manifest(_ more: String = "") throws -> String {
        let path = Repository.root + "/manifests/radio-pipeline.yaml"
        return try String(contentsOfFile: path, encoding: .utf8)
            .replacing("image_size: 512", with: "image_size: 128\n  \(more)")
    }

    @Test("plays the example manifest to its end, and its files come home")
    func playsTheExample() async throws {
        let gateway = try await GatewayProcess(sites: "  - {name: simulator, kind: simulator, clock: instantly}")
            .start()
        let api = API(gateway)
        let id = try await api.submit(try manifest())
        let job = try await api.wait(id)
        #expect(job["state"] == "completed", "\(job["reason"]?.stringValue ?? "")")
        let stages = job["stages"]?.arrayValue ?? []
        #expect(stages.map { $0["name"] } == ["ALPHACAL", "IMAGE_RECONSTRUCTION", "ANOMALY_DETECTION"])
        #expect(stages.allSatisfy { $0["decisions"]?["source"] == "heuristic" })
        #expect(stages[1]["output"]?["image"]?["rms"]?["unit"] == "mJy/beam")
        let outputs = try await api.get("/api/v1/jobs/\(id)/outputs").json["items"]?.arrayValue ?? []
        #expect(outputs.count == 9)
        let image = try await api.get("/api/v1/jobs/\(id)/outputs/image.fits")
        #expect(String(decoding: image.bytes.prefix(9), as: UTF8.self) == "SIMPLE  =")
        #expect(try await api.get("/api/v1/jobs/\(id)/logs/stdout").text.contains("SIMULATION"))
        let report = try await api.get("/api/v1/jobs/\(id)/outputs/qa-report.json").json
        #expect(report["simulated"] == true)
        #expect(report["image"]?["rms"]?["value"] != nil)
        let check = try await gateway.cli("sites", "check", "simulator")
        #expect(check.status == 0, "\(check.output)\(check.errors)")
        #expect(gateway.stop() == 0)
    }

    @Test("refuses what cannot be simulated, before anything is written")
    func refuses() async throws {
        let gateway = try await GatewayProcess(sites: "  - {name: simulator, kind: simulator}").start()
        let api = API(gateway)
        let unknown = try await api.post("/api/v1/jobs", try manifest("iterrations: 5"))
        #expect(unknown.status == 422 || unknown.status == 400)
        #expect(unknown.text.contains("/parameters/iterrations"))
        let program = try await api.post("/api/v1/jobs", "name: x\nsite: simulator\ncommand: id")
        #expect(program.text.contains("template: radio-pipeline"))
        let file = try await api.post(
            "/api/v1/jobs",
            try manifest().replacing("outputs:", with: "inputs: [{path: x, source: 'file:///etc/passwd'}]\noutputs:")
        )
        #expect(file.text.contains("no files of its own"))
        #expect(try await api.get("/api/v1/jobs").json["items"] == [])
        #expect(gateway.stop() == 0)
    }

    @Test("goes on after it was killed: the job is played once, to its end")
    func survivesAKill() async throws {
        // Two hours of simulated time in two seconds.
        let gateway = try await GatewayProcess(sites: "  - {name: simulator, kind: simulator, clock: 1500}").start()
        let id = try await API(gateway).submit(try manifest())
        let api = API(gateway)
        try await eventually("the first stage has ended", within: .seconds(30)) {
            let job = try await api.get("/api/v1/jobs/\(id)").json
            return job["stages"]?.arrayValue?.first?["completedAt"]?.stringValue != nil
        }
        gateway.stop(with: SIGKILL)
        try await gateway.start()
        let again = API(gateway)
        let job = try await again.wait(id)
        #expect(job["state"] == "completed", "\(job["reason"]?.stringValue ?? "")")
        #expect(job["attempt"] == 1)
        let events = try await again.get("/api/v1/jobs/\(id)/events?limit=500").json["items"]?.arrayValue ?? []
        for kind in ["job.stage_started", "job.stage_completed"] {
            #expect(events.count { $0["type"]?.stringValue == kind } == 3, "\(kind)")
        }
        let folders = try FileManager.default.contentsOfDirectory(atPath: gateway.home + "/simulator/simulator")
        #expect(folders.count { $0.hasPrefix("ff-") } == 1)
        #expect(gateway.stop() == 0)
    }
}
