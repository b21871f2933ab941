internal import Documents
internal import FoundationEssentials
internal import Logging
internal import Slurm
internal import Storage
internal import TaskQueue

/// Sends what waits for a site, exactly once each, by the protocol of the design (§4):
/// write "about to submit", run one remote command for all, write Slurm's ids.
///
/// Two commands are under way at once: while one submits, the next one's jobs are written down and delivered, and a
/// command with one late answer does not keep the others waiting.
struct Submit: Sendable {
    let world: World

    func run(_ task: LeasedTask) async throws -> TaskOutcome {
        let lane = Lane(task.key ?? "")
        guard let configuration = world.sites[lane.site]?.configuration else {
            return .dead(reason: "there is no site '\(lane.site)' in the configuration")
        }
        // Somebody else may need a session meanwhile.
        let trains = configuration.maxSessions < 4 ? 1 : 2
        let batches = SubmissionBatches(world: world, lane: lane, trains: trains)
        let waiting = try await batches.preview()
        guard !waiting.isEmpty else { return try await rest(batches) }
        let site: any Site
        do {
            guard let way = try await world.sites.way(lane) else { return .again(after: .seconds(60)) }
            try await way.reach()
            site = way
        } catch let failure as SiteFailure {
            try await explain(waiting, failure, in: lane)
            // A person's key is not tried again and again: their next one is sent on its way by its upload.
            return .again(after: lane.person != nil && failure.concernsAccount ? .seconds(60) : .seconds(5))
        }
        let result = try await withThrowingTaskGroup(of: Result.self) { group in
            for _ in 0..<trains { group.addTask { try await drive(batches, to: site) } }
            return try await group.reduce(into: Result()) { $0.add($1) }
        }
        if result.isAway { return .again(after: .seconds(5)) }
        if result.open > 0 { return .again(after: result.open == result.taken ? .seconds(3) : .seconds(1)) }
        if await batches.isCutShort { return .again(after: .zero) }
        return try await rest(batches)
    }

    /// What is to be done when nothing more can be sent: who waits for room is told, and looked at again soon.
    private func rest(_ batches: SubmissionBatches) async throws -> TaskOutcome {
        guard let hindrance = await batches.hindrance else { return .done }
        try await world.write { connection in
            let rules = batches.rules
            let (owners, reason): ([String?], String) =
                switch hindrance {
                case .site: ([nil], rules.siteReason)
                case .people(let people): (people, SendingRules.personReason)
                }
            for owner in owners {
                let untold = try FairShareStore.untold(
                    lane: rules.lane,
                    owner: owner,
                    reason: reason,
                    limit: 100,
                    on: connection
                )
                for id in untold { try world.store.apply(.waits(reason: reason), to: id, on: connection) }
            }
        }
        return .again(after: .seconds(2))
    }

    /// What came of several batches.
    private struct Result: Sendable {
        /// Jobs that were taken.
        var taken = 0
        /// Those of them that are not settled.
        var open = 0
        /// Whether the site could not be reached.
        var isAway = false

        mutating func add(_ other: Result) {
            taken += other.taken
            open += other.open
            isAway = isAway || other.isAway
        }
    }

    /// Sends batch after batch until nothing waits, or the site is away.
    private func drive(_ batches: SubmissionBatches, to site: any Site) async throws -> Result {
        var result = Result()
        while let waiting = try await batches.next() {
            do {
                try await site.reach()
            } catch {
                await batches.stop()
                try await explain(waiting, error, in: site.lane)
                result.isAway = true
                return result
            }
            let (taken, open) = try await send(waiting, batches.rules, to: site)
            await batches.handBack(waiting)
            result.taken += taken
            result.open += open
        }
        return result
    }

    /// Sends one batch.
    ///
    /// - Returns: how many jobs were taken, and how many of them are not settled.
    private func send(_ waiting: [Job], _ rules: SendingRules, to site: any Site) async throws -> (
        taken: Int, open: Int
    ) {
        let announced = try await announce(waiting, rules)
        let (jobs, unclear) = try await sortOutRestored(announced, at: site)
        let triedBefore = Set(waiting.filter { $0.submission == .trying }.map(\.id))
        let given = jobs.isEmpty ? [] : await site.submit(jobs.map { Self.submission(of: $0, resubmits: false) })
        let answers = zip(jobs, given)
            .map { ($0, Self.cautious($1, triedBefore: triedBefore.contains($0.id))) }
        let lost = try await settle(answers)
        let stillLost = try await reconcile(lost, at: site)
        let unsent = answers.count { if case .notSubmitted = $0.1 { true } else { false } }
        return (announced.count, unsent + stillLost + unclear)
    }

