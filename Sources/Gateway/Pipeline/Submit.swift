internal import Documents
internal import FoundationEssentials
internal import Slurm
internal import Storage
internal import TaskQueue

/// Sends what waits for a site, exactly once each, by the protocol of the design (§4):
/// write "about to submit", run one remote command for all, write Slurm's ids.
struct Submit: Sendable {
    /// Attempts that travel in one remote command.
    private static let batch = 50

    let world: World

    func run(_ task: LeasedTask) async throws -> TaskOutcome {
        guard let name = task.key, let site = world.sites[name] else {
            return .dead(reason: "there is no site '\(task.key ?? "")' in the configuration")
        }
        let waiting = try await world.database.read { connection in
            try world.store.submitting(site: name, limit: Self.batch, on: connection)
        }
        guard !waiting.isEmpty else { return .done }
        do {
            try await site.reach()
        } catch {
            try await explain(waiting, error.reason, site: name)
            return .again(after: .seconds(5))
        }
        let jobs = try await announce(waiting)
        let triedBefore = Set(waiting.filter { $0.submission == .trying }.map(\.id))
        let answers = await site.submit(jobs.map { Self.submission(of: $0, resubmits: false) })
        var open = 0
        for (job, answer) in zip(jobs, answers) {
            let answer = Self.cautious(answer, triedBefore: triedBefore.contains(job.id))
            if try await settle(job, answer, at: site) == false { open += 1 }
        }
        if open > 0 { return .again(after: open == jobs.count ? .seconds(3) : .seconds(1)) }
        return waiting.count == Self.batch ? .again(after: .zero) : .done
    }

    /// That this try sent nothing says nothing about an earlier one whose answer was lost.
    private static func cautious(_ answer: SubmissionAnswer, triedBefore: Bool) -> SubmissionAnswer {
        guard triedBefore, case .notSubmitted(let reason) = answer else { return answer }
        return .unknown(reason: reason)
    }

    /// Tells why nothing can be sent now; whether an earlier try came through stays open.
    private func explain(_ jobs: [Job], _ reason: String, site: String) async throws {
        try await world.database.transaction { connection in
            let health = SiteHealth(state: .down, reason: reason)
            let now = world.keeper.now()
            try SiteStatusStore.record(health, partitions: nil, site: site, at: now, on: connection)
            try world.tasks.follow(site: site, at: now + .seconds(5), on: connection)
            for job in jobs {
                let input: JobInput =
                    job.submission == .trying ? .outcomeUnknown(reason: reason) : .waits(reason: reason)
                try world.store.apply(input, to: job.id, on: connection)
            }
        }
    }

    /// Step 1: "about to submit", in one transaction.
    ///
    /// A job cancelled meanwhile is left out.
    private func announce(_ waiting: [Job]) async throws -> [Job] {
        try await world.database.transaction { connection in
            try waiting.compactMap { job in
                let announced = try world.store.apply(.submitting, to: job.id, on: connection)
                return announced?.submission == .trying ? announced : nil
            }
        }
    }

    /// Step 3: writes what came of it.
    ///
    /// - Returns: whether the job needs no further look by this step.
    private func settle(_ job: Job, _ answer: SubmissionAnswer, at site: any Site) async throws -> Bool {
        switch answer {
        case .accepted(let slurmID):
            try await world.apply(.accepted(slurmID: slurmID), to: job.id)
            return true
        case .refused(let reason):
            try await world.apply(.refused(reason: reason), to: job.id)
            return true
        case .notSubmitted(let reason):
            try await world.apply(.notSubmitted(reason: reason), to: job.id)
            return false
        case .unknown(let reason):
            return try await reconcile(job, reason, at: site)
        }
    }

    /// The answer was lost: ask the queue and the accounting by name.
    ///
    /// Only when both know nothing, and a controller that was frozen would have answered by now, the job is sent once
    /// more.
    private func reconcile(_ job: Job, _ reason: String, at site: any Site) async throws -> Bool {
        let lastTry = job.lastTriedAt ?? job.createdAt
        switch await site.find(key: job.submissionKey, since: job.firstTriedAt ?? job.createdAt) {
        case .found(let slurmID):
            try await world.apply(.accepted(slurmID: slurmID), to: job.id)
            return true
        case .unknown(let why):
            try await world.apply(
                .outcomeUnknown(reason: "Submitted, but the answer was lost: \(reason). \(why)"),
                to: job.id
            )
            return false
        case .absent where world.keeper.now() - lastTry < site.configuration.resubmitAfter:
            let wait =
                "Slurm does not show it yet; it is sent again only when that stays so for \(site.configuration.resubmitAfter)."
            try await world.apply(
                .outcomeUnknown(reason: "Submitted, but the answer was lost: \(reason). \(wait)"),
                to: job.id
            )
            return false
        case .absent:
            guard let again = try await world.apply(.provedAbsent, to: job.id), again.submission == .trying else {
                return true
            }
            let answers = await site.submit([Self.submission(of: again, resubmits: true)])
            guard let answer = answers.first else { return false }
            if case .unknown = answer { return false }
            return try await settle(again, answer, at: site)
        }
    }

    /// The files of an attempt: the batch script, the user's own script, and the small inputs.
    static func submission(of job: Job, resubmits: Bool) -> Submission {
        var files = [DeliverAndSubmit.File(path: JobFolder.batchScript, bytes: Array(job.script.utf8))]
        if let manifest = job.manifest {
            if case .script(let text) = manifest.program {
                files.append(.init(path: JobFolder.userScript, bytes: Array(text.utf8), isExecutable: true))
            }
            files += manifest.inputs.map { .init(path: $0.path, bytes: $0.bytes, isExecutable: $0.isExecutable) }
        }
        return Submission(key: job.submissionKey, files: files, resubmits: resubmits)
    }
}

extension Job {
    /// The manifest it was made from; nil when this version cannot read it any more.
    package var manifest: JobManifest? {
        (try? Document(json: manifestText.utf8)).flatMap { try? JobManifestReader.read($0) }
    }
}
