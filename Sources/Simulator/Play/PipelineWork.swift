internal import Documents
internal import Gateway
internal import RadioSky

/// What the decisions so far lead to, by formulas alone: computed anew from what is recorded, whenever it is needed.
struct PipelineWork: Sendable {
    let parameters: PipelineParameters
    /// What was decided in the stages that have begun.
    let decided: [PipelineAgent: AgentDecisions]

    init(_ parameters: PipelineParameters, _ stages: [SimulatedStage]) {
        self.parameters = parameters
        decided = Dictionary(stages.map { ($0.agent, $0.decisions) }) { first, _ in first }
    }

    private init(_ parameters: PipelineParameters, decided: [PipelineAgent: AgentDecisions]) {
        (self.parameters, self.decided) = (parameters, decided)
    }

    /// With what one more agent decided.
    func adding(_ decisions: AgentDecisions, of agent: PipelineAgent) -> PipelineWork {
        PipelineWork(parameters, decided: decided.merging([agent: decisions]) { $1 })
    }

    var calibration: Calibration {
        Calibration(parameters.observation, decided[.alphaCal]?.decisions ?? AlphaCal(parameters: parameters).rules)
    }

    var imaging: Imaging {
        Imaging(
            parameters.observation,
            calibration,
            ImagingChoice(decided[.imageReconstruction]?.decisions ?? [])
        )
    }

    /// The image itself; takes a while.
    var image: SkyImage { imaging.pixels() }

    /// Lets an agent decide.
    ///
    /// - Throws: nothing of its own.
    func decide(_ agent: PipelineAgent, asking adviser: Adviser) async throws -> AgentDecisions {
        let none = AgentDecisions(decisions: [], reasoning: "", source: .heuristic)
        switch agent {
        case .alphaCal: return await AlphaCal(parameters: parameters).decide(asking: adviser)
        case .imageReconstruction:
            return await ImageReconstruction(
                parameters: parameters,
                calibration: calibration,
                before: decided[.alphaCal] ?? none
            ).decide(asking: adviser)
        case .anomalyDetection:
            let image: SkyImage = try await Task.blocking { self.image }
            return await AnomalyDetection(
                imaging: image.imaging,
                candidates: AnomalySearch.anomalies(in: image),
                before: [decided[.alphaCal], decided[.imageReconstruction]].compactMap { $0 }
            ).decide(asking: adviser)
        }
    }

    /// How long an agent works, in simulated milliseconds: the formula with what was decided; at least one.
    func milliseconds(_ agent: PipelineAgent) -> Int64 {
        let minutes = ProcessingTime.minutes(
            agent.timing,
            datasetGigabytes: parameters.observation.datasetGigabytes,
            gpus: parameters.gpus,
            strategy: calibration.strategy,
            choice: decided[.imageReconstruction].map { ImagingChoice($0.decisions) }
        )
        return max(1, Int64((minutes * 60_000).rounded()))
    }

    /// How long a job would take, before anybody decided anything.
    static func estimatedMinutes(_ parameters: PipelineParameters) -> Double {
        let strategy = parameters.choices.strategy ?? Heuristics.strategy(for: parameters.observation).choice
        let choice = parameters.choices.iterations.map {
            ImagingChoice(
                algorithm: parameters.choices.algorithm ?? .clean,
                iterations: $0,
                beamShape: parameters.choices.beamShape ?? .elliptical
            )
        }
        return parameters.agent.pipeline.reduce(0) { sum, agent in
            sum
                + ProcessingTime.minutes(
                    agent.timing,
                    datasetGigabytes: parameters.observation.datasetGigabytes,
                    gpus: parameters.gpus,
                    strategy: strategy,
                    choice: choice
                )
        }
    }
}

extension PipelineAgent {
    /// Its formula of time.
    var timing: ProcessingTime.Stage {
        switch self {
        case .alphaCal: .alphaCal
        case .imageReconstruction: .imageReconstruction
        case .anomalyDetection: .anomalyDetection
        }
    }
}