    /// That this try sent nothing says nothing about an earlier one whose answer was lost.
    private static func cautious(_ answer: SubmissionAnswer, triedBefore: Bool) -> SubmissionAnswer {
        guard triedBefore else { return answer }
        switch answer {
        case .notSubmitted(let reason), .inputsLost(let reason): return .unknown(reason: reason)
        case .accepted, .refused, .unknown: return answer
        }
    }

    /// Tells why nothing can be sent now; whether an earlier try came through stays open.
    private func explain(_ jobs: [Job], _ failure: SiteFailure, in lane: Lane) async throws {
        try await world.write { connection in
            let now = world.keeper.now()
            let reason = failure.reason
            try SiteStatusStore.record(SiteHealth(failure), partitions: nil, lane: lane, at: now, on: connection)
            if !failure.concernsAccount { try world.tasks.follow(lane, at: now + .seconds(5), on: connection) }
            for job in jobs {
                let input: JobInput =
                    job.submission == .trying ? .outcomeUnknown(reason: reason) : .waits(reason: reason)
                try world.store.apply(input, to: job.id, on: connection)
            }
        }
    }

    /// Step 1: "about to submit", in one transaction.
    ///
    /// A job cancelled meanwhile is left out, and so is one that must be approved first.
    private func announce(_ waiting: [Job], _ rules: SendingRules) async throws -> [Job] {
        try await world.write { connection in
            let cleared = try world.approvals.clear(waiting, on: connection)
            return try world.store.claim(cleared, rules, on: connection).compactMap { job in
                let announced = try world.store.apply(.submitting, to: job.id, on: connection)
                return announced?.submission == .trying ? announced : nil
            }
        }
    }

    /// A job whose answer was lost, and what is known of that.
    private typealias Lost = (job: Job, reason: String)

    /// Step 3: writes what came of it, in one transaction.
    ///
    /// - Returns: the jobs of which nobody knows.
    private func settle(_ answers: [(Job, SubmissionAnswer)]) async throws -> [Lost] {
        let lost = try await write(answers)
        for (job, answer) in answers { tell(answer, of: job) }
        return lost
    }

    /// Tells the log how a submission ended; what is still open is told by the job's reason.
    func tell(_ answer: SubmissionAnswer, of job: Job) {
        switch answer {
        case .accepted(let slurmID):
            world.logger.info("the site has the job", metadata: ["job.id": "\(job.id)", "slurm.id": "\(slurmID)"])
        case .refused(let reason):
            world.logger.info("the site refused the job", metadata: ["job.id": "\(job.id)", "reason": "\(reason)"])
        case .notSubmitted, .inputsLost, .unknown: return
        }
    }

    private func write(_ answers: [(Job, SubmissionAnswer)]) async throws -> [Lost] {
        try await world.write { connection in
            var lost: [Lost] = []
            for (job, answer) in answers {
                let input: JobInput
                switch answer {
                case .accepted(let slurmID): input = .accepted(slurmID: slurmID)
                case .refused(let reason): input = .refused(reason: reason)
                case .notSubmitted(let reason): input = .notSubmitted(reason: reason)
                case .inputsLost(let reason): input = .inputsLost(reason: reason)
                case .unknown(let reason):
                    lost.append((job, reason))
                    continue
                }
                try world.store.apply(input, to: job.id, on: connection)
            }
            return lost
        }
    }

    /// Answers were lost: ask the queue and the accounting by name.
    ///
    /// Only when both know nothing, twice, and a controller that was frozen would have answered by now, a job is sent
    /// once more.
    ///
    /// - Returns: how many jobs stay unknown.
    private func reconcile(_ lost: [Lost], at site: any Site) async throws -> Int {
        let now = world.keeper.now()
        let (old, young) = Self.split(lost) { now - ($0.job.lastTriedAt ?? now) >= site.configuration.resubmitAfter }
        let unknown = try await search(young, at: site, isThorough: false).lost.count
        let result = try await search(old, at: site, isThorough: true)
        let again = try await resubmit(result.absent, at: site)
        return unknown + result.lost.count + again
    }

