import Documents
import LanguageModels
import RadioSky
import Synchronization
import Testing

@testable import Gateway
@testable import Simulator

@Suite("An agent")
struct AgentTests {
    private func parameters(_ more: [String: String] = [:]) throws -> PipelineParameters {
        let given = ["dataset": "VLASS2.1.J153200+421500", "image_size": "128"].merging(more) { $1 }
        return try #require(PipelineParameterReader.read(given, gpus: 1).parameters)
    }

    private let none = AgentDecisions(decisions: [], reasoning: "", source: .heuristic)

    @Test("uses what the model says within the rules, and writes down that it was the model")
    func usesTheModel() async throws {
        let adviser = Adviser.scripted { _ in
            ["analysis": "The band is noisy.", "rfiStrategy": "high", "polynomialOrder": 6]
        }
        let decided = await AlphaCal(parameters: try parameters()).decide(asking: adviser)
        #expect(decided.value("rfiStrategy") == "high")
        #expect(decided.value("polynomialOrder") == 6)
        #expect(decided.source == .model)
        #expect(decided.decisions.allSatisfy { $0.source == .model && $0.reason == "The band is noisy." })
        #expect(decided.json["model"]?["name"] == "tiny")
        #expect(decided.json["model"]?["digest"] == "sha256:00")
        #expect(decided.refused.isEmpty)
    }

    @Test(
        "does not use what is out of range, and says so",
        arguments: [
            ["analysis": "", "rfiStrategy": "none", "polynomialOrder": 40] as JSONValue,
            ["analysis": "", "rfiStrategy": 3, "polynomialOrder": "five"], [], "no object",
        ]
    )
    func refusesOutOfRange(answer: JSONValue) async throws {
        let agent = AlphaCal(parameters: try parameters())
        let decided = await agent.decide(asking: .scripted { _ in answer })
        #expect(decided.decisions == agent.rules)
        #expect(decided.refused.count == 2)
    }

    @Test("does not let the model ruin what the rules would save")
    func refusesRuin() async throws {
        let agent = AlphaCal(parameters: try parameters(["rfi_fraction": "0.5"]))
        let byRule = Calibration(agent.parameters.observation, agent.rules)
        #expect(byRule.verdict == .usable)
        let adviser = Adviser.scripted { _ in
            ["analysis": "Flags cost data.", "rfiStrategy": "low", "polynomialOrder": 3]
        }
        let decided = await agent.decide(asking: adviser)
        #expect(Calibration(agent.parameters.observation, decided.decisions).verdict == .usable)
        #expect(decided.refused.contains { $0.contains("interference_too_strong") })
    }

    @Test("leaves what the researcher has decided")
    func leavesTheResearchersWord() async throws {
        let adviser = Adviser.scripted { _ in
            ["analysis": "I would rather take 3.", "rfiStrategy": "medium", "polynomialOrder": 3]
        }
        let agent = AlphaCal(parameters: try parameters(["polynomial_order": "7"]))
        let decided = await agent.decide(asking: adviser)
        #expect(decided.value("polynomialOrder") == 7)
        #expect(decided.decisions.map(\.source) == [.model, .researcher])
        #expect(decided.reasoning == "I would rather take 3.")
    }

    @Test("decides by rule where no model answers, and tells why")
    func fallsBack() async throws {
        let counted = Mutex<[String]>([])
        let silent = Adviser.scripted { _ in nil }
        let adviser = Adviser(ask: silent.ask, hasModels: true) { name in counted.withLock { $0.append(name) } }
        let agent = AlphaCal(parameters: try parameters())
        let decided = await agent.decide(asking: adviser)
        #expect(decided.source == .heuristic)
        #expect(decided.failure == "provider_unavailable.timeout")
        #expect(decided.decisions == agent.rules)
        #expect(counted.withLock { $0 } == ["alphacal"])
    }

