import Attestation
import Documents
import Testing

@testable import Gateway
@testable import Provenance

@Suite("Records of simulated jobs")
struct SimulatedRecordTests {
    private let collector = ManifestCollector(gateway: Samples.simulated.gateway)

    private func record(_ change: (inout Job) -> Void, recipe: String? = nil) throws -> ReproducibilityManifest {
        var random = SystemRandomNumberGenerator()
        let now = Timestamp(seconds: 1_795_203_365)
        var job = Admission.Admitted(
            manifest: try JobManifest.smallest,
            site: "simulator",
            isPersonal: false,
            script: "#!/bin/bash\n",
            scriptDigest: SHA256Digest(of: [1]),
            templateDigest: "sha256:0",
            templateText: ""
        ).job(id: JobID(at: now, random: &random), owner: "ada", stagedFirst: false, cache: nil, at: now)
        job.state = .completed
        change(&job)
        let finished = FinishedJob(
            job: job,
            manifest: nil,
            templateText: nil,
            node: nil,
            inputs: [],
            outputs: [],
            logs: [],
            keptUntil: nil,
            account: "ada",
            recipe: recipe
        )
        return collector.manifest(of: finished, id: Samples.simulated.id, origin: nil)
    }

    @Test("what the simulator told is said to be simulated, in the statement, the crate and on the page")
    func isSaid() throws {
        let found = try record { job in
            job.slurm = SlurmFacts(jobId: "12")
            job.slurm?.isSimulated = true
        }
        #expect(found.place.isSimulated)
        let crate = CrateRendering(found).bytes
        let statement = try JSONValue(json: StatementRendering(found).bytes(crate: SHA256Digest(of: crate)))
        let facts = statement["predicate"]?["buildDefinition"]?["internalParameters"]
        #expect(facts?["simulated"] == true)
        #expect(facts?["scheduler"] == "farfield-simulator")
        let signed = StatementRendering(found).bytes(crate: SHA256Digest(of: crate))
        #expect(try SignedRecord(payload: signed).isSimulated)
        #expect(String(decoding: crate, as: UTF8.self).contains("It was SIMULATED"))
        #expect(!String(decoding: crate, as: UTF8.self).contains("SLURM_JOB_ID"))
        #expect(String(decoding: LandingPage(found).bytes, as: UTF8.self).contains("It was SIMULATED"))
    }

    @Test("a job that a known simulated result answered is simulated, one of a real site is not")
    func knownResults() throws {
        let recipe = #"{"platform":{"site":"simulator","software":"simulated 2026-11"}}"#
        #expect(try record({ _ in }, recipe: recipe).place.isSimulated)
        #expect(try !record({ _ in }, recipe: #"{"platform":{"site":"a","software":""}}"#).place.isSimulated)
        #expect(try !record { $0.slurm = SlurmFacts(jobId: "12") }.place.isSimulated)
    }

    @Test("models that decided are named by the digests of their weights, once each")
    func models() throws {
        let weights = Samples.digest("weights")
        func stage(_ name: String, _ digest: JSONValue) -> JobStage {
            JobStage(
                name: name,
                estimatedMinutes: nil,
                startedAt: Timestamp(seconds: 1),
                decisions: ["model": ["name": "mistral", "endpoint": "local", "digest": digest]]
            )
        }
        let found = try record { job in
            job.stages = [
                stage("ALPHACAL", .string(weights.hexadecimal)), stage("IMAGE_RECONSTRUCTION", .string("\(weights)")),
            ]
        }
        #expect(found.models.map(\.digest) == [weights])
        #expect(try record { $0.stages = [stage("ALPHACAL", .null)] }.models.isEmpty)
    }
}

extension JobManifest {
    fileprivate static var smallest: JobManifest {
        get throws {
            try JobManifestReader.read(Document(["apiVersion": "farfield/v1", "name": "x", "command": "true"]))
        }
    }
}
