internal import Logging
internal import Metrics
internal import Storage
internal import TaskQueue

/// Looks at a site once for all its active jobs: one `squeue` and one `sacct` in one remote command (design §5).
struct Follow: Sendable {
    let world: World

    func run(_ task: LeasedTask) async throws -> TaskOutcome {
        let lane = Lane(task.key ?? "")
        guard let configuration = world.sites[lane.site]?.configuration else {
            return .dead(reason: "there is no site '\(lane.site)' in the configuration")
        }
        let begun = ContinuousClock.now
        let jobs = try await world.database.read { connection in
            try world.store.following(lane: lane, on: connection).map { job in
                var job = job
                if job.arrayCount != nil { job.tasks = try world.store.arrayTasks(of: job.id, on: connection) }
                return job
            }
        }
        let observation = try await look(lane, jobs)
        Counter(label: "farfield_site_looks_total", dimensions: [("site", lane.site)]).increment()
        let now = world.keeper.now()
        let changed = try await record(observation, of: jobs, in: lane, at: now)
        // A person's way is left alone while nothing of theirs is under way.
        if lane.person != nil, jobs.isEmpty { return .done }
        return .again(
            after: PollInterval.next(
                jobs: jobs,
                changed: changed,
                isUp: observation.health.state == .up,
                cost: ContinuousClock.now - begun,
                site: configuration,
                now: now
            )
        )
    }

    /// A way that is closed is a look that told nothing.
    private func look(_ lane: Lane, _ jobs: [Job]) async throws -> SiteObservation {
        do {
            guard let site = try await world.sites.way(lane) else {
                return SiteObservation(health: SiteHealth(state: .unknown, reason: nil), answers: [:], partitions: nil)
            }
            return await site.observe(jobs.compactMap(Self.followed))
        } catch let failure as SiteFailure {
            return SiteObservation(health: SiteHealth(failure), answers: [:], partitions: nil)
        }
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

    /// Writes what was told, in one transaction: whole changes for the jobs that changed, and the time of the look,
    /// which counts for all others in sight.
    ///
    /// - Returns: how many jobs changed in a way a person would want to know.
    private func record(
        _ observation: SiteObservation,
        of jobs: [Job],
        in lane: Lane,
        at now: Timestamp
    ) async throws -> Int {
        let news = Self.news(observation, of: jobs, at: now)
        let lookedAt = observation.answers.isEmpty ? nil : now
        return try await world.write { connection in
            for (job, input) in news { try world.store.apply(input, to: job, on: connection) }
            let before = try SiteStatusStore.find(lane.text, on: connection)?.state ?? .unknown
            if before != observation.health.state {
                world.logger.notice(
                    "site is \(observation.health.state.rawValue)",
                    metadata: ["site": "\(lane)", "reason": "\(observation.health.reason ?? "-")"]
                )
            }
            try SiteStatusStore.record(
                observation.health,
                partitions: observation.partitions,
                lane: lane,
                lookedAt: lookedAt,
                at: now,
                on: connection
            )
            return news.count
        }
    }

    private static func input(_ answer: SiteObservation.Answer) -> JobInput {
        switch answer {
        case .seen(let sighting): .observed(sighting)
        case .notVisible(let reason, let isWhole): .notVisible(reason: reason, isWholeAnswer: isWhole)
        }
    }

    /// What has to be written, worked out before the transaction.
    private static func news(
        _ observation: SiteObservation,
        of jobs: [Job],
        at now: Timestamp
    ) -> [(JobID, JobInput)] {
        jobs.compactMap { job in
            guard let slurmID = job.slurm?.jobId, let answer = observation.answers[slurmID] else { return nil }
            let input = input(answer)
            return isNews(input, for: job, at: now) ? (job.id, input) : nil
        }
    }

    private static func isNews(_ input: JobInput, for job: Job, at now: Timestamp) -> Bool {
        var after = job
        let steps = JobLife.apply(input, to: &after, at: now)
        if after.tasks.mapValues(\.state) != job.tasks.mapValues(\.state) { return true }
        return !steps.isEmpty || after.isInSight != job.isInSight
            || !JobEvents.between(job, after).isEmpty
    }
}

/// How long to wait until the next look; a pure decision.
enum PollInterval {
    /// How often a site without active jobs is asked whether it still answers.
    static let idle = Duration.seconds(60)
    /// How often a site with active jobs is called while it does not answer.
    private static let whileDown = Duration.seconds(5)

    /// Fast while something is about to change, slower the longer nothing did and the dearer a look is: a sixtieth of
    /// the time since the last change, but five times as long as the look itself took, within the site's limits.
    static func next(
        jobs: [Job],
        changed: Int,
        isUp: Bool,
        cost: Duration,
        site: SiteConfiguration,
        now: Timestamp
    ) -> Duration {
        // A site that is down is waited for, whether or not it has jobs; whatever they wait for, haste does not help.
        if jobs.isEmpty { return isUp ? idle : site.pollSlowest }
        if !isUp { return min(max(site.pollFastest, whileDown), site.pollSlowest) }
        let isLively = changed > 0 || jobs.contains(where: { $0.cancelRequestedAt != nil })
        let quiet = isLively ? .zero : (jobs.map { now - $0.updatedAt }.min() ?? idle) / 60
        return min(max(quiet, cost * 5, site.pollFastest), site.pollSlowest)
    }
}