    @Test("is told what was decided and produced before, and its words become the image's")
    func readsTheOneBefore() async throws {
        let asked = Mutex<JSONValue>(.null)
        let parameters = try parameters()
        let before = await AlphaCal(parameters: parameters).decide(asking: .scripted { _ in nil })
        let calibration = Calibration(parameters.observation, before.decisions)
        let adviser = Adviser(
            ask: { (question, _) async throws(ModelFailure) in
                asked.withLock { $0 = question.facts }
                throw ModelFailure(.providerUnavailable(.refused), "down")
            },
            hasModels: true,
            countHeuristic: { _ in }
        )
        let agent = ImageReconstruction(parameters: parameters, calibration: calibration, before: before)
        let decided = await agent.decide(asking: adviser)
        let facts = asked.withLock { $0 }
        #expect(facts["calibrationDecisions"]?.arrayValue?.count == 2)
        #expect(facts["calibration"] == calibration.facts)
        let imaging = Imaging(parameters.observation, calibration, ImagingChoice(decided.decisions))
        #expect(imaging.choice.iterations == decided.value("iterations")?.integerValue)
    }

    @Test("can neither invent an anomaly nor play one down")
    func inventsNothing() async throws {
        let agent = try detection()
        let worst = try #require(agent.candidates.firstIndex { $0.severity == .high } ?? agent.candidates.indices.first)
        let answer: JSONValue = [
            "analysis": "", "summary": "Nothing to see.",
            "findings": [
                [
                    "candidate": .integer(worst + 1), "kind": "TRANSIENT_CANDIDATE", "severity": "low",
                    "description": "It is nothing.",
                ],
                ["candidate": 999, "kind": "RFI_RESIDUAL", "severity": "high", "description": "I saw a comet."],
                [
                    "candidate": .integer(worst + 1), "kind": "RFI_RESIDUAL", "severity": "high",
                    "description": "Again.",
                ],
            ],
        ]
        let decided = await agent.decide(asking: .scripted { _ in answer })
        let findings = AnomalyDetection.findings(decided.decisions)
        #expect(findings.count == agent.candidates.count)
        #expect(Set(findings.map(\.candidate)) == Set(1...agent.candidates.count))
        #expect(findings.first?.candidate == worst + 1)
        #expect(findings.first?.kind == .transientCandidate)
        #expect(findings.first?.severity == agent.candidates[worst].severity)
        #expect(decided.value("summary") == "Nothing to see.")
        #expect(decided.refused.contains { $0.contains("none of the candidates") })
        #expect(decided.refused.contains { $0.contains("twice") })
    }

    @Test("asks only questions that an engine may be sent")
    func asksLintedQuestions() async throws {
        let questions = Mutex<[StructuredQuestion]>([])
        let adviser = Adviser(
            ask: { (question, _) async throws(ModelFailure) in
                questions.withLock { $0.append(question) }
                throw ModelFailure(.providerUnavailable(.refused), "down")
            },
            hasModels: true,
            countHeuristic: { _ in }
        )
        let detection = try detection()
        let before = await AlphaCal(parameters: try parameters()).decide(asking: adviser)
        _ = await ImageReconstruction(
            parameters: try parameters(),
            calibration: detection.imaging.calibration,
            before: before
        ).decide(asking: adviser)
        _ = await detection.decide(asking: adviser)
        let asked = questions.withLock { $0 }
        #expect(asked.map(\.name) == ["alphacal", "image_reconstruction", "anomaly_detection"])
        for question in asked {
            let properties = question.schema["properties"]?.objectValue ?? [:]
            #expect(properties.keys.min() == AnswerSchema.analysis, "what is thought comes first")
            #expect(SchemaRules.faults(in: question.schema).isEmpty, "\(question.name)")
            #expect(!question.instructions.contains("VLASS2.1"), "user strings are data")
        }
    }

    /// An image in which something is to be found.
    private func detection() throws -> AnomalyDetection {
        let parameters = try parameters(["integration_s": "36000", "rfi_strategy": "low", "rfi_fraction": "0.2"])
        let calibration = Calibration(parameters.observation, strategy: .low, polynomialOrder: 3)
        let choice = ImagingChoice(algorithm: .clean, iterations: 100, beamShape: .elliptical)
        let image = Imaging(parameters.observation, calibration, choice).pixels()
        let candidates = AnomalySearch.anomalies(in: image)
        try #require(!candidates.isEmpty)
        return AnomalyDetection(imaging: image.imaging, candidates: candidates, before: [none])
    }
}
