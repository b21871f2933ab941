internal import Attestation
internal import Logging
internal import Slurm
internal import Storage
internal import TaskQueue

/// Removes what ended jobs left at a site when their time is over, and keeps the site's cache within its quota.
struct Clean: Sendable {
    /// How often a site is cleaned up when nothing is due sooner.
    private static let interval = Duration.seconds(600)
    private static let most = 200

    let world: World

    func run(_ task: LeasedTask) async throws -> TaskOutcome {
        let lane = Lane(task.key ?? "")
        guard let policy = world.sites[lane.site]?.configuration.cache else {
            return .dead(reason: "there is no site '\(lane.site)' in the configuration")
        }
        let now = world.keeper.now()
        let folders = try await world.database.read { connection in
            try JobFolderStore.due(
                at: lane,
                standard: policy.folderSeconds,
                now: now,
                limit: Self.most,
                on: connection
            )
        }
        let surplus = try await world.staging.surplus(in: lane, policy, besides: 0)
        guard !folders.isEmpty || !surplus.isEmpty else { return .again(after: Self.interval) }
        do {
            guard let data = try await world.sites.way(lane)?.data else { return .again(after: Self.interval) }
            let report = try await data.clean(folders: folders, cached: surplus)
            try await world.write { connection in
                try JobFolderStore.forget(report.removed, on: connection)
                try SiteCopyStore.forget(surplus, at: lane, on: connection)
            }
            world.logger.info(
                "cleaned up a site",
                metadata: ["site": "\(lane)", "folders": "\(report.removed.count)", "files": "\(surplus.count)"]
            )
        } catch let failure as SiteFailure {
            world.logger.notice(
                "a site cannot be cleaned up now",
                metadata: ["site": "\(lane)", "reason": "\(failure.reason)"]
            )
            return .again(after: failure.concernsAccount ? Self.interval : .seconds(60))
        }
        return .again(after: folders.count == Self.most ? .zero : Self.interval)
    }
}
