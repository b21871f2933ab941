package import Attestation
package import Documents
internal import Storage

/// What came of a submission.
package enum SubmitAnswer: Sendable {
    /// The job is in the database; nothing will be lost.
    case accepted(Job)
    /// The manifest asked for a dry run.
    case preview(ScriptPreview)
}

/// A script as it would be submitted.
package struct ScriptPreview: Sendable, Hashable {
    /// The rendered batch script.
    package let script: String
    /// The template it was made from.
    package let template: String
    /// The site it was made for.
    package let site: String
    /// The manifest in its normal form.
    package let manifest: JSONValue
    /// `sha256:…` of the script.
    package let scriptDigest: String
    /// What it can cost at worst; nil where that is not known.
    package var price: JobPrice?
    /// Who would pay; nil where the site is not metered, or not asked.
    package var funding: Funding?
    /// What is said of the job; nil where nobody is asked.
    package var advice: JobAdvice?
}

/// What people do with jobs.
package struct JobService: Sendable {
    let database: any Database
    let store: JobStore
    let tasks: JobTasks
    let admission: Admission
    let sources: SourcePolicy
    let budget: Budget
    let results: ResultCache
    let approvals: ApprovalDesk
    let advice: AdviceDesk
    let artifacts: ArtifactLibrary
    let backlog: Backlog
    let caps: PersonalCaps
    let keeper: TimeKeeper
    let feed: EventFeed

    /// Accepts a job: checked, rendered and written, or refused with every fault.
    ///
    /// - Parameters:
    ///   - document: the manifest.
    ///   - bodyDigest: of the request's bytes, to know a repeated request.
    ///   - idempotencyKey: the client's key, if it sent one.
    ///   - person: who submits.
    ///   - rerun: what comes along when an earlier job is run again.
    ///   - insists: whether the job is wanted though it is advised against.
    /// - Returns: the job, or the preview of a dry run.
    /// - Throws: ``GatewayError``.
    package func submit(
        _ document: Document,
        bodyDigest: SHA256Digest,
        idempotencyKey: String?,
        by person: Person,
        as rerun: Rerun? = nil,
        insists: Bool = false
    ) async throws -> SubmitAnswer {
        let begun = ContinuousClock.now
        let wish = try JobManifestReader.read(document)
        if wish.dryRun { return .preview(try await preview(wish, by: person, isAdvised: true)) }
        try await requireMay(person, wish)
        let site = try await admission.place(wish, on: database)
        let priced = try await budget.price(wish, at: site, by: person)
        let manifest = priced.manifest
        let admitted = try admission.admit(manifest, template: rerun?.templateText, at: site)
        let counsel = try await counsel(on: manifest, at: site, by: person, idempotencyKey, since: begun)
        // What is run again is wanted as it was.
        if let refusal = counsel?.refusal, !insists, rerun == nil { throw refusal }
        let now = keeper.now()
        let prospect = try await prospect(manifest, owner: person.name, at: now)
        var random = SystemRandomNumberGenerator()
        var job = admitted.job(
            id: JobID(at: now, random: &random),
            owner: person.name,
            stagedFirst: prospect.isStagedFirst,
            cache: prospect.cache,
            at: now
        )
        let steps = prospect.firstSteps(of: &job, manifest, at: now)
        job.advice = counsel?.advice
        let accepted = job
        let answer = try await database.transaction { connection in
            let job = try write(accepted, manifest, steps, bodyDigest, idempotencyKey, on: connection)
            guard job.id == accepted.id else { return try shown(job, on: connection) }
            try caps.require(person, on: connection)
            try Budget.reserve(priced, for: job, on: connection)
            try TemplateTextStore.keep(
                admitted.templateText,
                digest: admitted.templateDigest,
                name: job.template,
                on: connection
            )
            if let rerun {
                for digest in rerun.granted {
                    try results.holdings.hold(digest, as: .input, of: job, name: nil, on: connection)
                }
                try rerun.record(job, connection)
            }
            var result = job
            let isToBeComputed = try prospect.keys.map { try look(&result, manifest, $0, on: connection) } ?? true
            if isToBeComputed { result = try approvals.consider(result, on: connection) }
            // What is known already needs no advice.
            if let counsel, !result.state.isFinal { try advice.keep(counsel, of: result, on: connection) }
            try audit("job.submitted", job, by: person, on: connection)
            return try shown(result, on: connection)
        }
        return .accepted(answer)
    }

    /// What a person may not ask for, and a full gateway not take, is refused before anything is looked at.
    private func requireMay(_ person: Person, _ wish: JobManifest) async throws {
        try PriorityClass.require(wish.priority, for: person)
        try sources.requireAccess(to: wish, for: person)
        try await backlog.check(database)
    }

    /// What can be said of a job's inputs and of known results before it is written.
    private struct Prospect: Sendable {
        var cache: JobCache?
        /// The digest of every input, where a known result can be looked for at once.
        var keys: [String: String]?
        var isStagedFirst: Bool

        /// What is to be done first; what waits for nothing is ready at once.
        func firstSteps(of job: inout Job, _ manifest: JobManifest, at now: Timestamp) -> [NextStep] {
            if keys != nil { return [] }
            return manifest.dependencies.isEmpty ? JobLife.apply(.ready, to: &job, at: now) : [.prepare]
        }
    }

    /// Asks for advice; a repeated submission has its answer already, and it must not become another one.
    private func counsel(
        on manifest: JobManifest,
        at site: SiteConfiguration,
        by person: Person,
        _ key: String?,
        since begun: ContinuousClock.Instant = .now
    ) async throws -> AdviceDesk.Counsel? {
        guard advice.isAsked(about: site), let place = admission.sites[site.name] else { return nil }
        if let key {
            let isRepeated = try await database.read {
                try SubmissionStore.isKnown(key: key, owner: person.name, on: $0)
            }
            if isRepeated { return nil }
        }
        return try await advice.consider(manifest, at: place, by: person.name, since: begun)
    }

    private func prospect(_ manifest: JobManifest, owner: String, at now: Timestamp) async throws -> Prospect {
        let hasRemote = manifest.inputs.contains { $0.source.inlineBytes == nil }
        if let standing = ResultCache.standing(manifest) {
            return Prospect(cache: standing, keys: nil, isStagedFirst: hasRemote)
        }
        // A job that waits for others is looked up when it is its turn.
        guard manifest.dependencies.isEmpty else { return Prospect(cache: nil, keys: nil, isStagedFirst: true) }
        do {
            let keys = try await database.read {
                try InputResolver.known(manifest, owner: owner, at: now, on: $0)
            }
            return Prospect(cache: nil, keys: keys, isStagedFirst: hasRemote || keys == nil)
        } catch InputFailure.refused(let reason) {
            throw GatewayError(
                .invalidManifest,
                "An input cannot be had.",
                faults: [Fault(path: "/inputs", message: reason, expected: "an input that you may read")]
            )
        }
    }

    /// Answers a job by a known result, or lets it go on.
    ///
    /// - Returns: whether it is certain that it must be computed.
    private func look(
        _ job: inout Job,
        _ manifest: JobManifest,
        _ keys: [String: String],
        on connection: any StorageConnection
    ) throws -> Bool {
        let software = admission.sites[job.site]?.configuration.cache.software ?? ""
        let verdict = try results.look(job, manifest, inputs: keys, software: software, on: connection)
        switch verdict {
        case .answered, .joined: break
        case .compute: try store.apply(.ready, to: job.id, on: connection)
        case .absent: try tasks.enqueue([.stage], for: job, at: job.createdAt, on: connection)
        }
        job = try store.find(job.id, on: connection) ?? job
        return verdict == .compute
    }

    /// A job with the newest question about it.
    private func shown(_ job: Job, on connection: any StorageConnection) throws -> Job {
        var job = job
        job.approval = try ApprovalStore.latest(of: job.id, on: connection)
        if advice.isKept { job.advice = try AdviceStore.find(job.id, on: connection) }
        job.cost = try JobCostStore.find(job.id, on: connection)
        return job
    }

    private func write(
        _ job: Job,
        _ manifest: JobManifest,
        _ steps: [NextStep],
        _ body: SHA256Digest,
        _ key: String?,
        on connection: any StorageConnection
    ) throws -> Job {
        if let key, let known = try SubmissionStore.known(key: key, owner: job.owner, on: connection) {
            guard known.bodyDigest == body.description else {
                throw GatewayError(
                    .idempotencyKeyReused,
                    "The Idempotency-Key was used for another body, which became \(known.job). Use a new key for a new job."
                )
            }
            guard let earlier = try store.find(known.job, on: connection) else {
                throw GatewayError(.internalFault, "The job of this Idempotency-Key is gone.")
            }
            return earlier
        }
        try checkDependencies(manifest, of: job.owner, on: connection)
        // What jobs bring home is never refused, so an allocation that is full begins no more.
        if !manifest.outputs.isEmpty {
            try artifacts.requireRoom(results.holdings.account(of: job), for: 1, on: connection)
        }
        try SubmissionStore.insert(job, dependencies: manifest.dependencies, on: connection)
        if let key {
            try SubmissionStore.remember(key: key, owner: job.owner, body: body, job: job, on: connection)
        }
        try EventStore.append(JobEvents.submission(of: job), sequence: 1, of: job, at: job.createdAt, on: connection)
        try tasks.enqueue(steps, for: job, at: job.createdAt, on: connection)
        try connection.signal(JobStore.channel, job.id.text)
        return job
    }

    /// A job of somebody else's is as good as none: what became of it is nobody's business.
    private func checkDependencies(
        _ manifest: JobManifest,
        of owner: String,
        on connection: any StorageConnection
    ) throws {
        var faults: [Fault] = []
        for (index, dependency) in manifest.dependencies.enumerated()
        where try JobStore.owner(of: dependency.job, on: connection) != owner {
            faults.append(
                Fault(
                    path: "/dependencies/\(index)/job",
                    message: "there is no job \(dependency.job)",
                    expected: "the id of a job of yours"
                )
            )
        }
        if faults.isEmpty { return }
        throw GatewayError(.invalidManifest, "The job depends on jobs that do not exist.", faults: faults)
    }

    /// The script a manifest would become; nothing is written.
    ///
    /// - Parameters:
    ///   - document: the manifest.
    ///   - person: who would submit it.
    ///   - text: of the template, where it is given and not today's file of that name.
    /// - Returns: the preview.
    /// - Throws: ``GatewayError``.
    package func preview(
        _ document: Document,
        by person: Person,
        template text: String? = nil
    ) async throws -> ScriptPreview {
        try await preview(try JobManifestReader.read(document), by: person, template: text)
    }

    /// The script a manifest would become, and what is said of the job; nothing is written.
    ///
    /// - Throws: ``GatewayError``.
    package func advisedPreview(_ document: Document, by person: Person) async throws -> ScriptPreview {
        try await preview(try JobManifestReader.read(document), by: person, isAdvised: true)
    }

    private func preview(
        _ manifest: JobManifest,
        by person: Person,
        template text: String? = nil,
        isAdvised: Bool = false
    ) async throws -> ScriptPreview {
        let site = try await admission.place(manifest, on: database)
        let priced = try await budget.price(manifest, at: site, by: person)
        var preview = ScriptPreview(try admission.admit(priced.manifest, template: text, at: site))
        preview.price = priced.price
        preview.funding = priced.funding
        if isAdvised { preview.advice = try await counsel(on: priced.manifest, at: site, by: person, nil)?.advice }
        return preview
    }

    /// One job, with its array tasks.
    ///
    /// - Parameter id: its name.
    /// - Returns: the job.
    /// - Throws: ``GatewayError`` of kind `notFound`.
    package func job(_ id: JobID) async throws -> Job {
        let found = try await database.read { connection in
            var job = try store.find(id, on: connection)
            if job?.arrayCount != nil { job?.tasks = try store.arrayTasks(of: id, on: connection) }
            return try job.map { try shown($0, on: connection) }
        }
        guard let found else { throw GatewayError(.notFound, "There is no job \(id).") }
        return found
    }

    /// Whose a job is.
    ///
    /// - Parameter id: its name.
    /// - Returns: the person's name; nil when there is no such job.
    /// - Throws: storage errors.
    package func owner(of id: JobID) async throws -> String? {
        try await database.read { try JobStore.owner(of: id, on: $0) }
    }

    /// The database's count of commits, where it has one: what was read stays true while the count stays.
    package var commits: UInt64? { database.commits }

    /// A page of jobs, newest first.
    ///
    /// - Parameters:
    ///   - query: which jobs.
    ///   - person: who asks; of others' jobs only those who may see them are told.
    /// - Returns: the page.
    /// - Throws: ``GatewayError`` for a bad cursor.
    package func list(_ query: JobQuery, for person: Person) async throws -> JobPage {
        var query = query
        if Rights.reach(.listJobs, of: person) != .all {
            guard query.owner == nil || query.owner == person.name else { return JobPage(items: [], next: nil) }
            query.owner = person.name
        }
        return try await list(query)
    }

    private func list(_ query: JobQuery) async throws -> JobPage {
        try await database.read { connection in
            let page = try JobListStore.page(query, on: connection)
            let costs = try JobCostStore.find(page.items.map(\.id), on: connection)
            let advice = advice.isKept ? try AdviceStore.find(page.items.map(\.id), on: connection) : [:]
            let items = try page.items.map { job in
                var job = job.costing(costs[job.id])
                job.advice = advice[job.id]
                return job.state == .held ? try shown(job, on: connection) : job
            }
            return JobPage(items: items, next: page.next)
        }
    }

    /// Asks for a job to end.
    ///
    /// What Slurm says afterwards is the truth: a job that completed first is `completed`.
    ///
    /// - Parameters:
    ///   - id: its name.
    ///   - person: who asks.
    /// - Returns: the job as it now stands.
    /// - Throws: ``GatewayError`` of kind `notFound`, or `conflict` when it has already ended.
    package func cancel(_ id: JobID, by person: Person) async throws -> Job {
        let before = try await job(id)
        if before.state.isFinal {
            throw GatewayError(.conflict, "The job has already ended: it is \(before.state.rawValue).")
        }
        let changed = try await database.transaction { connection in
            let job = try store.apply(.cancelRequested, to: id, on: connection)
            if let job, before.cancelRequestedAt == nil {
                try audit("job.cancellationRequested", job, by: person, on: connection)
            }
            return try job.map { try shown($0, on: connection) }
        }
        guard let changed else { throw GatewayError(.notFound, "There is no job \(id).") }
        return changed
    }

    private func audit(
        _ action: String,
        _ job: Job,
        by person: Person,
        on connection: any StorageConnection
    ) throws {
        let details: JSONValue = [
            "owner": .string(job.owner), "site": .string(job.site), "script": .string(job.scriptDigest),
            "state": .string(job.state.rawValue),
        ]
        let entry = AuditEntry(action, .init("job", job.id.text), by: person, details: details)
        try AuditStore.append(entry, at: keeper.now(), on: connection)
    }

    /// Events of a job after a sequence number.
    package func events(of id: JobID, after sequence: Int, limit: Int) async throws -> [JobEvent] {
        _ = try await job(id)
        return try await database.read { connection in
            try EventStore.events(of: id, after: sequence, limit: limit, on: connection)
        }
    }

    /// Events of a job as they happen: first those already written, then new ones, until the last; nil is a heartbeat.
    package func eventStream(of id: JobID, after sequence: Int) -> AsyncThrowingStream<JobEvent?, any Error> {
        feed.stream(of: id, after: sequence)
    }
}
