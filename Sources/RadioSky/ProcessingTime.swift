/// How long the three agents of the pipeline would work, by formula.
package enum ProcessingTime {
    /// An agent of the pipeline.
    package enum Stage: String, Sendable, CaseIterable, Codable {
        case alphaCal = "ALPHACAL"
        case imageReconstruction = "IMAGE_RECONSTRUCTION"
        case anomalyDetection = "ANOMALY_DETECTION"

        /// Minutes for 500 GB on one GPU before anything is added.
        package var referenceMinutes: Double {
            switch self {
            case .alphaCal: 15
            case .imageReconstruction: 45
            case .anomalyDetection: 10
            }
        }
    }

    /// The dataset of the reference times.
    package static let referenceGigabytes = 500.0
    /// Time falls as one over the GPUs in this range; more do not help.
    package static let linearGPUs = 1...8
    /// The iterations of the reference time of imaging, with CLEAN.
    package static let referenceIterations = 1000
    /// The part of the reference time of imaging that grows with iterations; gridding and transforms are the rest.
    package static let minorCycleShare = 0.2

    /// Minutes of one agent: reference · size/500 GB · (1 + overhead) · iterations' factor / GPUs.
    ///
    /// The overhead of the strategy counts for every agent: 5 to 45 percent. The factor is for imaging alone:
    /// 0.8 + 0.2·cost·iterations/1,000.
    ///
    /// - Parameters:
    ///   - stage: which agent.
    ///   - datasetGigabytes: size of the data.
    ///   - gpus: brought to 1–8.
    ///   - strategy: against interference.
    ///   - choice: of imaging; nil, where it is not yet decided, for 1,000 iterations of CLEAN.
    /// - Returns: minutes.
    package static func minutes(
        _ stage: Stage,
        datasetGigabytes: Double,
        gpus: Int,
        strategy: RFIStrategy,
        choice: ImagingChoice? = nil
    ) -> Double {
        let devices = Double(min(linearGPUs.upperBound, max(linearGPUs.lowerBound, gpus)))
        let plain = stage.referenceMinutes * datasetGigabytes / referenceGigabytes * (1 + strategy.overhead) / devices
        guard stage == .imageReconstruction, let choice else { return plain }
        let cycles = choice.algorithm.cost * Double(choice.iterations) / Double(referenceIterations)
        return plain * (1 - minorCycleShare + minorCycleShare * cycles)
    }

    /// Minutes of all three agents.
    ///
    /// - Parameters:
    ///   - datasetGigabytes: size of the data.
    ///   - gpus: brought to 1–8.
    ///   - strategy: against interference.
    ///   - choice: of imaging; nil for 1,000 iterations of CLEAN.
    /// - Returns: minutes.
    package static func total(
        datasetGigabytes: Double,
        gpus: Int,
        strategy: RFIStrategy,
        choice: ImagingChoice? = nil
    ) -> Double {
        Stage.allCases.reduce(0) { sum, stage in
            sum
                + minutes(
                    stage,
                    datasetGigabytes: datasetGigabytes,
                    gpus: gpus,
                    strategy: strategy,
                    choice: choice
                )
        }
    }
}
