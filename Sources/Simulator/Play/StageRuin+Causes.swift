internal import RadioSky
internal import Slurm

extension StageRuin {
    /// The first thing that ends the job in a stage, decided when the stage begins; nil when it ends well.
    ///
    /// - Parameters:
    ///   - job: whose stage it is.
    ///   - parameters: what was asked for.
    ///   - agent: who plays.
    ///   - beginsAt: simulated milliseconds since the job began.
    ///   - lasts: how long it would take, in simulated milliseconds.
    ///   - calibration: as decided so far.
    /// - Returns: what ends the job; nil when nothing does.
    static func of(
        _ job: SimulatedJob,
        _ parameters: PipelineParameters,
        _ agent: PipelineAgent,
        beginsAt: Int64,
        lasts: Int64,
        _ calibration: Calibration
    ) -> StageRuin? {
        let limit = Int64(job.request.walltime) * 1000
        let isTooLong = parameters.fault == .timeout && parameters.faultAgent == agent
        let outOfTime =
            beginsAt + lasts > limit || isTooLong
            ? timeout(job, at: max(limit, beginsAt), isAsked: beginsAt + lasts <= limit) : nil
        let other =
            requested(job, parameters, agent, beginsAt: beginsAt, lasts: lasts)
            ?? natural(agent, at: beginsAt + lasts * 3 / 10, calibration)
        return [outOfTime, other].compactMap { $0 }.min { $0.at < $1.at }
    }

    private static func timeout(_ job: SimulatedJob, at moment: Int64, isAsked: Bool) -> StageRuin {
        StageRuin(
            state: .timeout,
            exitCode: 0,
            at: moment,
            lines: ["slurmstepd: error: *** JOB \(job.id) ON sim001 CANCELLED DUE TO TIME LIMIT ***"]
                + (isAsked ? ["This fault was asked for."] : [])
        )
    }

    private static func requested(
        _ job: SimulatedJob,
        _ parameters: PipelineParameters,
        _ agent: PipelineAgent,
        beginsAt: Int64,
        lasts: Int64
    ) -> StageRuin? {
        guard let fault = parameters.fault, parameters.faultAgent == agent else { return nil }
        let moment = beginsAt + lasts * 6 / 10
        switch fault {
        case .rfiTooStrong:
            return tooStrong(at: beginsAt + lasts * 3 / 10, "This fault was asked for.")
        case .outOfMemory:
            return StageRuin(
                state: .outOfMemory,
                exitCode: 0,
                at: moment,
                lines: [
                    "\(agent.stage): cannot allocate the next grid within \(job.request.memory) MiB. "
                        + "This fault was asked for.",
                    "slurmstepd: error: Detected 1 oom_kill event in StepId=\(job.id).batch. "
                        + "Some of the step tasks have been OOM Killed.",
                ]
            )
        case .nodeFailure:
            // The node that goes down is gone: another attempt meets another one.
            guard job.attempt == 1 else { return nil }
            return StageRuin(
                state: .nodeFail,
                exitCode: 0,
                at: moment,
                lines: [
                    "slurmstepd: error: *** JOB \(job.id) ON sim001 CANCELLED DUE TO NODE FAILURE, SEE SLURMCTLD LOG "
                        + "FOR DETAILS ***",
                    "This fault was asked for; it hits the first attempt only.",
                ]
            )
        case .timeout: return nil
        }
    }

    /// What the formulas themselves say cannot go on.
    private static func natural(_ agent: PipelineAgent, at moment: Int64, _ calibration: Calibration) -> StageRuin? {
        guard agent == .alphaCal else { return nil }
        switch calibration.verdict {
        case .usable: return nil
        case .interferenceTooStrong:
            let usable = Int((calibration.flagging.usableFraction * 100).rounded())
            let residual = Int((calibration.flagging.residualFraction * 100).rounded())
            return tooStrong(
                at: moment,
                "With the strategy '\(calibration.strategy.rawValue)' \(usable) percent of the data are usable, and "
                    + "\(residual) percent of those still hold interference."
            )
        case .fitFailed:
            return StageRuin(
                state: .failed,
                exitCode: 1,
                at: moment,
                lines: [
                    "ERROR: the polynomial of order \(calibration.polynomialOrder) cannot be fitted to the channels that "
                        + "are left: its condition number is above \(Int(Calibration.largestConditionNumber)). "
                        + "Choose a lower polynomial_order."
                ]
            )
        }
    }

    private static func tooStrong(at moment: Int64, _ detail: String) -> StageRuin {
        StageRuin(
            state: .failed,
            exitCode: 1,
            at: moment,
            lines: [
                "ERROR: RFI too strong: the data cannot be calibrated. \(detail) "
                    + "Choose a more thorough rfi_strategy, or another dataset."
            ]
        )
    }
}
