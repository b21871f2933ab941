internal import TaskQueue

/// Tells the site to end a job.
///
/// Whether it came in time is seen by `Follow`: what Slurm says is the truth.
struct Cancel: Sendable {
    let world: World

    func run(_ task: LeasedTask) async throws -> TaskOutcome {
        guard let job = try await world.job(of: task), job.cancelRequestedAt != nil, let slurmID = job.slurm?.jobId,
            job.state == .pending || job.state == .running
        else { return .done }
        do {
            guard let site = try await world.sites.way(of: job) else {
                return .dead(reason: "there is no site '\(job.site)'")
            }
            try await site.cancel(slurmID: slurmID)
            return .done
        } catch let error as SiteFailure {
            try await world.apply(
                .notVisible(reason: "Not cancelled yet: \(error.reason)", isWholeAnswer: false),
                to: job.id
            )
            return error.isTransient && !error.concernsAccount
                ? .again(after: .seconds(5)) : .again(after: .seconds(60))
        }
    }
}
