import Attestation
import Documents
import LanguageModels
import Synchronization
import Testing

@testable import Gateway
@testable import Simulator

@Suite("A simulated result", .timeLimit(.minutes(2)))
struct RepetitionTests {
    @Test("is the same for the same seed, and another for another")
    func seeds() async throws {
        try await SimulatedInstallation.with { installation in
            try await installation.running { gateway in
                let jobs = [
                    try await gateway.submit(["seed": "7"]), try await gateway.submit(["seed": "7"]),
                    try await gateway.submit(["seed": "8"]),
                ]
                var outputs: [[String: SHA256Digest]] = []
                for job in jobs {
                    #expect(try await gateway.wait(job.id).state == .completed)
                    outputs.append(try await gateway.outputs(job.id))
                }
                #expect(outputs[0] == outputs[1])
                #expect(outputs[0].keys == outputs[2].keys)
                for name in ["image.fits", "catalogue.vot", "calibration.json", "preview.png"] {
                    #expect(outputs[0][name] != outputs[2][name], "\(name)")
                }
            }
        }
    }

    @Test("does not show that its gateway died between two stages", arguments: TestEngine.allCases)
    func survivesADeath(engine: TestEngine) async throws {
        let undisturbed = Mutex<[String: SHA256Digest]>([:])
        try await SimulatedInstallation.with(engine) { installation in
            try await installation.running { gateway in
                let job = try await gateway.submit([:])
                #expect(try await gateway.wait(job.id).state == .completed)
                let outputs = try await gateway.outputs(job.id)
                undisturbed.withLock { $0 = outputs }
            }
        }
        try await SimulatedInstallation.with(engine) { installation in
            // The second agent waits for a model that never answers: its gateway is stopped meanwhile.
            let hanging = Adviser.scripted { question in
                if question == ImageReconstruction.question { try? await Task.sleep(for: .seconds(600)) }
                return nil
            }
            let job = try await installation.running(asking: hanging) { gateway in
                let job = try await gateway.submit([:])
                return try await gateway.wait(job.id) { $0.stages.first?.completedAt != nil }
            }
            #expect(job.stages.map(\.name) == ["ALPHACAL"])
            try await installation.running { gateway in
                let ended = try await gateway.wait(job.id)
                #expect(ended.state == .completed, "\(ended.reason ?? "")")
                #expect(ended.attempt == 1)
                var outputs = try await gateway.outputs(job.id)
                // The first stage was decided while a model was configured and failed: that is told.
                var expected = undisturbed.withLock { $0 }
                for name in ["decisions.json"] {
                    outputs[name] = nil
                    expected[name] = nil
                }
                #expect(outputs == expected)
                let kinds = try await gateway.events(job.id).map(\.kind)
                #expect(kinds.count { $0 == .stageStarted } == 3)
                #expect(kinds.count { $0 == .stageCompleted } == 3)
            }
        }
    }
}
