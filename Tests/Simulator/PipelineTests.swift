import Documents
import Testing

@testable import Gateway
@testable import Simulator

/// Whole jobs, through the spine of a running gateway.
@Suite("A simulated job", .timeLimit(.minutes(2)))
struct PipelineTests {
    @Test("plays its stages in order, each told once, and its files come home", arguments: TestEngine.allCases)
    func playsToTheEnd(engine: TestEngine) async throws {
        try await SimulatedInstallation.with(engine) { installation in
            try await installation.running { gateway in
                let submitted = try await gateway.submit([:])
                let job = try await gateway.wait(submitted.id)
                #expect(job.state == .completed, "\(job.reason ?? "")")
                #expect(job.stages.map(\.name) == ["ALPHACAL", "IMAGE_RECONSTRUCTION", "ANOMALY_DETECTION"])
                #expect(job.stages.allSatisfy { $0.completedAt != nil && $0.progress == 100 })
                #expect(job.slurm?.state == "COMPLETED")
                #expect(job.slurm?.nodes == "sim001")
                #expect(job.slurm?.raw.first?.hasPrefix("simulated|") == true)
                #expect((job.slurm?.elapsedSeconds ?? 0) > 60)
                let events = try await gateway.events(job.id)
                let told = events.filter { [.stageStarted, .stageCompleted].contains($0.kind) }
                    .map { "\($0.kind.rawValue) \($0.data["stage"]?.stringValue ?? "")" }
                #expect(
                    told == [
                        "job.stage_started ALPHACAL", "job.stage_completed ALPHACAL",
                        "job.stage_started IMAGE_RECONSTRUCTION", "job.stage_completed IMAGE_RECONSTRUCTION",
                        "job.stage_started ANOMALY_DETECTION", "job.stage_completed ANOMALY_DETECTION",
                    ]
                )
                let names = try await gateway.outputs(job.id).keys.sorted()
                #expect(
                    names == [
                        "anomalies.json", "anomalies.vot", "calibration.json", "catalogue.ecsv", "catalogue.vot",
                        "decisions.json",
                        "image.fits", "preview.png", "qa-report.json",
                    ]
                )
                let log = try gateway.log(job, "stdout")
                #expect(log.contains("SIMULATION"))
                #expect(log.contains("CALIBRATION_COMPLETE"))
                #expect(log.hasSuffix("The job ended: COMPLETED\n"))
            }
        }
    }
}
