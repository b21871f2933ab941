internal import Logging
internal import Metrics
internal import Storage
internal import TaskQueue

/// Looks at a site once for all its active jobs: one `squeue` and one `sacct` in one remote command (design §5).
struct Follow: Sendable {
    let world: World

    func run(_ task: LeasedTask) async throws -> TaskOutcome {
        guard let name = task.key, let site = world.sites[name] else {
            return .dead(reason: "there is no site '\(task.key ?? "")' in the configuration")
        }
        let jobs = try await world.database.read { try world.store.following(site: name, on: $0) }
        let observation = await site.observe(jobs.compactMap(Self.followed))
        Counter(label: "farfield_site_looks_total", dimensions: [("site", name)]).increment()
        let now = world.keeper.now()
        let changed = try await record(observation, of: jobs, site: name, at: now)
        return .again(
            after: PollInterval.next(
                jobs: jobs,
                changed: changed,
                isUp: observation.health.state == .up,
                site: site.configuration,
                now: now
            )
        )
    }

    static func followed(_ job: Job) -> FollowedJob? {
        guard let slurmID = job.slurm?.jobId else { return nil }
        return FollowedJob(
            slurmID: slurmID,
            key: job.submissionKey,
            arrayTasks: job.arrayCount == nil ? nil : job.manifest?.array?.tasks,
            isCancelling: job.cancelRequestedAt != nil
        )
    }

    /// Writes what was told, in one transaction: whole changes for the jobs that changed, the time of the look for
    /// all others that were seen.
    ///
    /// - Returns: how many jobs changed in a way a person would want to know.
    private func record(
        _ observation: SiteObservation,
        of jobs: [Job],
        site: String,
        at now: Timestamp
    ) async throws -> Int {
        try await world.database.transaction { connection in
            var changed = 0
            var unchanged: [JobID] = []
            for job in jobs {
                guard let slurmID = job.slurm?.jobId, let answer = observation.answers[slurmID] else { continue }
                let input = Self.input(answer)
                if Self.isNews(input, for: job, at: now) {
                    changed += 1
                    try world.store.apply(input, to: job.id, on: connection)
                } else if case .seen = answer {
                    unchanged.append(job.id)
                }
            }
            try world.store.touch(unchanged, at: now, on: connection)
            let before = try SiteStatusStore.find(site, on: connection)?.state ?? .unknown
            if before != observation.health.state {
                world.logger.notice(
                    "site is \(observation.health.state.rawValue)",
                    metadata: ["site": "\(site)", "reason": "\(observation.health.reason ?? "-")"]
                )
            }
            try SiteStatusStore.record(
                observation.health,
                partitions: observation.partitions,
                site: site,
                at: now,
                on: connection
            )
            return changed
        }
    }

    private static func input(_ answer: SiteObservation.Answer) -> JobInput {
        switch answer {
        case .seen(let sighting): .observed(sighting)
        case .notVisible(let reason, let isWhole): .notVisible(reason: reason, isWholeAnswer: isWhole)
        }
    }

    private static func isNews(_ input: JobInput, for job: Job, at now: Timestamp) -> Bool {
        if job.arrayCount != nil { return true }
        var after = job
        let steps = JobLife.apply(input, to: &after, at: now)
        return !steps.isEmpty || !JobEvents.between(job, after).isEmpty
    }
}

/// How long to wait until the next look; a pure decision.
enum PollInterval {
    /// How often a site without active jobs is asked whether it still answers.
    static let idle = Duration.seconds(60)

    /// Fast while something is about to change, slower the longer nothing did: a tenth of the time since the last
    /// change, within the site's limits.
    static func next(
        jobs: [Job],
        changed: Int,
        isUp: Bool,
        site: SiteConfiguration,
        now: Timestamp
    ) -> Duration {
        // A site that is down is waited for, whether or not it has jobs.
        if jobs.isEmpty { return isUp ? idle : site.pollSlowest }
        if changed > 0 || jobs.contains(where: { $0.cancelRequestedAt != nil }) { return site.pollFastest }
        let youngest = jobs.map { now - $0.updatedAt }.min() ?? idle
        return min(max(youngest / 10, site.pollFastest), site.pollSlowest)
    }
}
