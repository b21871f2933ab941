internal import Slurm

/// What is to happen next in a simulated job: a decision on values.
enum Scene: Sendable, Hashable {
    /// An agent begins, at this simulated time.
    case begin(PipelineAgent, at: Int64)
    /// The stage that runs ends well.
    case complete(SimulatedStage)
    /// The stage that runs is the job's ruin.
    case ruin(StageRuin)
    /// All agents have played; the job took so long.
    case finish(at: Int64)
    /// Nothing until this simulated time.
    case wait(until: Int64)

    /// Decides.
    ///
    /// - Parameters:
    ///   - agents: who plays, in order.
    ///   - stages: those that have begun, in order.
    ///   - elapsed: simulated milliseconds since the job began.
    /// - Returns: the next thing.
    static func next(_ agents: [PipelineAgent], _ stages: [SimulatedStage], elapsed: Int64) -> Scene {
        guard let last = stages.last else { return agents.first.map { .begin($0, at: 0) } ?? .finish(at: 0) }
        guard last.completedAt == nil else {
            let following = agents.first { agent in !stages.contains { $0.agent == agent } }
            return following.map { .begin($0, at: last.endsAt) } ?? .finish(at: last.endsAt)
        }
        if let ruin = last.ruin, elapsed >= ruin.at { return .ruin(ruin) }
        if last.ruin == nil, elapsed >= last.endsAt { return .complete(last) }
        let end = last.ruin?.at ?? last.endsAt
        return .wait(until: min(end, last.moments.first { $0.at > elapsed }?.at ?? end))
    }
}

extension SimulatedStage {
    /// When its steps are reached, in simulated milliseconds since the job began; none behind its ruin.
    var moments: [(name: String, at: Int64)] {
        agent.steps.map { ($0.name, beginsAt + lasts * $0.after / 1000) }
            .filter { moment in ruin.map { moment.at < $0.at } ?? true }
    }

    /// How far it is at a simulated time, 0 to 99, and 100 once it has ended well.
    func progress(at elapsed: Int64) -> Int {
        if completedAt != nil { return 100 }
        let passed = max(0, min(elapsed, ruin?.at ?? endsAt) - beginsAt)
        return min(99, Int(Double(passed) / Double(max(1, lasts)) * 100))
    }
}
