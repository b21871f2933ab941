internal import Storage
internal import TaskQueue

/// Lets a job go to its site when every job it depends on has ended as it wished.
struct Prepare: Sendable {
    let world: World

    func run(_ task: LeasedTask) async throws -> TaskOutcome {
        guard let id = task.key.flatMap(JobID.init) else { return .dead(reason: "the key is no job") }
        try await world.write { connection in
            let dependencies = try SubmissionStore.dependencies(of: id, on: connection)
            try world.store.apply(Self.verdict(dependencies), to: id, on: connection)
        }
        // A job that ends later wakes those that wait for it.
        return .done
    }

    typealias Upstream = (job: String, condition: JobManifest.Dependency.Condition, state: JobState)

    /// A pure decision: what the states of the other jobs mean for this one.
    static func verdict(_ dependencies: [Upstream]) -> JobInput {
        if let broken = dependencies.first(where: {
            $0.condition == .afterok && $0.state.isFinal && $0.state != .completed
        }) {
            return .dependencyFailed(
                reason: "It depends on \(broken.job) (afterok), which is \(broken.state.rawValue)."
            )
        }
        let open = dependencies.filter { !$0.state.isFinal }
        guard let first = open.first else { return .ready }
        let others = open.count > 1 ? " and \(open.count - 1) more" : ""
        return .waits(reason: "Waits for \(first.job)\(others), which is \(first.state.rawValue).")
    }
}
