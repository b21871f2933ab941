import Documents
import LanguageModels
import Logging
import Slurm
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
                let usage = await gateway.site.usage(of: [job.submissionKey, "ff-none-1"], since: job.createdAt)
                guard case .rows(let rows) = usage else { throw Unexpected(text: "\(usage)") }
                #expect(rows.map(\.key) == [job.submissionKey])
                #expect(rows.first?.elapsedSeconds == job.slurm?.elapsedSeconds)
                #expect(rows.first?.isEnded == true)
                #expect(rows.first?.nodes == 1)
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

    @Test("is decided by the model that the gateway asks, and every document names it")
    func asksTheModel() async throws {
        let desk = ModelDesk(models: [CalibratingModel()], logger: Logger(label: "test"))
        try await SimulatedInstallation.with { installation in
            try await installation.running(asking: Adviser(desk)) { gateway in
                let job = try await gateway.wait(try await gateway.submit(["seed": "3"]).id)
                #expect(job.state == .completed, "\(job.reason ?? "")")
                let calibration = try #require(job.stages.first)
                #expect(calibration.decisions["source"] == "model")
                #expect(calibration.decisions["model"]?["name"] == "tiny")
                #expect(calibration.output["calibration"]?["rfiStrategy"] == "high")
                #expect(calibration.output["calibration"]?["polynomialOrder"] == 6)
                // The same words are no answer to the other agents' questions: rules decide there, and say why.
                let imaging = job.stages[1].decisions
                #expect(imaging["source"] == "heuristic")
                #expect(imaging["modelFailure"] == "malformed_response.schema")
                let decisions = try JSONValue(json: try await gateway.text("decisions.json", of: job.id))
                #expect(decisions["stages"]?.arrayValue?.first?["decided"] == calibration.decisions)
                let report = try JSONValue(json: try await gateway.text("qa-report.json", of: job.id))
                #expect(report["decisions"]?.arrayValue?.first?["source"] == "model")
                #expect(try gateway.log(job, "stdout").contains("rfiStrategy = high (model)"))
            }
        }
    }
}

/// A model that has one answer to everything.
private struct CalibratingModel: LanguageModel {
    let endpoint = ModelEndpoint(name: "test", url: "http://127.0.0.1:1", dialect: .ollama, model: "tiny")

    func generate(_ request: ModelRequest) -> AsyncThrowingStream<ModelEvent, any Error> {
        AsyncThrowingStream { continuation in
            continuation.yield(.text(#"{"analysis":"Noisy.","polynomialOrder":6,"rfiStrategy":"high"}"#))
            continuation.yield(.finish(ModelFinish(reason: .stop)))
            continuation.finish()
        }
    }

    func status() async throws(ModelFailure) -> ModelStatus {
        ModelStatus(version: "1", digest: nil, isLoaded: true)
    }

    func load() async throws(ModelFailure) {}
}