    private static func split(_ lost: [Lost], _ isFirst: (Lost) -> Bool) -> ([Lost], [Lost]) {
        (lost.filter(isFirst), lost.filter { !isFirst($0) })
    }

    /// Looks for jobs by name and writes what was found.
    ///
    /// - Returns: the jobs that stay unknown, and, of a thorough search, those that are proved absent.
    private func search(
        _ lost: [Lost],
        at site: any Site,
        isThorough: Bool
    ) async throws -> (lost: [Lost], absent: [Job]) {
        guard !lost.isEmpty else { return ([], []) }
        let since = lost.map { $0.job.firstTriedAt ?? $0.job.createdAt }.min() ?? world.keeper.now()
        let found = await site.find(keys: lost.map(\.job.submissionKey), since: since, isThorough: isThorough)
        for (one, answer) in zip(lost, found) {
            if case .found(let slurmID) = answer { tell(.accepted(slurmID: slurmID), of: one.job) }
        }
        let wait =
            "Slurm does not show it yet; it is sent again only when that stays so for"
            + " \(site.configuration.resubmitAfter)."
        return try await world.write { connection in
            var result: (lost: [Lost], absent: [Job]) = ([], [])
            for (one, answer) in zip(lost, found) {
                switch answer {
                case .found(let slurmID):
                    try world.store.apply(.accepted(slurmID: slurmID), to: one.job.id, on: connection)
                    continue
                case .absent where isThorough:
                    let again = try world.store.apply(.provedAbsent, to: one.job.id, on: connection)
                    if let again, again.submission == .trying { result.absent.append(again) }
                    continue
                case .absent: try tell(one, wait, on: connection)
                case .unknown(let why): try tell(one, why, on: connection)
                }
                result.lost.append(one)
            }
            return result
        }
    }

    private func tell(_ lost: Lost, _ why: String, on connection: any StorageConnection) throws {
        let reason = "Submitted, but the answer was lost: \(lost.reason). \(why)"
        try world.store.apply(.outcomeUnknown(reason: reason), to: lost.job.id, on: connection)
    }

    /// Sends once more what is proved absent.
    ///
    /// - Returns: how many jobs are not settled by it.
    private func resubmit(_ jobs: [Job], at site: any Site) async throws -> Int {
        guard !jobs.isEmpty else { return 0 }
        let answers = Array(zip(jobs, await site.submit(jobs.map { Self.submission(of: $0, resubmits: true) })))
        let lost = try await settle(
            answers.map { job, answer in
                // It is proved that no earlier try came through, and this one sent nothing.
                if case .inputsLost = answer { return (job, answer) }
                return (job, Self.cautious(answer, triedBefore: true))
            }
        )
        return lost.count
    }

    /// The files of an attempt: the batch script, the user's own script, and the small inputs.
    static func submission(of job: Job, resubmits: Bool) -> Submission {
        var files = [DeliverAndSubmit.File(path: JobFolder.batchScript, bytes: Array(job.script.utf8))]
        let manifest = job.manifest
        if let manifest {
            if case .script(let text) = manifest.program {
                files.append(.init(path: JobFolder.userScript, bytes: Array(text.utf8), isExecutable: true))
            }
            files += manifest.inputs.compactMap { input in
                input.source.inlineBytes.map {
                    .init(path: input.path, bytes: $0, isExecutable: input.isExecutable)
                }
            }
        }
        return Submission(
            key: job.submissionKey,
            files: files,
            expected: manifest?.inputs.filter { $0.source.inlineBytes == nil }.map(\.path) ?? [],
            comment: job.comment,
            resubmits: resubmits,
            job: job.id,
            attempt: job.attempt,
            manifest: manifest
        )
    }
}

extension Job {
    /// The manifest it was made from; nil when this version cannot read it any more.
    package var manifest: JobManifest? {
        (try? JSONValue(json: manifestText.utf8)).flatMap { try? JobManifestReader.read(Document($0)) }
    }
}
